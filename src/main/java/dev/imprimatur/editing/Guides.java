// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.editing;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.MongoIterable;
import com.mongodb.client.cursor.TimeoutMode;
import com.mongodb.client.model.Aggregates;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.ReturnDocument;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.UpdateOneModel;
import com.mongodb.client.model.Updates;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.EditionLog;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.history.Schedule;
import dev.imprimatur.paging.Page;
import dev.imprimatur.paging.Place;
import dev.imprimatur.paging.Window;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.store.Decoding;
import dev.imprimatur.store.Failures;
import dev.imprimatur.store.Index;
import dev.imprimatur.store.UniqueInsert;
import dev.imprimatur.store.UnitOfWork;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.bson.codecs.pojo.annotations.BsonId;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Stores the index cards of guides. Type, locale and slug together are unique, and a guide exists once its card is inserted. */
@Component
public class Guides {
    public record Row(
            @BsonId String id,
            String type,
            String locale,
            String slug,
            String title,
            String sortTitle,
            @Nullable Integer titleOf,
            Guide.@Nullable Drafted drafted,
            @Nullable List<String> tags,
            String createdBy,
            Instant createdAt,
            int edition,
            Edition.State state,
            @Nullable Integer revision,
            List<String> contributors,
            Guide.@Nullable Live live,
            @Nullable LocalDate reviewDue,
            boolean overdue,
            @Nullable PartReviews parts,
            @Nullable Schedule schedule,
            @Nullable String owner,
            @Nullable List<String> reviewers,
            Guide.@Nullable Translation translation,
            LogEntry.@Nullable TranslatedFrom translatedFrom,
            Instant updatedAt,
            int entries) {
        static Row of(Guide g) {
            return new Row(
                    g.id(),
                    g.type(),
                    g.locale(),
                    g.slug(),
                    g.title(),
                    sortable(g.title()),
                    g.titleOf(),
                    g.drafted(),
                    g.tags(),
                    g.createdBy(),
                    g.createdAt(),
                    g.edition(),
                    g.state(),
                    g.revision(),
                    g.contributors(),
                    g.live(),
                    g.reviewDue(),
                    g.overdue(),
                    g.parts(),
                    g.schedule(),
                    g.owner(),
                    g.reviewers(),
                    g.translation(),
                    g.translatedFrom(),
                    g.updatedAt(),
                    g.entries());
        }

        private static String sortable(String title) {
            return Place.key(title.toLowerCase(Locale.ROOT));
        }

        Guide guide() {
            return new Guide(
                    id,
                    type,
                    locale,
                    slug,
                    title,
                    titleOf,
                    drafted,
                    tags,
                    createdBy,
                    createdAt,
                    edition,
                    state,
                    revision,
                    contributors,
                    live,
                    reviewDue,
                    overdue,
                    parts,
                    schedule,
                    owner,
                    reviewers,
                    translation,
                    translatedFrom,
                    updatedAt,
                    entries);
        }
    }

    /** The longest time for which a cached list of all cards is used. The list may lack what other nodes wrote in that time. */
    private static final Duration MAX_AGE = Duration.ofSeconds(2);

    private static final List<Edition.State> IN_PROGRESS = Stream.of(Edition.State.values())
            .filter(Edition.State::isInProgress)
            .toList();

    private static final String PART_DUE = "parts.all.reviewDue";
    private static final String PARTS_OVERDUE = "parts.overdueAfter";
    private static final String MORE_DUE = "parts.moreDueAfter";

    private static final FindOneAndUpdateOptions UPDATED =
            new FindOneAndUpdateOptions().returnDocument(ReturnDocument.AFTER);

    private static final String SOURCE = "translation.source";
    private static final String OUTDATED = "translation.outdated";

    private record Cached(List<Guide> cards, long writes, long nanos) {}

    /** How many cards this node remembers. */
    private static final int MOST_SEEN = 20_000;

