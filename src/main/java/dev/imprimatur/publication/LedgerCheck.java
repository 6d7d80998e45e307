// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import dev.imprimatur.content.ContentHash;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.history.Reviewer;
import dev.imprimatur.history.Revision;
import dev.imprimatur.history.Stamp;
import dev.imprimatur.publication.LedgerEntry.Kind;
import dev.imprimatur.publication.LedgerRows.Stored;
import dev.imprimatur.store.Check;
import dev.imprimatur.store.Failures;
import dev.imprimatur.store.Findings;
import dev.imprimatur.store.NumberedIds;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/** Checks every ledger entry, its published content, and the evidence for the entry in the edition logs. */
@Component
class LedgerCheck implements Check {
    private static final int BATCH = 500;
    /** How far the clocks of two nodes may differ. */
    private static final Duration SKEW = Duration.ofSeconds(2);

    private static final Set<LogEntry.Kind> APPROVALS = Set.of(LogEntry.Kind.APPROVED, LogEntry.Kind.IMPORTED);

    private final LedgerRows rows;
    private final LedgerChain chain;
    private final PublishedContents contents;
    private final Editions editions;
    private final Lineage lineage;

    LedgerCheck(LedgerRows rows, LedgerChain chain, PublishedContents contents, Editions editions, Lineage lineage) {
        this.rows = rows;
        this.chain = chain;
        this.contents = contents;
        this.editions = editions;
        this.lineage = lineage;
    }

    @Override
    public void run(Findings findings) {
        new Examination(findings).run();
    }

    private final class Examination {
        private final Findings findings;
        private final Map<String, List<LedgerEntry>> ofGuide = new TreeMap<>();
        /** The hash that the ledger states, by published revision. */
        private final Map<String, String> delivered = new HashMap<>();

        private final Map<Long, LedgerEntry> byPosition = new HashMap<>();

        Examination(Findings findings) {
            this.findings = findings;
        }

        void run() {
            chain();
            causes();
            ofGuide.values().forEach(this::fold);
            contents();
            var guides = new HashSet<>(ofGuide.keySet());
            editions.eachEntry(entry -> guides.add(entry.edition().guide()));
            guides.forEach(this::evidence);
        }

        private void chain() {
            long position = 0;
            String hash = LedgerChain.GENESIS;
            List<Stored> stored;
            do {
                stored = rows.beyond(position, BATCH);
                for (var it : stored) {
                    if (it.position() > position + 1)
                        findings.violation("ledger-chain", where(position + 1), "is missing");
                    var entry = it.entry();
                    if (entry == null) findings.violation("ledger-entry", where(it.position()), "cannot be read");
                    else {
                        boolean gap = it.position() > position + 1;
                        chain.broken(entry, it.position() - 1, gap ? entry.previousHash() : hash)
                                .ifPresent(wrong -> findings.violation("ledger-entry", where(it.position()), wrong));
                        ofGuide.computeIfAbsent(entry.id(), guide -> new ArrayList<>())
                                .add(entry);
                        byPosition.put(it.position(), entry);
                        if (entry.isLive())
                            delivered.put(NumberedIds.id(entry.id(), entry.revision()), entry.contentHash());
                    }
                    position = it.position();
                    hash = Objects.requireNonNullElse(it.hash(), "");
                }
            } while (!stored.isEmpty());
        }

        /** Checks that the cause fits its entry. With a wrong cause, a step could run twice or never. */
        private void causes() {
            rows.eachCause((position, cause) -> {
                var entry = byPosition.get(Long.parseLong(position));
                if (entry == null || cause.isEmpty()) return;
                String edition = entry.id() + "." + entry.edition();
                String expected = switch (entry.kind()) {
                    case PUBLISH -> "publish:" + edition + ":" + entry.revision();
                    case RESTAMP -> "restamp:" + edition + ":";
                    case REVIEW_OVERDUE -> "overdue:" + edition + ":";
                    case UNPUBLISH -> "unpublish:" + edition;
                };
                boolean right = expected.endsWith(":")
                        ? cause.get().startsWith(expected)
                        : cause.get().equals(expected);
                if (!right)
                    findings.violation("ledger-entry", where(entry.position()), "has the cause of another entry");
            });
        }

