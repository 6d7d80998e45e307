// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import dev.imprimatur.publication.Ledger.Addition;
import dev.imprimatur.store.Failures;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;

/**
 * Appends of several threads at the same time. Only one thread of a node may append; it appends what the others wait for, too, so that all
 * of them need one read and one write. Each entry is still a commit point of its own.
 */
final class WaitingAppends {
    /** Additions that wait, and what came of them: their entries, in order. */
    private record Waiting(List<Addition> additions, CompletableFuture<List<LedgerEntry>> result) {
        void fail(Throwable failed) {
            result.completeExceptionally(failed);
        }
    }

    /** Appends additions to the ledger and returns their entries, in order. */
    interface Append {
        List<LedgerEntry> entries(List<Addition> additions);
    }

    private final ExclusiveReads exclusive;
    private final Append append;
    private final Queue<Waiting> waiting = new ConcurrentLinkedQueue<>();

    WaitingAppends(ExclusiveReads exclusive, Append append) {
        this.exclusive = exclusive;
        this.append = append;
    }

    /** Appends the additions, or waits for another thread that appends them. Throws what their append throws. */
    List<LedgerEntry> append(List<Addition> additions) {
        var mine = new Waiting(additions, new CompletableFuture<>());
        waiting.add(mine);
        try {
            exclusive.run(() -> {
                if (!mine.result().isDone()) appendAll();
                return mine;
            });
        } catch (RuntimeException failed) {
            // it may have failed for others only
            if (!mine.result().isDone()) throw failed;
        } finally {
            // nobody may append later what is refused now
            waiting.remove(mine);
        }
        if (mine.result().state() == Future.State.SUCCESS) return mine.result().resultNow();
        if (mine.result().exceptionNow() instanceof RuntimeException failed) throw failed;
        throw new IllegalStateException(mine.result().exceptionNow());
    }

    /** How many appends wait for another one to end. */
    int size() {
        return waiting.size();
    }

    private void appendAll() {
        var all = new ArrayList<Waiting>();
        for (var next = waiting.poll(); next != null; next = waiting.poll()) all.add(next);
        try {
            appendEach(all);
        } catch (RuntimeException | Error failed) {
            all.forEach(one -> one.fail(failed));
            throw failed;
        }
    }

    /** Appends all together. If that fails for another reason than an outage, each is appended alone, so that only its own fault fails it. */
    private void appendEach(List<Waiting> all) {
        try {
            appendTogether(all);
        } catch (RuntimeException failed) {
            if (Failures.isOutage(failed)) throw failed;
            if (all.size() == 1) all.getFirst().fail(failed);
            else all.forEach(one -> appendEach(List.of(one)));
        }
    }

    private void appendTogether(List<Waiting> all) {
        var entries = append.entries(
                all.stream().flatMap(one -> one.additions().stream()).toList());
        int from = 0;
        for (var one : all) {
            int to = from + one.additions().size();
            one.result().complete(List.copyOf(entries.subList(from, to)));
            from = to;
        }
    }
}