    private final MongoCollection<Row> guides;
    private final EditionLog log;
    private final ContentTypes types;
    /** The cards that this node read or wrote last. Whatever can change in them may be outdated. */
    private final Cache<String, Guide> seen =
            Caffeine.newBuilder().maximumSize(MOST_SEEN).build();

    private final AtomicLong writes = new AtomicLong();
    private volatile @Nullable Cached cached;

    Guides(MongoDatabase database, EditionLog log, ContentTypes types) {
        this.log = log;
        this.types = types;
        guides = database.getCollection("guides", Row.class);
        Index.makeUnique(guides, Indexes.ascending("type", "locale", "slug"));
        Index.make(guides, Indexes.ascending("type", "reviewDue"));
        Index.make(guides, Indexes.ascending("type", PART_DUE));
        Index.make(guides, Indexes.ascending(PART_DUE));
        Index.make(guides, Indexes.ascending("state"));
        Index.make(guides, Indexes.ascending("owner", "type"));
        Index.make(guides, Indexes.ascending("reviewers"));
        Index.make(guides, Indexes.ascending("type", OUTDATED));
        for (var day : Due.values()) Index.make(guides, Indexes.ascending(day.field, "_id"));
        for (String day : List.of(PARTS_OVERDUE, MORE_DUE)) Index.makeWherePresent(guides, Indexes.ascending(day));
    }

    /** The guide with this type and id. Throws a refusal if there is none. */
    public Guide require(String type, String id) {
        return find(id).filter(guide -> guide.type().equals(types.require(type).name()))
                .orElseThrow(() ->
                        Refusal.missing("there is no " + type + " with this id").raise());
    }

    public Guide require(String id) {
        return find(id).orElseThrow(
                        () -> Refusal.missing("there is no guide with this id").raise());
    }

    /** The ids of all guides, including those whose cards cannot be read. */
    public Set<String> ids() {
        var ids = new HashSet<String>();
        each((id, row) -> ids.add(id));
        return ids;
    }

    /** Inserts a card. Returns false if the slug is taken. */
    boolean insert(Guide guide) {
        try {
            boolean inserted = UniqueInsert.insert(guides, Row.of(guide));
            if (inserted) seen.put(guide.id(), guide);
            return inserted;
        } finally {
            writes.incrementAndGet();
        }
    }

    /** Inserts the cards. Returns the ids of those whose slug is taken. */
    Set<String> insertAll(List<Guide> cards) {
        try {
            return UniqueInsert.insertAll(guides, cards.stream().map(Row::of).toList(), Row::id).stream()
                    .map(Row::id)
                    .collect(Collectors.toSet());
        } finally {
            writes.incrementAndGet();
        }
    }

    /** The guides with these ids, by id. */
    public Map<String, Guide> find(Collection<String> ids) {
        return guides
                .find(Filters.in("_id", ids))
                .batchSize(Math.max(1, ids.size()))
                .map(Row::guide)
                .into(new ArrayList<>())
                .stream()
                .collect(Collectors.toMap(Guide::id, Function.identity()));
    }

    /** The card as it is stored. */
    public Optional<Guide> stored(String id) {
        return seen(guides.find(Filters.eq("_id", id)).first());
    }

    /** The card. A unit of work, which needs the logs of the guide in any case, gets the state from the logs instead of the store. */
    Optional<Guide> find(String id) {
        return UnitOfWork.isActive() ? seen(id).flatMap(this::refreshed) : stored(id);
    }

    /** A card of the guide that this node has seen, or else the stored one. */
    Optional<Guide> seen(String id) {
        var card = seen.getIfPresent(id);
        return card == null ? stored(id) : Optional.of(card);
    }

    /** The card with the state that the logs have, or the stored one if a log is damaged. */
    private Optional<Guide> refreshed(Guide card) {
        var editions = log.editions(card.id());
        boolean isWhole = !editions.isEmpty()
                && editions.stream().allMatch(edition -> edition.damage().isEmpty());
        if (Guide.isDeleted(editions)) return Optional.empty();
        return isWhole ? Optional.of(card.refreshed(editions)) : stored(card.id());
    }

