// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.editing;

import dev.imprimatur.drafts.WorkingCopies;
import dev.imprimatur.drafts.WorkingCopy;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.Edition.State;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.history.EditionLog;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.history.LogEntry.Kind;
import dev.imprimatur.history.Revision;
import dev.imprimatur.history.Revisions;
import dev.imprimatur.store.Check;
import dev.imprimatur.store.Findings;
import dev.imprimatur.store.NumberedIds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Checks the edition logs, revisions, working copies and index cards, and that they agree with each other. */
@Component
class EditingCheck implements Check {
    private final EditionLog log;
    private final Revisions revisions;
    private final WorkingCopies copies;
    private final Guides guides;
    private final Evidence evidence;
    private final Slugs slugs;

    EditingCheck(
            EditionLog log, Revisions revisions, WorkingCopies copies, Guides guides, Evidence evidence, Slugs slugs) {
        this.evidence = evidence;
        this.slugs = slugs;
        this.log = log;
        this.revisions = revisions;
        this.copies = copies;
        this.guides = guides;
    }

    /** The parts of a revision that later checks need; the content is not kept in memory. */
    private record Minted(
            Revision.Ref ref,
            int edition,
            Set<String> contributors,
            @Nullable Integer parent) {}

    @Override
    public void run(Findings findings) {
        new Examination(findings).run();
        seals(findings);
    }

    private void seals(Findings findings) {
        Stream.of(evidence.logs(), evidence.revisions(), evidence.workingCopies())
                .flatMap(List::stream)
                .forEach(damage -> findings.violation("seal", damage.place(), damage.detail()));
    }

    private final class Examination {
        private final Findings findings;
        /** The editions of each guide by number. */
        private final Map<String, TreeMap<Integer, Edition>> editions = new HashMap<>();

        private final Map<String, TreeMap<Integer, Minted>> minted = new HashMap<>();
        private final Set<String> cards = new HashSet<>();

        Examination(Findings findings) {
            this.findings = findings;
        }

        void run() {
            readRevisions();
            readLogs();
            editions.forEach((guide, its) -> its.values().forEach(this::edition));
            eachRevisionWasSubmitted();
            workingCopies();
            cards();
            eachGuideHasACard();
        }

        private void readRevisions() {
            revisions.each((id, row) -> {
                if (row.isEmpty() || !isNumbered(id)) {
                    findings.violation("revision", "revision " + id, "cannot be read");
                    return;
                }
                var revision = row.get().revision();
                String where = where(revision.guide(), revision.number());
                if (!revision.isIntact()) findings.violation("revision", where, "is not what its hash says");
                if (!revision.contributors().contains(revision.submittedBy()))
                    findings.violation("contributors", where, "does not name who put it forward as a contributor");
                minted.computeIfAbsent(revision.guide(), guide -> new TreeMap<>())
                        .put(
                                revision.number(),
                                new Minted(
                                        revision.ref(),
                                        revision.edition(),
                                        Set.copyOf(revision.contributors()),
                                        revision.parent()));
            });
            minted.forEach((guide, its) -> its.forEach((number, revision) -> {
                if (number > 1 && !its.containsKey(number - 1))
                    findings.violation("revision", where(guide, number - 1), "is missing");
                if (revision.parent() != null && !its.containsKey(revision.parent()))
                    findings.violation("revision", where(guide, number), "was made from a revision that is missing");
            }));
        }

        private void readLogs() {
            var logs = new TreeMap<String, TreeMap<Integer, LogEntry>>();
            log.each((id, row) -> {
                var entry = row.map(EditionLog.Row::entry)
                        .filter(it -> id.equals(NumberedIds.id(it.edition().toString(), it.seq())));
                if (entry.isEmpty())
                    findings.violation("edition-log", "log entry " + id, "cannot be read or is not of this place");
                else
                    logs.computeIfAbsent(entry.get().edition().toString(), edition -> new TreeMap<>())
                            .put(entry.get().seq(), entry.get());
            });
            logs.forEach((name, entries) -> {
                var id = EditionId.parse(name);
                int last = entries.lastKey();
                for (int seq = 0; seq <= last; seq++)
                    if (!entries.containsKey(seq))
                        findings.violation("edition-log", id.inWords(), "lacks entry " + seq + " of its log");
                editions.computeIfAbsent(id.guide(), guide -> new TreeMap<>())
                        .put(id.number(), of(id, List.copyOf(entries.values())));
            });
            editions.forEach((guide, its) -> {
                for (int number = 1; number < its.lastKey(); number++)
                    if (!its.containsKey(number))
                        findings.violation("edition-log", new EditionId(guide, number).inWords(), "has no log");
            });
        }

