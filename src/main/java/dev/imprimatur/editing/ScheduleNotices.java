// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.editing;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.Updates;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.EndedSchedule;
import dev.imprimatur.store.Index;
import dev.imprimatur.store.UniqueInsert;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.bson.codecs.pojo.annotations.BsonId;
import org.springframework.stereotype.Component;

/** Tells people that a schedule which they set has ended, until they dismiss the notice. */
@Component
public class ScheduleNotices {
    /** How many notices a person is shown at once. */
    private static final int MOST = 20;

    /**
     * A notice for one person.
     *
     * @param id the edition and the entry that ended the schedule, so that a notice is stored once
     * @param who the name of the person who ended the schedule
     * @param did what this person did
     */
    public record Notice(
            @BsonId String id, String account, String guide, String who, String did, Instant at, boolean dismissed) {}

    private final MongoCollection<Notice> notices;

    ScheduleNotices(MongoDatabase database) {
        notices = database.getCollection("schedule_notices", Notice.class);
        Index.make(notices, Indexes.ascending("account", "dismissed", "at"));
    }

    /** Stores the notices of the editions that are not stored yet. */
    void note(Guide guide, List<Edition> editions) {
        for (var edition : editions)
            edition.endedSchedule().filter(EndedSchedule::isByAnother).ifPresent(ended -> {
                var cause = ended.cause();
                UniqueInsert.insert(
                        notices,
                        new Notice(
                                edition.id() + " " + cause.seq(),
                                ended.setBy().account(),
                                guide.id(),
                                cause.by().name(),
                                ended.inWords(),
                                cause.at(),
                                false));
            });
    }

    /** The latest notices for a person, the newest first. */
    public List<Notice> of(String account) {
        return notices.find(Filters.and(Filters.eq("account", account), Filters.eq("dismissed", false)))
                .sort(Sorts.descending("at"))
                .limit(MOST)
                .into(new ArrayList<>());
    }

    /** Dismisses a notice of the person. Dismissing it again changes nothing. */
    public void dismiss(String id, String account) {
        notices.updateOne(
                Filters.and(Filters.eq("_id", id), Filters.eq("account", account)), Updates.set("dismissed", true));
    }
}