    private Optional<Guide> seen(@Nullable Row row) {
        if (row == null) return Optional.empty();
        var card = row.guide();
        seen.put(card.id(), card);
        return Optional.of(card);
    }

    /**
     * Gives the guide another slug if it still has the one that was read.
     *
     * @return false if another guide has the new slug, or if the guide has another slug meanwhile
     */
    public boolean rename(String id, String from, String to) {
        try {
            var renamed = guides.updateOne(
                    Filters.and(Filters.eq("_id", id), Filters.eq("slug", from)), Updates.set("slug", to));
            return renamed.getMatchedCount() == 1;
        } catch (MongoWriteException taken) {
            if (!Failures.isDuplicateKey(taken)) throw taken;
            return false;
        } finally {
            seen.invalidate(id);
            writes.incrementAndGet();
        }
    }

    /**
     * Notes which set of translations the guide belongs to. What is known of the comparison with the same source stays.
     *
     * @param set null if the guide stands alone
     */
    void inSet(String id, @Nullable TranslationSet set) {
        boolean isSource = set != null && set.source().equals(id);
        if (set == null) guides.updateOne(Filters.eq("_id", id), Updates.unset("translation"));
        else {
            var fresh = new Guide.Translation(set.id(), set.source(), isSource ? set.languages() : null, null, false);
            guides.updateOne(
                    Filters.and(Filters.eq("_id", id), Filters.ne(SOURCE, set.source())),
                    Updates.set("translation", fresh));
            if (isSource)
                guides.updateOne(
                        Filters.and(Filters.eq("_id", id), Filters.eq(SOURCE, id)),
                        Updates.set("translation.languages", set.languages()));
        }
        seen.invalidate(id);
        writes.incrementAndGet();
    }

    /**
     * Compares translations with what is published of their source. A later publication is never replaced by an earlier one.
     *
     * @param set whose source was published or unpublished
     * @param position of the ledger entry that published or unpublished it
     * @param contentHash the hash of the published content; null if the source is unpublished, so that no translation is outdated
     */
    void compareTranslations(TranslationSet set, long position, @Nullable String contentHash) {
        var ids = set.members().stream()
                .map(TranslationSet.Member::guide)
                .filter(id -> !id.equals(set.source()))
                .toList();
        var translations = Filters.and(
                Filters.in("_id", ids),
                Filters.eq(SOURCE, set.source()),
                Filters.or(
                        Filters.eq("translation.comparedWith", null),
                        Filters.lte("translation.comparedWith", position)));
        var upToDate = contentHash == null
                ? Filters.empty()
                : Filters.and(
                        Filters.eq("translatedFrom.guide", set.source()),
                        Filters.eq("translatedFrom.contentHash", contentHash));
        for (boolean outdated : contentHash == null ? List.of(false) : List.of(false, true))
            guides.updateMany(
                    Filters.and(translations, outdated ? Filters.nor(upToDate) : upToDate),
                    Updates.combine(
                            Updates.set("translation.comparedWith", position), Updates.set(OUTDATED, outdated)));
        seen.invalidateAll(ids);
        writes.incrementAndGet();
    }

    /**
     * Removes the card of a deleted guide, so that the guide does not exist any more.
     *
     * @param entries the number of entries in the logs that say so; a card that knows more of them stays
     */
    void remove(String id, int entries) {
        guides.deleteOne(Filters.and(Filters.eq("_id", id), Filters.lte("entries", entries)));
        seen.invalidate(id);
        writes.incrementAndGet();
    }

    public Optional<Guide> bySlug(String type, String locale, String slug) {
        return seen(guides.find(
                        Filters.and(Filters.eq("type", type), Filters.eq("locale", locale), Filters.eq("slug", slug)))
                .first());
    }

