// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.publication.LedgerEntry.Kind;
import dev.imprimatur.testing.UnitTest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Checkpoints hold every entry once, wherever a node stopped and another went on. */
@UnitTest
class CheckpointDraftTest {
    private static final int SIZE = 4;
    private static final List<LedgerEntry> ENTRIES =
            IntStream.rangeClosed(1, 23).mapToObj(CheckpointDraftTest::entry).toList();

    private static LedgerEntry entry(int position) {
        String guide = "guide-" + position % 7;
        return LedgerEntry.of(
                position % 5 == 0 ? Kind.UNPUBLISH : Kind.PUBLISH,
                new LedgerEntry.Subject(guide, "role-guide", guide, "en-US"),
                new LedgerEntry.PublishedRevision(
                        position, 1, "sha256:" + "0".repeat(64), Instant.EPOCH, Instant.EPOCH),
                null,
                null,
                Instant.ofEpochMilli(position),
                new LedgerEntry.Link(position, hash(position - 1), hash(position), ""));
    }

    private static String hash(long position) {
        return position == 0 ? LedgerChain.GENESIS : "hash of " + position;
    }

    private static Fingerprint fingerprint(long position) {
        return new Fingerprint(position, 2, 3, -position);
    }

    /** Adds the entries between the positions. Returns the complete checkpoints, and the incomplete one if there is one. */
    private static List<Checkpoint> checkpoints(CheckpointDraft draft, int after, int upTo) {
        for (var entry : ENTRIES.subList(after, upTo)) draft.add(entry, fingerprint(entry.position()));
        var checkpoints = new ArrayList<Checkpoint>();
        for (var next = draft.next(); next.isPresent(); next = draft.next()) {
            checkpoints.add(next.get());
            draft.isStored(next.get());
        }
        draft.rest().ifPresent(checkpoints::add);
        return checkpoints;
    }

    @Test
    void whereverANodeStoppedTheCheckpointsAreTheSame() {
        var all = checkpoints(new CheckpointDraft(SIZE), 0, ENTRIES.size());

        for (int stopped = SIZE + 1; stopped < ENTRIES.size(); stopped++) {
            var first = checkpoints(new CheckpointDraft(SIZE), 0, stopped);
            var next = new CheckpointDraft(SIZE);
            CheckpointEntries.decode(first, (entry, fingerprint) -> next.know(entry.subject()));
            next.continueAfter(first.getLast());
            var later = checkpoints(next, stopped, ENTRIES.size());

            var complete = first.stream().filter(it -> it.size() == SIZE).toList();
            var both = new ArrayList<>(complete);
            both.addAll(later);
            assertThat(both).isEqualTo(all);
        }
    }

    @Test
    void checkpointsHoldWhatWasAdded() {
        var all = checkpoints(new CheckpointDraft(SIZE), 0, ENTRIES.size());

        assertThat(Checkpoint.consecutive(all)).isEqualTo(all);
        var entries = new ArrayList<EntrySummary>();
        CheckpointEntries.decode(all, (entry, fingerprint) -> {
            assertThat(fingerprint).isEqualTo(fingerprint(entry.position()));
            entries.add(entry);
        });
        assertThat(entries).isEqualTo(ENTRIES.stream().map(EntrySummary::of).toList());
    }

    @Test
    void aShortLedgerHasNoCheckpoint() {
        assertThat(checkpoints(new CheckpointDraft(SIZE), 0, SIZE - 1)).isEmpty();
        assertThat(checkpoints(new CheckpointDraft(0), 0, ENTRIES.size())).isEmpty();
    }

    @Test
    void checkpointsCountUpToTheFirstGap() {
        var all = checkpoints(new CheckpointDraft(SIZE), 0, ENTRIES.size());
        var withGap = List.of(all.get(0), all.get(1), all.get(3));

        assertThat(Checkpoint.consecutive(withGap)).isEqualTo(all.subList(0, 2));
        assertThat(Checkpoint.consecutive(all.subList(1, 3))).isEmpty();
    }
}
