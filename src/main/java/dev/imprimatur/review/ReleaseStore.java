// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Accumulators;
import com.mongodb.client.model.Aggregates;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.ReplaceOptions;
import com.mongodb.client.model.ReturnDocument;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.Updates;
import dev.imprimatur.people.Person;
import dev.imprimatur.publication.LedgerEntry;
import dev.imprimatur.review.Release.Item;
import dev.imprimatur.review.Release.State;
import dev.imprimatur.store.Index;
import dev.imprimatur.store.UniqueInsert;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bson.Document;
import org.bson.codecs.pojo.annotations.BsonId;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Stores releases, and the guides of those that are not published yet. A guide is in at most one such release. */
@Component
class ReleaseStore {
    private static final FindOneAndUpdateOptions UPDATED =
            new FindOneAndUpdateOptions().returnDocument(ReturnDocument.AFTER);

    public record Row(
            @BsonId String id,
            String name,
            State state,
            @Nullable Instant publishAt,
            @Nullable String zone,
            @Nullable Instant heldAt,
            Person createdBy,
            Instant createdAt,
            @Nullable Person decidedBy,
            @Nullable Instant publishedAt,
            LedgerEntry.@Nullable Release entries) {
        Release release() {
            return new Release(
                    id, name, state, publishAt, zone, heldAt, createdBy, createdAt, decidedBy, publishedAt, entries);
        }
    }

    /** @param guide the key: no guide is in two releases */
    public record ItemRow(
            @BsonId String guide,
            String release,
            Release.Action action,
            @Nullable Integer edition,
            @Nullable String reason,
            @Nullable String reasonCode,
            @Nullable String redirectTo,
            Person by,
            Instant at) {
        static ItemRow of(Item item) {
            return new ItemRow(
                    item.guide(),
                    item.release(),
                    item.action(),
                    item.edition(),
                    item.reason(),
                    item.reasonCode(),
                    item.redirectTo(),
                    item.by(),
                    item.at());
        }

        Item item() {
            return new Item(guide, release, action, edition, reason, reasonCode, redirectTo, by, at);
        }
    }

    private final MongoCollection<Row> releases;
    private final MongoCollection<ItemRow> items;

    ReleaseStore(MongoDatabase database) {
        releases = database.getCollection("releases", Row.class);
        items = database.getCollection("release_items", ItemRow.class);
        Index.make(releases, Indexes.ascending("state", "publishAt"));
        Index.make(items, Indexes.ascending("release"));
    }

    /** Stores a new release. If a release with this id is stored already, it stays as it is. Returns the release that is stored. */
    Release create(Release release) {
        UniqueInsert.insert(
                releases,
                new Row(
                        release.id(),
                        release.name(),
                        release.state(),
                        release.publishAt(),
                        release.zone(),
                        null,
                        release.createdBy(),
                        release.createdAt(),
                        release.decidedBy(),
                        null,
                        null));
        return find(release.id()).orElseThrow();
    }

    Optional<Release> find(String id) {
        return Optional.ofNullable(releases.find(Filters.eq("_id", id)).first()).map(Row::release);
    }

    /** The releases in this state, the newest first. */
    List<Release> in(State state, int most) {
        return all(Filters.eq("state", state), Sorts.descending("createdAt"), most);
    }

    /** The open releases that are to be published at or before the instant, and were not held back. */
    List<Release> due(Instant now) {
        return all(
                Filters.and(openWithInstant(), Filters.lte("publishAt", now)),
                Sorts.ascending("publishAt"),
                Integer.MAX_VALUE);
    }

    /** The next instants at which open releases are to be published, after the given one. */
    List<Release> comingBetween(Instant from, Instant to) {
        return all(
                Filters.and(openWithInstant(), Filters.gte("publishAt", from), Filters.lt("publishAt", to)),
                Sorts.ascending("publishAt"),
                Integer.MAX_VALUE);
    }

    private static Bson openWithInstant() {
        return Filters.and(Filters.eq("state", State.OPEN), Filters.eq("heldAt", null));
    }

    private List<Release> all(Bson filter, Bson order, int most) {
        return releases.find(filter).sort(order).limit(most).map(Row::release).into(new ArrayList<>());
    }