    /** The number of guides that the account owns. */
    public long countOwnedBy(String owner) {
        return guides.countDocuments(Filters.eq("owner", owner));
    }

    /** Guides that the account owns, in no particular order. */
    public List<Guide> ownedBy(String owner) {
        return guides.find(Filters.eq("owner", owner))
                .timeoutMode(TimeoutMode.ITERATION)
                .map(Row::guide)
                .into(new ArrayList<>());
    }

    /** The number of guides that name the account as a reviewer. */
    public long countReviewedBy(String reviewer) {
        return guides.countDocuments(Filters.eq("reviewers", reviewer));
    }

    /** Guides that name the account as a reviewer, in no particular order. */
    public List<Guide> reviewedBy(String reviewer) {
        return guides.find(Filters.eq("reviewers", reviewer))
                .timeoutMode(TimeoutMode.ITERATION)
                .map(Row::guide)
                .into(new ArrayList<>());
    }

    public List<Guide> all() {
        return guides.find().timeoutMode(TimeoutMode.ITERATION).map(Row::guide).into(new ArrayList<>());
    }

    /** All cards, at most two seconds old. The list always contains what this node wrote. */
    public List<Guide> cached() {
        var last = cached;
        long now = System.nanoTime();
        if (last != null && last.writes() == writes.get() && now - last.nanos() < MAX_AGE.toNanos())
            return last.cards();
        long before = writes.get();
        var fresh = List.copyOf(all());
        cached = new Cached(fresh, before, now);
        return fresh;
    }

    /** The instants and days of a card at which something is due. */
    public enum Due {
        PUBLISH_AT("schedule.publishAt"),
        UNPUBLISH_AT("schedule.unpublishAt"),
        REVIEW_DUE("reviewDue");

        private final String field;

        Due(String field) {
            this.field = field;
        }
    }

    /**
     * The first guides of which something is due in a time, in the order in which it is due and then by id.
     *
     * @param from the first instant, or the first day
     * @param beyond the id of a guide; of the guides that are due at {@code from}, only those with a later id are found; null for all
     * @param until the instant or day after the last one
     */
    public <T> List<Guide> due(Due what, T from, @Nullable String beyond, T until, int most) {
        var begin = beyond == null
                ? Filters.gte(what.field, from)
                : Filters.or(
                        Filters.gt(what.field, from),
                        Filters.and(Filters.eq(what.field, from), Filters.gt("_id", beyond)));
        return guides.find(Filters.and(begin, Filters.lt(what.field, until)))
                .sort(Sorts.ascending(what.field, "_id"))
                .limit(most)
                .map(Row::guide)
                .into(new ArrayList<>());
    }

    /**
     * The first guides of these types, in the order of their ids.
     *
     * @param live whether to find guides that are published, and not those with an edition in progress
     * @param beyond the id after which they come; empty for the first ones
     */
    public List<Guide> withEdition(Collection<String> ofTypes, boolean live, String beyond, int most) {
        return guides.find(Filters.and(
                        Filters.in("type", ofTypes),
                        live ? Filters.ne("live", null) : Filters.in("state", IN_PROGRESS),
                        Filters.gt("_id", beyond)))
                .sort(Sorts.ascending("_id"))
                .limit(most)
                .map(Row::guide)
                .into(new ArrayList<>());
    }

    /** A part of a guide, and the last day on which its review is valid. */
    public record DuePart(String guide, String pointer, LocalDate day) {}

    /**
     * The first parts of guides that come due in a time, by day, guide and pointer. A part that comes due together with the whole guide, or
     * later, is left out, because the review of the whole guide includes it.
     *
     * @param beyond the part after which the list begins, whose day is {@code from}; null for the first
     * @param until the day after the last one
     */
    public List<DuePart> partsDue(LocalDate from, @Nullable DuePart beyond, LocalDate until, int most) {
        var due = partsDue(from, until);
        if (beyond != null)
            due.add(Aggregates.match(Filters.or(
                    Filters.gt("day", from),
                    Filters.gt("guide", beyond.guide()),
                    Filters.and(Filters.eq("guide", beyond.guide()), Filters.gt("pointer", beyond.pointer())))));
        due.add(Aggregates.sort(Sorts.ascending("day", "guide", "pointer")));
        due.add(Aggregates.limit(most));
        return duePart(due).into(new ArrayList<>());
    }