        /** Checks that each entry of the edition's log is possible after the entries before it. */
        private void edition(Edition edition) {
            var before = new ArrayList<LogEntry>();
            for (var entry : edition.log()) {
                String where = entry.inWords();
                if (!follows(of(edition.id(), before), entry))
                    findings.violation("edition-log", where, "could not have followed the entries before it");
                var ref = entry.revision();
                if (ref != null) {
                    var revision = revision(edition.id().guide(), ref.number());
                    if (revision == null) findings.violation("edition-log", where, "names a revision that is missing");
                    else if (!revision.ref().equals(ref))
                        findings.violation("edition-log", where, "names another content than the revision has");
                    else if (revision.edition() != edition.id().number())
                        findings.violation("edition-log", where, "names a revision of another edition");
                    else if ((entry.kind() == Kind.APPROVED || entry.kind() == Kind.CONFIRMED)
                            && entry.by().isAmong(revision.contributors()))
                        findings.violation("approval", where, "is by somebody who contributed");
                }
                before.add(entry);
            }
        }

        private static boolean follows(Edition before, LogEntry entry) {
            var state = before.state();
            boolean sameRevision = Optional.ofNullable(entry.revision()).equals(before.submitted());
            if (before.exists() == (entry.kind() == Kind.OPENED)) return false;
            if (entry.isNotedAnew())
                return before.publishedEntry().isPresent() && (entry.kind() == Kind.UNPUBLISHED || sameRevision);
            return switch (entry.kind()) {
                case OPENED -> true;
                case SUBMITTED -> (state == State.DRAFT || state == State.IN_REVIEW) && entry.revision() != null;
                case IMPORTED -> state == State.IN_REVIEW && sameRevision && entry.stamp() != null;
                case DECIDED ->
                    (state == State.IN_REVIEW || state.isApproved() || state == State.PUBLISHED) && sameRevision;
                case APPROVED, CHANGES_REQUESTED -> state == State.IN_REVIEW && sameRevision;
                case STAMPED ->
                    (state.isApproved() || state == State.PUBLISHED) && sameRevision && entry.stamp() != null;
                case PUBLISHED -> state == State.APPROVED && sameRevision && entry.position() != null;
                case CONFIRMED, REVISION_CALLED, REVIEW_DUE -> state == State.PUBLISHED && sameRevision;
                case OVERDUE -> state == State.PUBLISHED && sameRevision && entry.position() != null;
                case UNPUBLISHED -> state == State.PUBLISHED && entry.position() != null;
                case REVISION_DROPPED, SUPERSEDED -> state == State.PUBLISHED;
                case DISCARDED ->
                    state == State.DRAFT
                            || state == State.IN_REVIEW
                            || (state == State.SCHEDULED && entry.by().has("PUBLISHER"));
                case SCHEDULED -> entry.schedule() != null && (state.isInProgress() || state == State.PUBLISHED);
                case SCHEDULE_DROPPED -> state.isInProgress() || state == State.PUBLISHED;
                case PUBLICATION_DUE -> state == State.SCHEDULED && sameRevision;
                case RENAMED -> entry.renamed() != null;
                case OWNER_CHANGED, REVIEWERS_CHANGED -> entry.revision() == null;
                case TRANSLATED -> entry.translatedFrom() != null && !state.isOver();
                case MOVED ->
                    entry.moved() != null
                            && (state == State.DRAFT || state == State.IN_REVIEW || state == State.PUBLISHED);
                case REMINDED, ESCALATED -> entry.notice() != null && !state.isOver();
                case REVIEW_ANNOUNCED -> entry.notice() != null && state == State.PUBLISHED && sameRevision;
                case DELETED ->
                    state == State.DISCARDED && before.publishedEntry().isEmpty();
                case UNDELETED -> before.isDeleted();
            };
        }

        private void eachRevisionWasSubmitted() {
            var submitted = new HashSet<String>();
            editions.forEach((guide, its) -> its.values().stream()
                    .flatMap(edition -> edition.log().stream())
                    .filter(entry -> entry.kind() == Kind.SUBMITTED)
                    .map(LogEntry::revision)
                    .filter(Objects::nonNull)
                    .forEach(ref -> submitted.add(NumberedIds.id(guide, ref.number()))));
            // A submission that was interrupted, or overtaken by an edit, leaves a revision that no log names.
            minted.forEach((guide, its) -> its.keySet().stream()
                    .filter(number -> !submitted.contains(NumberedIds.id(guide, number)))
                    .forEach(number -> findings.unfinished(
                            "revision", where(guide, number), "was minted, but no log says that it was submitted")));
        }

