// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.editing;

import dev.imprimatur.drafts.WorkingCopy;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.history.Revision;
import dev.imprimatur.history.Schedule;
import dev.imprimatur.history.Stamp;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The index card of a guide: its identity and its current state. Everything but the identity is derived from the guide's logs, revisions
 * and working copy.
 *
 * @param title the title in the revision that was published last; before the first publication, the title in the working copy
 * @param titleOf the number of the revision that {@code title} is from; null while nothing has been published
 * @param drafted the title of the latest working copy; null in cards of releases that did not store it
 * @param tags the tags, from the same content as the title; null in cards of releases that did not store them
 * @param edition the number of the latest edition
 * @param revision the number of the revision that the latest edition submitted last
 * @param contributors the contributors of the latest edition: those of its draft, or of its published revision
 * @param live the published edition; null if the guide is not published
 * @param schedule when the guide is to be published or unpublished; null if nothing is scheduled
 * @param owner the username of the account to which reviews are announced; null if nobody owns the guide
 * @param reviewers the usernames of the reviewers that the guide names, the first choice first; null if it names none
 * @param reviewDue the last day on which the review of the published revision is valid
 * @param translation the guides that this one and others are translations of one another with; null if the guide stands alone
 * @param translatedFrom the revision of the source guide that the text has according to its editors; null if nobody has said so
 * @param parts the reviews of parts of the published revision; null for none
 * @param entries how many log entries the card was made from; a card never replaces one that was made from more
 */