        /** Checks that the entries of one guide follow each other in a valid order. */
        private void fold(List<LedgerEntry> entries) {
            LedgerEntry before = null;
            for (var entry : entries) {
                var wrong = wrong(before, entry);
                if (wrong != null) findings.violation("ledger-order", where(entry.position()), wrong);
                before = entry;
            }
        }

        private static @Nullable String wrong(@Nullable LedgerEntry before, LedgerEntry entry) {
            var review = entry.review();
            if (review != null && review.reviewedAt().isAfter(entry.at().plus(SKEW)))
                return "was reviewed after it was published";
            if (entry.kind() == Kind.PUBLISH) {
                if (review == null) return "publishes what bears no review";
                if (before == null) return null;
                if (entry.edition() <= before.edition())
                    return "publishes an edition that is not later than the one before";
                return entry.firstPublishedAt().equals(before.firstPublishedAt())
                        ? null
                        : "names another first publication";
            }
            if (before == null || !before.isLive()) return "is about a guide that is not live";
            boolean same = before.edition() == entry.edition()
                    && before.revision() == entry.revision()
                    && before.contentHash().equals(entry.contentHash());
            if (!same) return "is about another revision than the published one";
            var last = before.review();
            boolean backward = entry.kind() == Kind.RESTAMP
                    && review != null
                    && last != null
                    && review.reviewedAt().isBefore(last.reviewedAt());
            return backward ? "sets the last review back" : null;
        }

        private void contents() {
            var there = new HashSet<String>();
            contents.each((id, row) -> {
                there.add(id);
                String hash = delivered.get(id);
                String where = "published content " + id.replace("#", ", revision ");
                if (row.isEmpty()) findings.violation("content", where, "cannot be read");
                else if (hash == null) {
                    var approved = approved(id, row.get().content());
                    if (approved.isEmpty()) findings.violation("content", where, "was never approved");
                    // it has its place before the entry that names it; what was withdrawn since may be named in a part
                    // that is lost
                    else if (approved.get().state() == Edition.State.APPROVED)
                        findings.unfinished("content", where, "is approved, and the ledger does not name it yet");
                } else if (!ContentHash.isOf(row.get().content(), hash))
                    findings.violation("content", where, "is not what was approved");
            });
            delivered.keySet().stream()
                    .filter(id -> !there.contains(id))
                    .sorted()
                    .forEach(id -> findings.violation(
                            "content", "published content " + id.replace("#", ", revision "), "is missing"));
        }

        /** Returns the edition in which exactly this revision with this content was approved. */
        private Optional<Edition> approved(String id, JsonNode content) {
            return Objects.requireNonNullElse(logs(NumberedIds.owner(id)), List.<Edition>of()).stream()
                    .filter(edition -> edition.log().stream().anyMatch(entry -> APPROVALS.contains(entry.kind())))
                    .filter(edition -> edition.submitted()
                            .filter(ref -> ref.number() == NumberedIds.number(id)
                                    && ContentHash.isOf(content, ref.contentHash()))
                            .isPresent())
                    .findFirst();
        }

        private void evidence(String guide) {
            var its = logs(guide);
            if (its == null) return;
            var entries = ofGuide.getOrDefault(guide, List.of());
            var logged = new HashSet<Long>();
            for (var edition : its)
                for (var entry : edition.log()) {
                    var position = entry.position();
                    if (position == null) continue;
                    var told = byPosition.get(position);
                    if (told != null && told.isDescribedBy(entry)) logged.add(position);
                    else if (!lineage.isLost(entry))
                        findings.violation(
                                "ledger-behind",
                                entry.inWords(),
                                "names position " + position + ", where the ledger does not say so");
                }
            for (var entry : entries) {
                var edition = its.stream()
                        .filter(it -> it.id().number() == entry.edition())
                        .findFirst()
                        .orElse(null);
                if (edition == null)
                    findings.violation("evidence", where(entry.position()), "is about an edition that has no log");
                else {
                    vouchedFor(entry, edition);
                    boolean last = entry.position() == entries.getLast().position();
                    boolean noted = logged.contains(entry.position()) || entry.kind() == Kind.RESTAMP;
                    if (!noted && last)
                        findings.unfinished(
                                "evidence", where(entry.position()), "is not noted in the log of its edition yet");
                    else if (!noted && entry.kind() != Kind.REVIEW_OVERDUE)
                        findings.violation(
                                "evidence", where(entry.position()), "is not noted in the log of its edition");
                }
            }
        }

