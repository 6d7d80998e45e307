// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.absences;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Updates;
import dev.imprimatur.store.Index;
import dev.imprimatur.store.UniqueInsert;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bson.codecs.pojo.annotations.BsonId;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The collection of absences, at most one document for each person: the next one or the current one, or the last one. */
@Component
class AbsenceStore {
    public record Row(
            @BsonId String person,
            LocalDate from,
            LocalDate until,
            String zone,
            @Nullable String delegate,
            String setBy,
            Instant setAt,
            boolean passedOn) {
        static Row of(Absence it) {
            return new Row(
                    it.person(),
                    it.from(),
                    it.until(),
                    it.zone(),
                    it.delegate(),
                    it.setBy(),
                    it.setAt(),
                    it.passedOn());
        }

        Absence absence() {
            return new Absence(person, from, until, zone, delegate, setBy, setAt, passedOn);
        }
    }

    private final MongoCollection<Row> absences;

    AbsenceStore(MongoDatabase database) {
        absences = database.getCollection("absences", Row.class);
        Index.make(absences, Indexes.ascending("delegate"));
    }

    Optional<Absence> find(String person) {
        return Optional.ofNullable(absences.find(Filters.eq("_id", person)).first())
                .map(Row::absence);
    }

    List<Absence> all() {
        return absences.find().map(Row::absence).into(new ArrayList<>());
    }

    List<Absence> delegatedTo(String delegate) {
        return absences.find(Filters.eq("delegate", delegate)).map(Row::absence).into(new ArrayList<>());
    }

    /** Stores an absence in place of the one that was read; false if another one was stored meanwhile. */
    boolean replace(@Nullable Absence read, Absence next) {
        return read == null
                ? UniqueInsert.insert(absences, Row.of(next))
                : absences.replaceOne(as(read), Row.of(next)).getMatchedCount() == 1;
    }

    /** Removes the absence that was read; false if another one was stored meanwhile. */
    boolean remove(Absence read) {
        return absences.deleteOne(as(read)).getDeletedCount() == 1;
    }

    /** Marks that the tasks of the person were passed on, unless the absence was changed meanwhile. */
    void passedOn(Absence read) {
        absences.updateOne(as(read), Updates.set("passedOn", true));
    }

    private static Bson as(Absence read) {
        return Filters.and(
                Filters.eq("_id", read.person()),
                Filters.eq("setAt", read.setAt()),
                Filters.eq("delegate", read.delegate()));
    }

    /** Removes absences that ended before the instant. */
    void removeEndedBefore(Instant instant) {
        all().stream().filter(absence -> absence.isOver(instant)).forEach(this::remove);
    }
}
