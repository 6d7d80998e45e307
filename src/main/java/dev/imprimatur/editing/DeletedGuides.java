// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.editing;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.ReplaceOptions;
import com.mongodb.client.model.Sorts;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.paging.Page;
import dev.imprimatur.paging.Place;
import dev.imprimatur.paging.Selection;
import dev.imprimatur.paging.Window;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.store.Failures;
import dev.imprimatur.store.Index;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bson.codecs.pojo.annotations.BsonId;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * The cards of deleted guides. They are kept for some weeks, so that a guide can be brought back: its logs, revisions and drafts are in the
 * store all the time, but only the card has its type, locale and slug.
 */
@Component
public class DeletedGuides {
    private static final Logger log = LoggerFactory.getLogger(DeletedGuides.class);

    public record Row(@BsonId String id, Guides.Row card, Instant deletedAt, String deletedBy) {}

    /**
     * @param guide the card of the guide when it was deleted
     * @param until when the card is not kept any more
     */
    public record DeletedGuide(Guide guide, Instant deletedAt, String deletedBy, Instant until) {}

    private final MongoCollection<Row> deleted;
    private final Guides guides;
    private final Duration kept;
    private final Clock clock;

    /** @param kept {@code imprimatur.guides.deleted-kept}: how long a deleted guide can be brought back */
    DeletedGuides(
            MongoDatabase database,
            Guides guides,
            Clock clock,
            @Value("${imprimatur.guides.deleted-kept:30d}") Duration kept) {
        if (kept.isNegative())
            throw new IllegalArgumentException("imprimatur.guides.deleted-kept must not be negative");
        this.guides = guides;
        this.kept = kept;
        this.clock = clock;
        deleted = database.getCollection("deleted_guides", Row.class);
        Index.make(deleted, Indexes.descending("deletedAt"));
    }

    /**
     * Removes the card of a deleted guide, and keeps it here. If a crash interrupts this, it is done again with the same result.
     *
     * @param entries the number of entries in the logs of the guide
     */
    void take(String guide, LogEntry deletion, int entries) {
        guides.stored(guide)
                .ifPresent(card -> deleted.replaceOne(
                        Filters.eq("_id", guide),
                        new Row(
                                guide,
                                Guides.Row.of(card),
                                deletion.at(),
                                deletion.by().account()),
                        new ReplaceOptions().upsert(true)));
        guides.remove(guide, entries);
    }

    /** Forgets the card that is kept, because the guide is not deleted any more. */
    public void forget(String guide) {
        deleted.deleteOne(Filters.eq("_id", guide));
    }

    /** The deleted guide; empty if there is none of this type with this id, or if it was deleted too long ago. */
    public Optional<DeletedGuide> find(String type, String id) {
        return Optional.ofNullable(deleted.find(Filters.and(Filters.eq("_id", id), isKept()))
                        .first())
                .map(this::of)
                .filter(it -> it.guide().type().equals(type));
    }

    public static Refusal missing(String type) {
        return Refusal.missing(
                "there is no deleted " + type + " with this id; its time to be brought back may be over");
    }

    /**
     * Deleted guides, those that were deleted last first.
     *
     * @param type null for guides of all types
     */
    public Page<DeletedGuide> page(@Nullable String type, @Nullable String cursor, int limit) {
        return Window.of(Selection.of("deleted-guides", type), cursor, limit)
                .<Row>page(
                        (from, back, most) -> rows(type, from, back, most),
                        row -> new Place(Place.key(row.deletedAt()), row.id()))
                .map(this::of);
    }

    private List<Row> rows(@Nullable String type, @Nullable Place from, boolean back, int most) {
        var filters = new ArrayList<Bson>(List.of(isKept()));
        if (type != null) filters.add(Filters.eq("card.type", type));
        if (from != null) filters.add(Guides.beyond("deletedAt", !back, from.instant(), back, from.id()));
        return deleted.find(Filters.and(filters))
                .sort(Sorts.orderBy(
                        back ? Sorts.ascending("deletedAt") : Sorts.descending("deletedAt"),
                        back ? Sorts.descending("_id") : Sorts.ascending("_id")))
                .limit(most)
                .into(new ArrayList<>());
    }

    private Bson isKept() {
        return Filters.gt("deletedAt", clock.instant().minus(kept));
    }

    private DeletedGuide of(Row row) {
        return new DeletedGuide(
                row.card().guide(),
                row.deletedAt(),
                row.deletedBy(),
                row.deletedAt().plus(kept));
    }

    /** Deletes the cards that are not kept any more. */
    @Scheduled(initialDelayString = "1m", fixedDelayString = "1h")
    void clean() {
        try {
            deleted.deleteMany(Filters.not(isKept()));
        } catch (RuntimeException failed) {
            if (!Failures.isOutage(failed)) throw failed;
            log.debug("cards of deleted guides are deleted later: {}", failed.toString());
        }
    }
}
