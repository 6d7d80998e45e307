// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.people.Person;
import dev.imprimatur.store.UniqueInsert;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bson.codecs.pojo.annotations.BsonId;
import org.springframework.stereotype.Component;

/** The revisions that people opened for review, one document per person and guide. No rule depends on them; they spare people rereading. */
@Component
class OpenedRevisions {
    /** @param revisions the numbers of the revisions that the person opened, without duplicates */
    public record Row(@BsonId String id, long version, List<Integer> revisions) {}

    private final MongoCollection<Row> readings;

    OpenedRevisions(MongoDatabase database) {
        readings = database.getCollection("readings", Row.class);
    }

    private static String id(Guide guide, Person person) {
        return guide.id() + "/" + person.account();
    }

    private Optional<Row> find(String id) {
        return Optional.ofNullable(readings.find(Filters.eq("_id", id)).first());
    }

    List<Integer> of(Guide guide, Person person) {
        return find(id(guide, person)).map(Row::revisions).orElse(List.of());
    }

    /** Notes that the person opened the revision; after a concurrent change, reads the document again and retries. */
    void note(Guide guide, int revision, Person person) {
        String id = id(guide, person);
        for (; ; ) {
            var stored = find(id);
            if (stored.isEmpty()) {
                if (UniqueInsert.insert(readings, new Row(id, 1, List.of(revision)))) return;
                continue;
            }
            var row = stored.get();
            if (row.revisions().contains(revision)) return;
            var revisions = new ArrayList<>(row.revisions());
            revisions.add(revision);
            if (readings.replaceOne(
                                    Filters.and(Filters.eq("_id", id), Filters.eq("version", row.version())),
                                    new Row(id, row.version() + 1, revisions))
                            .getModifiedCount()
                    == 1) return;
        }
    }
}
