// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import dev.imprimatur.content.ContentHash;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.publication.LedgerEntry.Kind;
import dev.imprimatur.publication.LedgerRows.Stored;
import dev.imprimatur.store.Check;
import dev.imprimatur.store.Failures;
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
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/** Checks every ledger entry, its published content, and the evidence for the entry in the edition logs. */
@Component
class LedgerCheck implements Check {
    private static final int BATCH = 500;
    private static final Set<LogEntry.Kind> APPROVALS = Set.of(LogEntry.Kind.APPROVED, LogEntry.Kind.IMPORTED);

    private final LedgerRows rows;
    private final LedgerChain chain;
    private final PublishedContents contents;
    private final Editions editions;
    private final Lineage lineage;
    private final ReviewEvidence reviewEvidence;

    LedgerCheck(LedgerRows rows, LedgerChain chain, PublishedContents contents, Editions editions, Lineage lineage) {
        this.rows = rows;
        this.chain = chain;
        this.contents = contents;
        this.editions = editions;
        this.lineage = lineage;
        this.reviewEvidence = new ReviewEvidence(editions);
    }

    @Override
    public void run(Findings findings) {
        new Examination(findings).run();
    }

    /** One run of the check, with everything that the run has read. */
    private final class Examination {
        private final Findings findings;
        private final Map<String, List<LedgerEntry>> ofGuide = new TreeMap<>();
        /** The content hashes that the ledger states, by guide and revision ({@link NumberedIds}). */
        private final Map<String, String> publishedHashes = new HashMap<>();

        private final Map<Long, LedgerEntry> byPosition = new HashMap<>();

        Examination(Findings findings) {
            this.findings = findings;
        }

        void run() {
            chain();
            causes();
            ofGuide.values().forEach(entries -> LedgerOrder.check(entries, findings));
            contents();
            var guides = new HashSet<>(ofGuide.keySet());
            editions.eachEntry(entry -> guides.add(entry.edition().guide()));
            guides.forEach(this::evidence);
        }

        private void chain() {
            long position = 0;
            String hash = LedgerChain.GENESIS;
            LedgerEntry before = null;
            List<Stored> stored;
            do {
                stored = rows.beyond(position, BATCH);
                for (var it : stored) {
                    boolean gap = it.position() > position + 1;
                    if (gap) findings.violation("ledger-chain", where(position + 1), "is missing");
                    var entry = it.entry();
                    if (entry == null) findings.violation("ledger-entry", where(it.position()), "cannot be read");
                    else {
                        chain.broken(entry, it.position() - 1, gap ? entry.previousHash() : hash)
                                .ifPresent(fault -> findings.violation("ledger-entry", where(it.position()), fault));
                        if (!gap && !LedgerVerifier.isInPlace(entry, before))
                            findings.violation("ledger-order", where(it.position()), LedgerVerifier.MISPLACED);
                        ofGuide.computeIfAbsent(entry.id(), guide -> new ArrayList<>())
                                .add(entry);
                        byPosition.put(it.position(), entry);
                        if (entry.isLive())
                            publishedHashes.put(NumberedIds.id(entry.id(), entry.revision()), entry.contentHash());
                    }
                    before = entry;
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
                    case RENAME -> Renaming.causes(entry.id());
                    case LINK -> TranslationLinks.causes(entry.id());
                };
                boolean fits = expected.endsWith(":")
                        ? cause.get().startsWith(expected)
                        : cause.get().equals(expected);
                if (!fits)
                    findings.violation("ledger-entry", where(entry.position()), "has the cause of another entry");
            });
        }

        private void contents() {
            var stored = new HashSet<String>();
            contents.each((id, row) -> {
                stored.add(id);
                String hash = publishedHashes.get(id);
                String where = "published content " + id.replace("#", ", revision ");
                if (row.isEmpty()) findings.violation("content", where, "cannot be read");
                else if (hash == null) {
                    var approved = approved(id, row.get().content());
                    if (approved.isEmpty()) findings.violation("content", where, "was never approved");
                    // content is stored before the ledger entry that names it; content of an edition that was published
                    // may
                    // be named by an entry that is lost
                    else if (approved.get().state() == Edition.State.APPROVED)
                        findings.unfinished("content", where, "is approved, but the ledger does not name it yet");
                } else if (!ContentHash.isOf(row.get().content(), hash))
                    findings.violation("content", where, "is not what was approved");
            });
            publishedHashes.keySet().stream()
                    .filter(id -> !stored.contains(id))
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

        /** Checks that the logs and the ledger agree about the guide, and that the logs hold the evidence for each review. */
        private void evidence(String guide) {
            var editionsOfGuide = logs(guide);
            if (editionsOfGuide == null) return;
            var entries = ofGuide.getOrDefault(guide, List.of());
            var logged = new HashSet<Long>();
            for (var edition : editionsOfGuide)
                for (var entry : edition.log()) {
                    var position = entry.position();
                    if (position == null) continue;
                    var atPosition = byPosition.get(position);
                    if (atPosition != null && atPosition.isDescribedBy(entry)) logged.add(position);
                    else if (!lineage.isLost(entry))
                        findings.violation(
                                "ledger-behind",
                                entry.inWords(),
                                "names position " + position + ", where the ledger has no such entry");
                }
            for (var entry : entries) {
                var edition = editionsOfGuide.stream()
                        .filter(it -> it.id().number() == entry.edition())
                        .findFirst()
                        .orElse(null);
                if (edition == null)
                    findings.violation("evidence", where(entry.position()), "is about an edition that has no log");
                else {
                    reviewEvidence
                            .faults(entry, edition)
                            .forEach(fault -> findings.violation("evidence", where(entry.position()), fault));
                    boolean last = entry.position() == entries.getLast().position();
                    boolean isLogged = logged.contains(entry.position()) || entry.kind() == Kind.RESTAMP;
                    if (!isLogged && last)
                        findings.unfinished(
                                "evidence", where(entry.position()), "is not recorded in the log of its edition yet");
                    else if (!isLogged && entry.kind() != Kind.REVIEW_OVERDUE)
                        findings.violation(
                                "evidence", where(entry.position()), "is not recorded in the log of its edition");
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
    }

    static String where(long position) {
        return "ledger entry " + position;
    }
}
