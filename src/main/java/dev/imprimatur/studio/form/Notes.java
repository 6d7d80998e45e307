// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.form;

import dev.imprimatur.diff.IdentifiedContent;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.studio.DisplayText;
import dev.imprimatur.studio.review.Threads;
import dev.imprimatur.studio.revision.HistoryEvent;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Shows what reviewers asked for beside the form in which editors answer it. Templates use this bean as {@code @notes}. */
@Component("notes")
class Notes {
    private final Threads threads;
    private final Editions editions;
    private final DisplayText words;

    Notes(Threads threads, Editions editions, DisplayText words) {
        this.threads = threads;
        this.editions = editions;
        this.words = words;
    }

    /**
     * The decision that returned the edition to its editors or called for the edition.
     *
     * @param message the reason
     */
    record Asked(
            String title,
            String by,
            String what,
            Instant at,
            @Nullable String message) {}

    /** @param placed the open comments, by the pointers of their fields */
    record OfDraft(@Nullable Asked asked, Threads.Placed placed) {
        public List<Threads.Discussion> at(String pointer) {
            return placed.at(pointer);
        }

        public List<Threads.Discussion> whole() {
            return placed.whole();
        }

        public List<Threads.Discussion> lost() {
            return placed.lost();
        }

        public List<Threads.Discussion> all() {
            return placed.all();
        }

        public int open() {
            return all().size();
        }
    }

    /** @param fields the fields of the form that shows the content */
    public OfDraft of(Guide guide, IdentifiedContent content, List<Field> fields) {
        var shown = new HashSet<String>();
        collect(fields, shown);
        return new OfDraft(
                asked(guide).orElse(null),
                threads.of(guide, content, Set.copyOf(shown)).open());
    }

    private static void collect(Collection<Field> fields, Set<String> into) {
        for (var field : fields) {
            into.add(field.pointer());
            collect(field.children(), into);
        }
    }

    private Optional<Asked> asked(Guide guide) {
        var edition = editions.get(guide.current());
        if (edition.state() != Edition.State.DRAFT) return Optional.empty();
        var sentBack =
                last(edition, LogEntry.Kind.CHANGES_REQUESTED).map(entry -> asked("Changes are asked for", entry));
        return sentBack.isPresent() ? sentBack : called(guide);
    }

    /** The decision that called for this edition, if a reviewer of the published edition did so. */
    private Optional<Asked> called(Guide guide) {
        var live = guide.live();
        if (live == null || live.edition() == guide.edition()) return Optional.empty();
        var edition = editions.get(new EditionId(guide.id(), live.edition()));
        return edition.isRevisionCalled()
                ? last(edition, LogEntry.Kind.REVISION_CALLED).map(entry -> asked("A next edition is asked for", entry))
                : Optional.empty();
    }

    private static Optional<LogEntry> last(Edition edition, LogEntry.Kind kind) {
        return edition.log().reversed().stream()
                .filter(entry -> entry.kind() == kind)
                .findFirst();
    }

    private Asked asked(String title, LogEntry entry) {
        var story = HistoryEvent.of(entry, UnaryOperator.identity(), words::named);
        return new Asked(title, story.who(), story.what(), entry.at(), entry.message());
    }
}