    /** The days on which parts of guides come due before the whole guide; a day occurs once for each part. */
    public List<LocalDate> daysPartsDue(LocalDate from, LocalDate until) {
        return duePart(partsDue(from, until)).map(DuePart::day).into(new ArrayList<>());
    }

    private MongoIterable<DuePart> duePart(List<Bson> stages) {
        return guides.aggregate(stages, Document.class)
                .map(row -> new DuePart(
                        row.getString("guide"),
                        row.getString("pointer"),
                        LocalDate.ofInstant(row.getDate("day").toInstant(), ZoneOffset.UTC)));
    }

    private static List<Bson> partsDue(LocalDate from, LocalDate until) {
        var first = from.atStartOfDay(ZoneOffset.UTC).toInstant();
        var end = until.atStartOfDay(ZoneOffset.UTC).toInstant();
        return new ArrayList<>(List.of(
                Aggregates.match(Filters.elemMatch(
                        "parts.all", Filters.and(Filters.gte("reviewDue", first), Filters.lt("reviewDue", end)))),
                Aggregates.project(Projections.fields(
                        Projections.computed("whole", "$reviewDue"), Projections.computed("part", "$parts.all"))),
                Aggregates.unwind("$part"),
                Aggregates.match(Filters.and(Filters.gte("part.reviewDue", first), Filters.lt("part.reviewDue", end))),
                Aggregates.project(Projections.fields(
                        Projections.computed("guide", "$_id"),
                        Projections.computed("pointer", "$part.pointer"),
                        Projections.computed("day", "$part.reviewDue"),
                        Projections.computed("alone", new Document("$lt", List.of("$part.reviewDue", "$whole"))))),
                Aggregates.match(Filters.eq("alone", true))));
    }

    /** The ids of guides with a part whose review was valid before this day at most, and that is not marked as overdue. */
    public List<String> withPartsOverdueOn(LocalDate day) {
        return idsBefore(PARTS_OVERDUE, day);
    }

    /** The ids of guides of which a review of parts is requested, while something more comes due before this day. */
    public List<String> withMoreDueBefore(LocalDate day) {
        return idsBefore(MORE_DUE, day);
    }

    private List<String> idsBefore(String field, LocalDate day) {
        return guides.withDocumentClass(Document.class)
                .find(Filters.lt(field, day))
                .projection(Projections.include("_id"))
                .map(card -> card.getString("_id"))
                .into(new ArrayList<>());
    }

    /** The days, in UTC, on which something is due in a time; a day occurs once for each guide. */
    public <T> List<LocalDate> daysDue(Due what, T from, T until) {
        var path = List.of(what.field.split("\\."));
        return guides.withDocumentClass(Document.class)
                .find(Filters.and(Filters.gte(what.field, from), Filters.lt(what.field, until)))
                .projection(Projections.fields(Projections.include(what.field), Projections.excludeId()))
                .map(card -> card.getEmbedded(path, Date.class).toInstant())
                .map(at -> LocalDate.ofInstant(at, ZoneOffset.UTC))
                .into(new ArrayList<>());
    }

    /**
     * Updates the fields that are derived from the logs, unless the stored card was made from more log entries.
     *
     * @return the card as it is stored afterwards; empty if there is none
     */
    Optional<Guide> refresh(Guide g) {
        var updated = guides.findOneAndUpdate(olderThan(g), ofLogs(g), UPDATED);
        writes.incrementAndGet();
        return updated == null ? stored(g.id()) : seen(updated);
    }

