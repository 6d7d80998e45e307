// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import dev.imprimatur.content.ContentHash;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.store.NumberedIds;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/** Reads what is published: verified ledger entries with their contents, and whether they may be served. Appends nothing. */
@Component
public class LedgerReader {
    private final Ledger ledger;
    private final PublishedContents contents;
    private final Integrity integrity;
    private final Lineage lineage;

    LedgerReader(Ledger ledger, PublishedContents contents, Integrity integrity, Lineage lineage) {
        this.ledger = ledger;
        this.contents = contents;
        this.integrity = integrity;
        this.lineage = lineage;
    }

    /** Runs the action after every append on this node, so that readers on this node need not wait for the next poll. */
    public void onAppend(Runnable action) {
        ledger.onAppend(action);
    }

    /** Returns the guide's last ledger entry; empty if the guide was never published. */
    public Optional<LedgerEntry> lastOf(String guide) {
        return ledger.lastOf(guide);
    }

    /** Returns the last ledger entry of each of these guides, by guide id; guides that were never published are left out. */
    public Map<String, LedgerEntry> lastOf(Collection<String> guides) {
        return ledger.lastOf(guides);
    }

    /** The last position of the ledger; 0 if nothing was ever published. */
    public long position() {
        return ledger.last().map(LedgerEntry::position).orElse(0L);
    }

    /** The last position that this node has verified. */
    public long verified() {
        return ledger.verified();
    }

    /**
     * Visits the entries that this node took from checkpoints at its start, the first time only. Returns the position of the last one; 0 if
     * there is none.
     */
    public long takeRestored(Consumer<EntrySummary> visitor) {
        var restored = ledger.restored();
        restored.take(visitor);
        return restored.end();
    }

    /**
     * The verification of entries that this node took from checkpoints at its start.
     *
     * @param position of the last entry that is verified since the start
     * @param end position of the last entry that was taken from a checkpoint
     */
    public record Verifying(long position, long end) {}

    /** Returns how far this node has verified the entries that it took from checkpoints; empty if no entry remains. */
    public Optional<Verifying> verifying() {
        return ledger.restoredSoFar()
                .filter(restored -> !restored.areVerified())
                .map(restored -> new Verifying(restored.verifiedUpTo(), restored.end()));
    }

    /** Discards all verified entries and reads the whole ledger again, without checkpoints. */
    public void startOver() {
        ledger.startOver();
    }

    /** Returns entries above the position, in order. Throws a refusal if the first of them was changed since it was verified. */
    public List<LedgerEntry> after(long position, int limit) {
        return ledger.after(position, limit);
    }

    /**
     * The entries that follow a position.
     *
     * @param isAll whether the store was queried for this answer and had no further valid entries
     */
    public record Next(List<LedgerEntry> entries, boolean isAll) {}

    /** Returns the entries that {@link #after} returns, and whether the store may have more. */
    public Next next(long position, int limit) {
        return ledger.next(position, limit);
    }

    /** Returns the entries at these positions, in order. Throws a refusal if one was changed since it was verified. */
    public List<LedgerEntry> at(Collection<Long> positions) {
        return ledger.at(positions);
    }

    /** Returns the entries of a release, in order. Throws a refusal if one was changed since it was verified. */
    public List<LedgerEntry> of(LedgerEntry.Release release) {
        return ledger.at(release.positions());
    }

    /** Returns the entries at these positions, in order. Leaves out entries that were changed since they were verified. */
    public List<LedgerEntry> find(Collection<Long> positions) {
        return ledger.find(positions);
    }

    /** Returns the ledger positions that these log entries name. Leaves out positions of lost ledger entries. */
    public List<Long> positions(Collection<LogEntry> logged) {
        return logged.stream()
                .filter(entry -> !lineage.isLost(entry))
                .map(LogEntry::position)
                .filter(Objects::nonNull)
                .toList();
    }

    /** Returns the contents of these entries, by position. Leaves out missing contents and contents that were changed. */
    public Map<Long, JsonNode> contents(Collection<LedgerEntry> entries) {
        var failuresBefore = integrity.contentFailures();
        var stored = contents.find(
                entries.stream().map(LedgerReader::contentId).distinct().toList());
        var intact = new HashMap<Long, JsonNode>();
        for (var entry : entries) {
            var content = stored.get(contentId(entry));
            if (content == null) integrity.contentFailed(entry, "is missing or cannot be read");
            else if (!ContentHash.isOf(content, entry.contentHash()))
                integrity.contentFailed(entry, "is not what was approved");
            else {
                integrity.contentIsIntact(entry, failuresBefore);
                intact.put(entry.position(), content);
            }
        }
        return intact;
    }

    private static String contentId(LedgerEntry entry) {
        return NumberedIds.id(entry.id(), entry.revision());
    }

    /**
     * An entry as it is stored in the ledger, with the result of a check.
     *
     * @param broken what is wrong with the entry; null if hash, position and signature are right
     */
    public record CheckedEntry(LedgerEntry entry, @Nullable String broken) {}

    /** Returns the stored entries at these positions, in order, and checks each again. Leaves out entries that cannot be read. */
    public List<CheckedEntry> recheck(Collection<Long> positions) {
        return ledger.recheck(positions);
    }

    /**
     * The outcome of a check of the ledger.
     *
     * @param entries how many entries are right, counted up to the first damaged one
     * @param position of the last entry that is right
     * @param hash of the last entry that is right
     * @param broken what is wrong with the next entry; null if all entries are right
     */
    public record Verification(
            long entries,
            long position,
            String hash,
            @Nullable String broken) {}

    /** Checks hashes, order and signatures of the whole ledger, up to the first damaged entry. */
    public Verification verify() {
        return ledger.verify();
    }

    /**
     * Whether later entries are known to be out of reach, after a damaged entry or in a lost end. They may have unpublished guides that
     * this node still knows as published, so nothing may be served.
     */
    public boolean isOutdated() {
        return integrity.isOutdated();
    }

    /** Whether the ledger has lost its last entries. Nothing can change until an administrator decides how the ledger continues. */
    public boolean isBehind() {
        return integrity.isBehind();
    }

    /** Whether the guide is published according to the ledger, but is known to have been unpublished by an entry that is lost. */
    public boolean isWithheld(String guide) {
        return integrity.isWithheld(guide);
    }

    /** Counts how often data from the ledger became invalid and had to be read again. */
    public int reading() {
        return integrity.reading();
    }

    /** Whether a guide that was not found in that {@link #reading()} of the ledger may be published all the same. */
    public boolean mayBeIncomplete(int reading) {
        return integrity.mayBeIncomplete(reading);
    }

    /** The answer to sites while nothing can be served. */
    public Refusal nothingServed() {
        return integrity.nothingServed();
    }

    /** The answer for a guide that was not found, while the reading of the ledger {@linkplain #mayBeIncomplete may be incomplete}. */
    public Refusal guideUnknown() {
        return integrity.guideUnknown();
    }

    /** The answer for a guide that is published according to the ledger, but cannot be served. */
    public Refusal guideNotServed() {
        return integrity.guideNotServed();
    }
}