public record Guide(
        String id,
        String type,
        String locale,
        String slug,
        String title,
        @Nullable Integer titleOf,
        @Nullable Drafted drafted,
        @Nullable List<String> tags,
        String createdBy,
        Instant createdAt,
        int edition,
        Edition.State state,
        @Nullable Integer revision,
        List<String> contributors,
        @Nullable Live live,
        @Nullable LocalDate reviewDue,
        boolean overdue,
        @Nullable PartReviews parts,
        @Nullable Schedule schedule,
        @Nullable String owner,
        @Nullable List<String> reviewers,
        @Nullable Translation translation,
        LogEntry.@Nullable TranslatedFrom translatedFrom,
        Instant updatedAt,
        int entries) {
    /**
     * The set of translations that a guide belongs to.
     *
     * @param set the id of the set
     * @param source the id of the guide that the others are translated from
     * @param languages of the source only: the language tags of all guides of the set, and the shorter tags that each begins with
     * @param comparedWith the position at which the source was published or unpublished, which {@code outdated} is about; null if there was
     *     none yet
     * @param outdated whether the source is published and differs from the revision that this guide was translated from
     */
    public record Translation(
            String set,
            String source,
            @Nullable List<String> languages,
            @Nullable Long comparedWith,
            boolean outdated) {}

    /** The states in which an edition has the contributors of the revision that was published. */
    static final Set<Edition.State> OF_REVISION =
            Set.of(Edition.State.PUBLISHED, Edition.State.SUPERSEDED, Edition.State.UNPUBLISHED);

    /**
     * The edition and revision that are published.
     *
     * @param position the position of the ledger entry that published them
     */
    public record Live(int edition, int revision, long position) {}

    /** The title of a working copy and the version that it was read from. A card never takes the title of an older version. */
    public record Drafted(int edition, long version, String title) {}

    /** The card of a new guide, which has the first version of a draft and one log entry. */
    static Guide created(String type, String locale, String slug, WorkingCopy copy) {
        return new Guide(
                        copy.edition().guide(),
                        type,
                        locale,
                        slug,
                        slug,
                        null,
                        null,
                        List.of(),
                        copy.updatedBy(),
                        copy.updatedAt(),
                        1,
                        Edition.State.DRAFT,
                        null,
                        List.of(),
                        null,
                        null,
                        false,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        copy.updatedAt(),
                        1)
                .with(copy);
    }

    /** The title of the edition in progress if it differs from the guide's title; otherwise null. */
    public @Nullable String draftTitle() {
        return drafted != null && state.isInProgress() && !drafted.title().equals(title) ? drafted.title() : null;
    }

    /** Whether the title, the title of the draft or the slug contains the text, in upper or lower case. */
    public boolean isCalled(String text) {
        String draft = draftTitle();
        return Stream.of(title, slug, draft == null ? "" : draft)
                .anyMatch(name -> name.toLowerCase(Locale.ROOT).contains(text.toLowerCase(Locale.ROOT)));
    }

    public EditionId current() {
        return new EditionId(id, edition);
    }

    /** The revision that was published last, whether or not it is still published. */
    static Optional<Revision.Ref> lastPublished(List<Edition> editions) {
        return editions.reversed().stream()
                .flatMap(edition -> edition.publishedEntry().stream())
                .flatMap(entry -> Optional.ofNullable(entry.revision()).stream())
                .findFirst();
    }

    /** The title in the content; empty if the content has none. */
    private static Optional<String> titleIn(JsonNode content) {
        return content.path("title").asStringOpt().filter(text -> !text.isBlank());
    }

    /** This card with the title of the revision that was published last. */
    Guide titled(Revision published) {
        return titled(
                titleIn(published.content()).orElse(slug),
                published.number(),
                drafted,
                Permissions.tagsIn(published.content()),
                state == Edition.State.PUBLISHED ? published.contributors() : contributors,
                updatedAt);
    }

    private Guide titled(
            String newTitle,
            @Nullable Integer newTitleOf,
            @Nullable Drafted newDrafted,
            @Nullable List<String> newTags,
            List<String> newContributors,
            Instant newUpdatedAt) {
        return new Guide(
                id,
                type,
                locale,
                slug,
                newTitle,
                newTitleOf,
                newDrafted,
                newTags,
                createdBy,
                createdAt,
                edition,
                state,
                revision,
                newContributors,
                live,
                reviewDue,
                overdue,
                parts,
                schedule,
                owner,
                reviewers,
                translation,
                translatedFrom,
                newUpdatedAt,
                entries);
    }

    /**
     * This card with the state that the guide's editions have now.
     *
     * @param editions all editions of the guide, the first first; at least one
     */
    Guide refreshed(List<Edition> editions) {
        var latest = editions.getLast();
        var live = editions.stream()
                .filter(edition -> edition.state() == Edition.State.PUBLISHED)
                .reduce((earlier, later) -> later)
                .orElse(null);
        int count = entriesIn(editions);
        return new Guide(
                id,
                type,
                locale,
                slugIn(editions),
                title,
                titleOf,
                drafted,
                tags,
                createdBy,
                createdAt,
                latest.id().number(),
                latest.state(),
                latest.submitted().map(Revision.Ref::number).orElse(null),
                contributors,
                live == null ? null : live(live),
                live == null ? null : live.stamp().map(Stamp::reviewDue).orElse(null),
                live != null && live.isOverdueMarked(),
                live == null ? null : PartReviews.of(live),
                schedule(latest, live),
                ownerIn(editions),
                orNull(reviewersIn(editions)),
                translation,
                translatedFromIn(editions),
                later(latest.log().getLast().at()),
                count);
    }

    /** The next day on which the review of the published revision, or of a part of it, is due; null if there is none. */
    public @Nullable LocalDate nextReviewDue() {
        return Stream.concat(
                        Stream.ofNullable(reviewDue), partReviews().stream().map(PartReviews.Part::reviewDue))
                .min(Comparator.naturalOrder())
                .orElse(null);
    }

    /** The reviews of parts of the published revision. */
    public List<PartReviews.Part> partReviews() {
        return parts == null ? List.of() : parts.all();
    }

    /** The schedules of the edition in progress and of the published one. A publisher sets both in one step. */
    private static @Nullable Schedule schedule(Edition latest, @Nullable Edition live) {
        var next = latest.schedule();
        var current = live == null ? Schedule.NONE : live.schedule();
        var both = new Schedule(
                next.publishAt(),
                next.unpublishAt() == null ? current.unpublishAt() : next.unpublishAt(),
                next.zone() == null ? current.zone() : next.zone(),
                next.release());
        return both.isEmpty() ? null : both;
    }

    /** The slug according to the logs. A guide that was never renamed has the slug of its card. */
    private String slugIn(List<Edition> editions) {
        return editions.reversed().stream()
                .flatMap(edition -> edition.renamedTo().stream())
                .findFirst()
                .orElse(slug);
    }

    /** The owner according to the logs; null if nobody owns the guide. */
    static @Nullable String ownerIn(List<Edition> editions) {
        return editions.reversed().stream()
                .flatMap(edition -> edition.ownerEntry().stream())
                .findFirst()
                .map(LogEntry::owner)
                .orElse(null);
    }

    /** The named reviewers according to the logs, the first choice first. */
    static List<String> reviewersIn(List<Edition> editions) {
        return editions.reversed().stream()
                .flatMap(edition -> edition.reviewersEntry().stream())
                .findFirst()
                .map(LogEntry::reviewers)
                .orElse(List.of());
    }

    private static @Nullable List<String> orNull(List<String> list) {
        return list.isEmpty() ? null : list;
    }

    /** The usernames of the reviewers that the guide names, the first choice first. */
    public List<String> namedReviewers() {
        return reviewers == null ? List.of() : reviewers;
    }

    /**
     * The revision of the source guide that the text has according to the logs. What was said of a discarded edition counts only if nothing
     * was published before: then the next edition begins with its text.
     */
    static LogEntry.@Nullable TranslatedFrom translatedFromIn(List<Edition> editions) {
        int firstPublished = editions.stream()
                .filter(edition -> edition.publishedEntry().isPresent())
                .mapToInt(edition -> edition.id().number())
                .min()
                .orElse(Integer.MAX_VALUE);
        return editions.reversed().stream()
                .filter(edition -> edition.state() != Edition.State.DISCARDED
                        || edition.id().number() < firstPublished)
                .flatMap(edition -> edition.translatedFrom().stream())
                .findFirst()
                .orElse(null);
    }

    /** Whether this guide is a translation of another one. */
    public boolean isTranslation() {
        return translation != null && !translation.source().equals(id);
    }

    /**
     * Whether the guide is still to be translated into a language. A translation lacks nothing: its source does.
     *
     * @param language a language tag; de also stands for de-AT and all other tags that begin with it
     */
    public boolean lacks(String language) {
        if (isTranslation() || locale.equals(language) || locale.startsWith(language + "-")) return false;
        var languages = translation == null ? null : translation.languages();
        return languages == null || !languages.contains(language);
    }

    /** Whether the published source differs from the revision that this guide was translated from. */
    public boolean isOutdatedTranslation() {
        return isTranslation() && translation != null && translation.outdated();
    }

    /** Whether the guide is deleted. */
    static boolean isDeleted(List<Edition> editions) {
        return deletion(editions).isPresent();
    }

    /** The number of entries in the logs of these editions. */
    static int entriesIn(List<Edition> editions) {
        return editions.stream().mapToInt(edition -> edition.log().size()).sum();
    }

    /** The entry that deleted the guide; empty if the guide is not deleted. */
    static Optional<LogEntry> deletion(List<Edition> editions) {
        return editions.stream()
                .flatMap(edition -> edition.deletedEntry().stream())
                .findFirst();
    }

    /** Whether an edition of the guide was published at any time. */
    public boolean wasPublished() {
        return titleOf != null || live != null;
    }

    private static @Nullable Live live(Edition edition) {
        var entry = edition.publishedEntry().orElseThrow();
        var revision = entry.revision();
        var position = entry.position();
        return revision == null || position == null
                ? null
                : new Live(edition.id().number(), revision.number(), position);
    }

    /**
     * Whether the contributors of the latest edition are those of its working copy. What somebody edits after the last submission is not
     * in the published revision.
     */
    boolean hasContributorsOfDraft() {
        return !OF_REVISION.contains(state);
    }

    /** This card with another slug, and in no set of translations. */
    Guide alone(String otherSlug) {
        return new Guide(
                id,
                type,
                locale,
                otherSlug,
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
                null,
                translatedFrom,
                updatedAt,
                entries);
    }

    /** This card with other contributors. */
    Guide by(List<String> others) {
        return titled(title, titleOf, drafted, tags, others, updatedAt);
    }

    /** This card with the title and contributors of a working copy of the latest edition. */
    Guide with(WorkingCopy copy) {
        String newTitle = titleIn(copy.content()).orElse(slug);
        return titled(
                titleOf == null && live == null ? newTitle : title,
                titleOf,
                new Drafted(copy.edition().number(), copy.version(), newTitle),
                titleOf == null && live == null && (tags == null || state == Edition.State.DRAFT)
                        ? Permissions.tagsIn(copy.content())
                        : tags,
                hasContributorsOfDraft() ? copy.contributors() : contributors,
                later(copy.updatedAt()));
    }

    private Instant later(Instant change) {
        return change.isAfter(updatedAt) ? change : updatedAt;
    }
}