    /** Updates the fields of many cards as {@link #refresh} does. */
    void refreshAll(List<Guide> cards) {
        if (cards.isEmpty()) return;
        guides.bulkWrite(cards.stream()
                .map(card -> new UpdateOneModel<Row>(olderThan(card), ofLogs(card)))
                .toList());
        cards.forEach(card -> seen.invalidate(card.id()));
        writes.incrementAndGet();
    }

    private static Bson olderThan(Guide g) {
        return Filters.and(Filters.eq("_id", g.id()), Filters.lte("entries", g.entries()));
    }

    private static Bson ofLogs(Guide g) {
        var titles = g.titleOf() == null
                ? Updates.combine()
                : Updates.combine(
                        Updates.set("title", g.title()),
                        Updates.set("sortTitle", Row.sortable(g.title())),
                        Updates.set("tags", g.tags()),
                        Updates.set("titleOf", g.titleOf()),
                        g.state() == Edition.State.PUBLISHED
                                ? Updates.set("contributors", g.contributors())
                                : Updates.combine());
        return Updates.combine(
                titles,
                Updates.set("edition", g.edition()),
                Updates.set("state", g.state()),
                Updates.set("revision", g.revision()),
                Updates.set("live", g.live()),
                Updates.set("reviewDue", g.reviewDue()),
                Updates.set("overdue", g.overdue()),
                Updates.set("parts", g.parts()),
                Updates.set("schedule", g.schedule()),
                Updates.set("owner", g.owner()),
                // without the fields, nodes of earlier releases read the card
                g.reviewers() == null ? Updates.unset("reviewers") : Updates.set("reviewers", g.reviewers()),
                g.translatedFrom() == null
                        ? Updates.unset("translatedFrom")
                        : Updates.set("translatedFrom", g.translatedFrom()),
                Updates.set("updatedAt", g.updatedAt()),
                Updates.set("entries", g.entries()));
    }

    /**
     * Updates the fields that are derived from the working copy, unless the stored card has a later version. The draft's title becomes the
     * guide's title only until something is published.
     */
    void retitle(Guide g) {
        var drafted = Objects.requireNonNull(g.drafted(), "of no working copy");
        var olderDraft = Filters.and(
                Filters.eq("_id", g.id()),
                Filters.or(
                        Filters.eq("drafted", null),
                        Filters.lt("drafted.edition", drafted.edition()),
                        Filters.and(
                                Filters.eq("drafted.edition", drafted.edition()),
                                Filters.lte("drafted.version", drafted.version()))));
        var ofDraft = Updates.combine(Updates.set("drafted", drafted), Updates.set("updatedAt", g.updatedAt()));
        var byContributors = Updates.combine(ofDraft, Updates.set("contributors", g.contributors()));
        var notPublished = Filters.and(olderDraft, Filters.nin("state", Guide.OF_REVISION));
        Row updated = null;
        if (g.titleOf() == null)
            updated = guides.findOneAndUpdate(
                    Filters.and(notPublished, Filters.eq("titleOf", null)),
                    Updates.combine(
                            byContributors,
                            Updates.set("title", g.title()),
                            Updates.set("tags", g.tags()),
                            Updates.set("sortTitle", Row.sortable(g.title()))),
                    UPDATED);
        if (updated == null && g.hasContributorsOfDraft())
            updated = guides.findOneAndUpdate(notPublished, byContributors, UPDATED);
        if (updated == null) updated = guides.findOneAndUpdate(olderDraft, ofDraft, UPDATED);
        if (updated != null) seen(updated);
        writes.incrementAndGet();
    }

    /**
     * One page of the guides that a query finds. The text of the query is matched literally in the title, the title of the draft and the
     * slug.
     */
    public Page<Guide> page(GuideQuery query, Window window) {
        return window.<Row>page((from, back, most) -> rows(query, from, back, most), query.sort()::place)
                .map(Row::guide);
    }