        private @Nullable List<Edition> logs(String guide) {
            try {
                return editions.of(guide);
            } catch (RuntimeException unreadable) {
                if (Failures.isOutage(unreadable)) throw unreadable;
                findings.violation("evidence", "guide " + guide, "has a log that cannot be read");
                return null;
            }
        }

        /** Checks that the log holds a stamp equal to the delivered review, and that the reviewers did not contribute. */
        private void vouchedFor(LedgerEntry entry, Edition edition) {
            var review = entry.review();
            if (review == null || entry.kind() == Kind.REVIEW_OVERDUE) return;
            var ref = new Revision.Ref(entry.revision(), entry.contentHash());
            var stamp = edition.log().stream()
                    .map(LogEntry::stamp)
                    .filter(Objects::nonNull)
                    .filter(it -> it.reviewed().equals(ref) && isStampOf(it, review))
                    .findFirst()
                    .orElse(null);
            if (stamp == null) {
                findings.violation("evidence", where(entry.position()), "carries a review that no log has a stamp of");
                return;
            }
            if (stamp.origin() == Stamp.Origin.IMPORTED) {
                boolean imported = edition.log().stream()
                        .anyMatch(it -> it.kind() == LogEntry.Kind.IMPORTED && stamp.equals(it.stamp()));
                if (!imported)
                    findings.violation(
                            "evidence", where(entry.position()), "names a review elsewhere that nobody vouched for");
                return;
            }
            if (!stamp.lastReviewed().equals(LocalDate.ofInstant(stamp.reviewedAt(), ZoneOffset.UTC)))
                findings.violation("evidence", where(entry.position()), "names another day than that of its review");
            var kind = entry.kind() == Kind.PUBLISH ? LogEntry.Kind.APPROVED : LogEntry.Kind.CONFIRMED;
            var decisions = decisions(edition, entry, kind, ref);
            long people = decisions.stream()
                    .filter(it ->
                            !contributors(edition, ref, it).contains(it.by().account()))
                    .map(it -> it.by().account())
                    .distinct()
                    .count();
            int required = entry.kind() == Kind.PUBLISH ? edition.approvalsRequired() : 1;
            if (people < required)
                findings.violation(
                        "evidence",
                        where(entry.position()),
                        "was approved by " + people + " people who did not contribute, of " + required);
            else if (!reviewers(decisions).containsAll(stamp.reviewers()))
                findings.violation("evidence", where(entry.position()), "names reviewers who did not decide");
        }

        private static List<LogEntry> decisions(
                Edition edition, LedgerEntry entry, LogEntry.Kind kind, Revision.Ref ref) {
            return edition.log().stream()
                    .filter(it -> it.kind() == kind && ref.equals(it.revision()))
                    .filter(it -> !it.at().isAfter(entry.at().plus(SKEW)))
                    .toList();
        }

        private Set<String> contributors(Edition edition, Revision.Ref ref, LogEntry decision) {
            return editions.contributors(edition.id().guide(), ref.number(), decision.at());
        }

        private static Set<Reviewer> reviewers(List<LogEntry> decisions) {
            return decisions.stream().map(it -> Reviewer.of(it.by())).collect(Collectors.toSet());
        }

        private static boolean isStampOf(Stamp stamp, LedgerEntry.Review review) {
            var told = stamp.reviewers().stream().map(LedgerEntry.By::of).toList();
            return stamp.reviewedAt().equals(review.reviewedAt())
                    && stamp.lastReviewed().equals(review.lastReviewed())
                    && stamp.reviewDue().equals(review.reviewDue())
                    && told.equals(review.reviewedBy());
        }
    }

    private static String where(long position) {
        return "ledger entry " + position;
    }
}