        private void workingCopies() {
            var there = new HashSet<EditionId>();
            copies.each((id, row) -> {
                var copy = row.flatMap(EditingCheck::copy);
                if (copy.isEmpty()) {
                    findings.violation("working-copy", "working copy " + id, "cannot be read");
                    return;
                }
                var edition = copy.get().edition();
                there.add(edition);
                if (find(edition) == null)
                    // A new edition's working copy is written before its log begins.
                    findings.unfinished("working-copy", edition.inWords(), "has a working copy, and no log");
                var parent = copy.get().parent();
                if (parent != null && revision(edition.guide(), parent) == null)
                    findings.violation("working-copy", edition.inWords(), "was made from a revision that is missing");
            });
            editions.values().stream()
                    .flatMap(its -> its.values().stream())
                    .filter(edition -> edition.state().isInProgress() && !there.contains(edition.id()))
                    .forEach(edition -> findings.violation(
                            "working-copy", edition.id().inWords(), "is in progress and has no working copy"));
        }

        private void cards() {
            guides.each((id, row) -> {
                cards.add(id);
                if (row.isEmpty()) {
                    findings.violation("card", "guide " + id, "has a card that cannot be read");
                    return;
                }
                var its = editions.get(id);
                if (its == null) {
                    findings.violation("card", "guide " + id, "has a card, and no log");
                    return;
                }
                compare(row.get(), List.copyOf(its.values()));
            });
        }

        private void compare(Guides.Row row, List<Edition> its) {
            var card = row.guide();
            int entries = Guide.entriesIn(its);
            if (Guide.isDeleted(its)) {
                findings.unfinished("card", "guide " + row.id(), "is deleted, and still has its card");
                return;
            }
            if (card.entries() < entries) {
                findings.unfinished("card", "guide " + row.id(), "has a card that does not know its whole log yet");
                return;
            }
            var expected = card.refreshed(its);
            var published = Guide.lastPublished(its).flatMap(ref -> revisions.findIntact(card.id(), ref.number()));
            if (published.isPresent()) expected = expected.titled(published.get());
            var copy = copies.find(its.getLast().id());
            if (copy.isPresent()) expected = expected.with(copy.get());
            if (Guides.Row.of(expected).equals(row)) return;
            if (copy.isPresent()
                    && row.contributors().equals(copy.get().contributors())
                    && Guides.Row.of(expected.by(row.contributors())).equals(row)) {
                findings.unfinished(
                        "card",
                        "guide " + row.id(),
                        "has the contributors of its draft, as cards of earlier releases have until the next publication");
                return;
            }
            if (slugs.inProgress(card.id()).isPresent()) {
                findings.unfinished("card", "guide " + row.id(), "is being renamed");
                return;
            }
            var drafted = card.drafted();
            if (drafted != null
                    && copy.isPresent()
                    && drafted.version() < copy.get().version())
                findings.unfinished("card", "guide " + row.id(), "has a card that does not know its working copy yet");
            else findings.violation("card", "guide " + row.id(), "has a card that is not what its logs tell");
        }

        private void eachGuideHasACard() {
            editions.forEach((guide, its) -> {
                if (cards.contains(guide) || Guide.isDeleted(List.copyOf(its.values()))) return;
                // A guide exists once its card is inserted; before that, its log has exactly one entry.
                if (its.size() == 1 && its.firstEntry().getValue().log().size() == 1)
                    findings.unfinished("card", "guide " + guide, "was begun, and never came to be");
                else findings.violation("card", "guide " + guide, "has a log, and no card");
            });
            minted.keySet().stream()
                    .filter(guide -> !editions.containsKey(guide))
                    .forEach(guide -> findings.violation("revision", "guide " + guide, "has revisions, and no log"));
        }

        private @Nullable Minted revision(String guide, int number) {
            var its = minted.get(guide);
            return its == null ? null : its.get(number);
        }

        private @Nullable Edition find(EditionId id) {
            var its = editions.get(id.guide());
            return its == null ? null : its.get(id.number());
        }
    }

    private static Optional<WorkingCopy> copy(WorkingCopies.Row row) {
        try {
            return Optional.of(row.copy(false));
        } catch (RuntimeException unreadable) {
            return Optional.empty();
        }
    }

    /** The edition that the entries describe. Seals are ignored here, because they are checked separately. */
    private static Edition of(EditionId id, List<LogEntry> entries) {
        return Edition.of(id, entries, new Edition.Chain(List.of(), null));
    }

    private static boolean isNumbered(String id) {
        return id.matches("[^#]+#[0-9]{6,}");
    }

    private static String where(String guide, int revision) {
        return "guide " + guide + ", revision " + revision;
    }
}
