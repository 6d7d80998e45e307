package dev.imprimatur.editing;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.cursor.TimeoutMode;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Projections;
import dev.imprimatur.store.Numbered;
import dev.imprimatur.store.Unique;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.bson.Document;
import org.bson.codecs.pojo.annotations.BsonId;
import org.springframework.stereotype.Component;

/** The logs of all editions. The unique {@code _id} of an entry (edition and seq) is the commit point of every decision. */
@Component
class EditionLog {
    public record Row(@BsonId String id, LogEntry entry) {}

    private final MongoCollection<Row> log;

    EditionLog(MongoDatabase database) {
        log = database.getCollection("edition_log", Row.class);
    }

    Edition edition(EditionId id) {
        return Edition.of(
                id, Numbered.all(log, id.toString(), 0).stream().map(Row::entry).toList());
    }

    /** All editions of a guide, the first first. */
    List<Edition> editions(String guide) {
        var editions = new ArrayList<Edition>();
        for (var edition = edition(new EditionId(guide, 1));
                edition.exists();
                edition = edition(edition.id().next())) editions.add(edition);
        return editions;
    }

    /** How many entries all logs have together, about; it stays the same only while nothing is logged. */
    long size() {
        return log.estimatedDocumentCount();
    }

    /** How far the log of every edition goes: of each entry its id and its time are read, and nothing else. */
    Map<EditionId, Editions.End> ends() {
        var ends = new HashMap<EditionId, Editions.End>();
        log.withDocumentClass(Document.class)
                .find()
                .timeoutMode(TimeoutMode.ITERATION)
                .projection(Projections.include("_id", "entry.at"))
                .forEach(row -> {
                    String id = row.getString("_id");
                    ends.merge(
                            EditionId.parse(Numbered.owner(id)),
                            new Editions.End(
                                    Numbered.number(id) + 1,
                                    row.get("entry", Document.class)
                                            .getDate("at")
                                            .toInstant()),
                            Editions.End::orLater);
                });
        return ends;
    }

    /**
     * Appends what the rule makes of the edition as it is; if somebody else appends first, the rule is asked again about
     * what the edition is then.
     *
     * @return the edition with the entry, or as it was if the rule makes nothing of it
     */
    Edition append(EditionId id, Function<Edition, Optional<LogEntry>> rule) {
        for (; ; ) {
            var edition = edition(id);
            var entry = rule.apply(edition);
            if (entry.isEmpty()) return edition;
            if (insert(entry.get())) {
                var grown = new ArrayList<>(edition.log());
                grown.add(entry.get());
                return Edition.of(id, grown);
            }
        }
    }

    /** Whether the entry is the first at its place. */
    boolean insert(LogEntry entry) {
        return Unique.insert(log, new Row(Numbered.id(entry.edition().toString(), entry.seq()), entry));
    }

    /** Takes back the opening of a guide that never came to be, since its slug was taken. */
    void forget(EditionId unborn) {
        log.deleteOne(Filters.eq("_id", Numbered.id(unborn.toString(), 0)));
    }
}