    private List<Row> rows(GuideQuery query, @Nullable Place from, boolean back, int most) {
        var filters = new ArrayList<Bson>();
        filters.add(Filters.eq("type", query.type()));
        if (query.state() != null) filters.add(Filters.eq("state", query.state()));
        if (query.owner() != null) filters.add(Filters.eq("owner", query.owner()));
        if (query.locale() != null) filters.add(Filters.eq("locale", query.locale()));
        if (query.reviewDueBefore() != null)
            filters.add(Filters.or(
                    Filters.lt("reviewDue", query.reviewDueBefore()), Filters.lt(PART_DUE, query.reviewDueBefore())));
        if (query.translation() != null) filters.add(translated(query.translation()));
        if (query.text() != null) {
            var literal = Pattern.compile(Pattern.quote(query.text()), Pattern.CASE_INSENSITIVE);
            filters.add(Filters.or(
                    Filters.regex("title", literal),
                    Filters.regex("slug", literal),
                    Filters.and(Filters.in("state", IN_PROGRESS), Filters.regex("drafted.title", literal))));
        }
        String field = query.sort().field();
        boolean descending = query.sort().descending() != back;
        if (from != null) filters.add(beyond(field, descending, query.sort().value(from), back, from.id()));
        var order = Sorts.orderBy(
                descending ? Sorts.descending(field) : Sorts.ascending(field),
                back ? Sorts.descending("_id") : Sorts.ascending("_id"));
        return guides.find(Filters.and(filters)).sort(order).limit(most).into(new ArrayList<>());
    }

    private static Bson translated(GuideQuery.TranslationFilter wanted) {
        String missing = wanted.missing();
        if (missing == null) return Filters.eq(OUTDATED, true);
        return Filters.and(
                Filters.or(Filters.eq("translation", null), Filters.exists("translation.languages")),
                Filters.ne("translation.languages", missing),
                Filters.nor(Filters.regex("locale", "^" + Pattern.quote(missing) + "(-|$)")));
    }

    /** A filter for the guides after a value and an id. A guide without a value sorts before all guides that have one. */
    static Bson beyond(String field, boolean descending, @Nullable Object value, boolean back, String id) {
        var same = Filters.and(Filters.eq(field, value), back ? Filters.lt("_id", id) : Filters.gt("_id", id));
        if (value == null) return descending ? same : Filters.or(Filters.ne(field, null), same);
        if (!descending) return Filters.or(Filters.gt(field, value), same);
        return Filters.or(Filters.lt(field, value), Filters.eq(field, null), same);
    }

    /** Visits the cards of one type in batches, in the order of ids; without those that cannot be read. */
    public void eachBatchOf(String type, int size, Consumer<List<Guide>> visitor) {
        var batch = new ArrayList<Guide>(size);
        var codec = guides.getCodecRegistry().get(Row.class);
        try (var cards = guides.withDocumentClass(RawBsonDocument.class)
                .find(Filters.eq("type", type))
                .sort(Sorts.ascending("_id"))
                .batchSize(size)
                .timeoutMode(TimeoutMode.ITERATION)
                .iterator()) {
            while (cards.hasNext()) {
                Decoding.of(cards.next(), codec).map(Row::guide).ifPresent(batch::add);
                if (batch.size() < size) continue;
                visitor.accept(List.copyOf(batch));
                batch.clear();
            }
        }
        if (!batch.isEmpty()) visitor.accept(batch);
    }

    /** Whether a guide of this type exists. */
    public boolean hasAnyOf(String type) {
        return guides.find(Filters.eq("type", type)).first() != null;
    }

    /** A type of a guide that is none of these types; empty if there is no such guide. */
    public Optional<String> typeOtherThan(Collection<String> types) {
        return Optional.ofNullable(guides.find(Filters.nin("type", types)).first())
                .map(Row::type);
    }

    /** Visits all stored cards by id; the row is empty if the document cannot be read. */
    void each(BiConsumer<String, Optional<Row>> what) {
        Decoding.each(guides, what);
    }
}
