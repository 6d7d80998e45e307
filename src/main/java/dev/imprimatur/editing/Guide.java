// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.editing;

import dev.imprimatur.drafts.WorkingCopy;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.history.Revision;
import dev.imprimatur.history.Stamp;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The index card of a guide: its identity, and where it stands as its logs tell it. All but the identity is derived.
 *
 * @param title as the edition has it that was published last; before the first, as the working copy has it
 * @param titleOf the revision whose title that is; null while nothing was published
 * @param drafted the title of the latest working copy; null on cards of versions that did not note it
 * @param edition the number of the latest edition
 * @param revision what that edition put forward last
 * @param contributors of the latest edition
 * @param reviewDue the last day the review of what is live holds
 * @param entries how many log entries this card was made from; a card never replaces one made from more
 */
public record Guide(
        String id,
        String type,
        String locale,
        String slug,
        String title,
        @Nullable Integer titleOf,
        @Nullable Drafted drafted,
        String createdBy,
        Instant createdAt,
        int edition,
        Edition.State state,
        @Nullable Integer revision,
        List<String> contributors,
        @Nullable Live live,
        @Nullable LocalDate reviewDue,
        boolean overdue,
        Instant updatedAt,
        int entries) {
    /**
     * What readers can see.
     *
     * @param position of the ledger entry that published it
     */
    public record Live(int edition, int revision, long position) {}

    /** The title of a working copy, with the version it was read from; a card never takes that of an older one. */
    public record Drafted(int edition, long version, String title) {}

    /** The title of the edition in progress where it differs from the guide's. */
    public @Nullable String draftTitle() {
        return drafted != null && state.isInProgress() && !drafted.title().equals(title) ? drafted.title() : null;
    }

    /** Whether it has that text, in any case, in what people know it by: its titles and its slug. */
    public boolean isCalled(String text) {
        String draft = draftTitle();
        return Stream.of(title, slug, draft == null ? "" : draft)
                .anyMatch(name -> name.toLowerCase(Locale.ROOT).contains(text.toLowerCase(Locale.ROOT)));
    }

    public EditionId current() {
        return new EditionId(id, edition);
    }

    /** The revision that was published last, whether or not readers still see it. */
    static Optional<Revision.Ref> lastPublished(List<Edition> editions) {
        return editions.reversed().stream()
                .flatMap(edition -> edition.publishedEntry().stream())
                .flatMap(entry -> Optional.ofNullable(entry.revision()).stream())
                .findFirst();
    }

    /** What content calls itself; empty if it has no title. */
    private static Optional<String> titleIn(JsonNode content) {
        return content.path("title").asStringOpt().filter(text -> !text.isBlank());
    }

    /** The same guide with the title that was published last. */
    Guide titled(Revision published) {
        return titled(titleIn(published.content()).orElse(slug), published.number(), drafted, contributors, updatedAt);
    }

    private Guide titled(
            String newTitle,
            @Nullable Integer newTitleOf,
            @Nullable Drafted newDrafted,
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
                createdBy,
                createdAt,
                edition,
                state,
                revision,
                newContributors,
                live,
                reviewDue,
                overdue,
                newUpdatedAt,
                entries);
    }

    /** The same guide as its editions (at least one) tell it now. */
    Guide refreshed(List<Edition> editions) {
        var latest = editions.getLast();
        var live = editions.stream()
                .filter(edition -> edition.state() == Edition.State.PUBLISHED)
                .reduce((earlier, later) -> later)
                .orElse(null);
        int count = editions.stream().mapToInt(edition -> edition.log().size()).sum();
        return new Guide(
                id,
                type,
                locale,
                slug,
                title,
                titleOf,
                drafted,
                createdBy,
                createdAt,
                latest.id().number(),
                latest.state(),
                latest.submitted().map(Revision.Ref::number).orElse(null),
                contributors,
                live == null ? null : live(live),
                live == null ? null : live.stamp().map(Stamp::reviewDue).orElse(null),
                live != null && live.isOverdueMarked(),
                later(latest.log().getLast().at()),
                count);
    }

    private static @Nullable Live live(Edition edition) {
        var entry = edition.publishedEntry().orElseThrow();
        var revision = entry.revision();
        var position = entry.position();
        return revision == null || position == null
                ? null
                : new Live(edition.id().number(), revision.number(), position);
    }

    /** The same guide with what a working copy of its latest edition tells. */
    Guide with(WorkingCopy copy) {
        String newTitle = titleIn(copy.content()).orElse(slug);
        return titled(
                titleOf == null && live == null ? newTitle : title,
                titleOf,
                new Drafted(copy.edition().number(), copy.version(), newTitle),
                copy.contributors(),
                later(copy.updatedAt()));
    }

    private Instant later(Instant change) {
        return change.isAfter(updatedAt) ? change : updatedAt;
    }
}
