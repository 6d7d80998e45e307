package dev.imprimatur.editing;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The index card of a guide: its identity, and where it stands as its logs tell it. All but the identity is derived.
 *
 * @param title as the working copy or, without one, the last revision has it
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

    public EditionId current() {
        return new EditionId(id, edition);
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
                createdBy,
                createdAt,
                latest.id().number(),
                latest.state(),
                latest.submitted().map(Revision.Ref::number).orElse(null),
                contributors,
                live == null ? null : live(live),
                live == null ? null : live.stamp().map(Stamp::reviewDue).orElse(null),
                live != null && live.isOverdueMarked(),
                latest.log().getLast().at(),
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

    Guide with(WorkingCopy copy) {
        String newTitle = copy.content().path("title").asString("");
        return new Guide(
                id,
                type,
                locale,
                slug,
                newTitle.isBlank() ? slug : newTitle,
                createdBy,
                createdAt,
                edition,
                state,
                revision,
                copy.contributors(),
                live,
                reviewDue,
                overdue,
                copy.updatedAt(),
                entries);
    }
}