    /**
     * Sets name and instant of an open release; empty if it is not open.
     *
     * @param ifUnchanged whether it must have the name and the instant of {@code before}; otherwise empty
     */
    Optional<Release> set(
            Release before,
            boolean ifUnchanged,
            String name,
            @Nullable Instant publishAt,
            @Nullable String zone,
            Person by) {
        var isOpen = Filters.and(Filters.eq("_id", before.id()), Filters.eq("state", State.OPEN));
        return updated(
                ifUnchanged
                        ? Filters.and(
                                isOpen,
                                Filters.eq("name", before.name()),
                                Filters.eq("publishAt", before.publishAt()),
                                Filters.eq("zone", before.zone()),
                                Filters.eq("heldAt", before.heldAt()))
                        : isOpen,
                Updates.combine(
                        Updates.set("name", name),
                        Updates.set("publishAt", publishAt),
                        Updates.set("zone", zone),
                        Updates.set("decidedBy", publishAt == null ? null : by.withoutGrants()),
                        Updates.unset("heldAt")));
    }

    /** Changes the state; empty if the release was not in the state before. */
    Optional<Release> move(String id, State from, State to, Person by) {
        return updated(
                id, from, Updates.combine(Updates.set("state", to), Updates.set("decidedBy", by.withoutGrants())));
    }

    /** Notes that a release was not published at its instant; empty if it is not open any more, or has another instant. */
    Optional<Release> hold(Release due, Instant now) {
        return updated(
                Filters.and(
                        Filters.eq("_id", due.id()),
                        Filters.eq("state", State.OPEN),
                        Filters.eq("publishAt", due.publishAt())),
                Updates.set("heldAt", now));
    }

    Optional<Release> published(String id, LedgerEntry.@Nullable Release entries, Instant now) {
        return updated(
                id,
                State.PUBLISHING,
                Updates.combine(
                        Updates.set("state", State.PUBLISHED),
                        Updates.set("entries", entries),
                        Updates.set("publishedAt", now)));
    }

    private Optional<Release> updated(String id, State from, Bson update) {
        return updated(Filters.and(Filters.eq("_id", id), Filters.eq("state", from)), update);
    }

    private Optional<Release> updated(Bson filter, Bson update) {
        return Optional.ofNullable(releases.findOneAndUpdate(filter, update, UPDATED))
                .map(Row::release);
    }

    void delete(String id) {
        releases.deleteOne(Filters.and(Filters.eq("_id", id), Filters.eq("state", State.DELETED)));
    }

    Optional<Item> itemOf(String guide) {
        return Optional.ofNullable(items.find(Filters.eq("_id", guide)).first()).map(ItemRow::item);
    }

    /** The guides of a release, in a fixed order. */
    List<Item> itemsOf(String release) {
        return items.find(Filters.eq("release", release))
                .sort(Sorts.ascending("_id"))
                .map(ItemRow::item)
                .into(new ArrayList<>());
    }

    /** The releases that still have guides. */
    List<String> withItems() {
        return items.distinct("release", String.class).into(new ArrayList<>());
    }

    /** The number of guides of each release that has some and is not published, by release. */
    Map<String, Long> counts() {
        var counts = new HashMap<String, Long>();
        items.aggregate(List.of(Aggregates.group("$release", Accumulators.sum("guides", 1L))), Document.class)
                .forEach(group -> counts.put(
                        group.getString("_id"),
                        group.get("guides", Number.class).longValue()));
        return counts;
    }

    long count(String release) {
        return items.countDocuments(Filters.eq("release", release));
    }

    /** Adds a guide, or replaces what the release does with it. Returns false if the guide is in another release. */
    boolean put(Item item) {
        var row = ItemRow.of(item);
        if (UniqueInsert.insert(items, row)) return true;
        return items.replaceOne(
                                Filters.and(Filters.eq("_id", item.guide()), Filters.eq("release", item.release())),
                                row,
                                new ReplaceOptions())
                        .getMatchedCount()
                == 1;
    }

    void remove(String release, Collection<String> guides) {
        items.deleteMany(Filters.and(Filters.eq("release", release), Filters.in("_id", guides)));
    }
}
