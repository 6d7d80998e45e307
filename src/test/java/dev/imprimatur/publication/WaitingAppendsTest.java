// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.mongodb.MongoTimeoutException;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.publication.Ledger.Addition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WaitingAppendsTest {
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch isFirst = new CountDownLatch(1);
    private final CountDownLatch mayGoOn = new CountDownLatch(1);
    /** The causes that were appended together. */
    private final List<List<String>> batches = Collections.synchronizedList(new ArrayList<>());

    private final WaitingAppends appends = new WaitingAppends(new ExclusiveReads(), this::append);
    private volatile RuntimeException outage = null;

    @AfterEach
    void endThreads() {
        threads.shutdownNow();
    }

    /** Waits with the first batch, and refuses a batch with a cause that begins with “refused”; one with “broken” fails. */
    private List<LedgerEntry> append(List<Addition> additions) {
        var causes = additions.stream().map(Addition::cause).toList();
        batches.add(causes);
        isFirst.countDown();
        try {
            assertThat(mayGoOn.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
        if (outage != null) throw outage;
        if (causes.contains("broken")) throw new IllegalStateException("a proposal failed");
        if (causes.stream().anyMatch(cause -> cause.startsWith("refused")))
            throw Refusal.conflict("superseded", "a later edition is published already")
                    .raise();
        return causes.stream().map(WaitingAppendsTest::entry).toList();
    }

    private static LedgerEntry entry(String cause) {
        return LedgerTest.entry(cause, 0, LedgerChain.GENESIS);
    }

    private Future<List<LedgerEntry>> appending(String... causes) {
        var additions = List.of(causes).stream()
                .map(cause -> new Addition(cause, cause, (position, hash, before) -> entry(cause)))
                .toList();
        return threads.submit(() -> appends.append(additions));
    }

    /** Begins an append that does not end, and others which wait for it. */
    private List<Future<List<LedgerEntry>>> waitingFor(String... causes) throws InterruptedException {
        var all = new ArrayList<Future<List<LedgerEntry>>>();
        all.add(appending("first"));
        assertThat(isFirst.await(10, TimeUnit.SECONDS)).isTrue();
        for (String cause : causes) all.add(appending(cause));
        await().until(() -> appends.size() == causes.length);
        return all;
    }

    @Test
    void whatWaitsIsAppendedTogetherAndEachGetsItsEntries() throws Exception {
        var causes =
                IntStream.range(0, 20).mapToObj(number -> "cause " + number).toArray(String[]::new);
        var all = waitingFor(causes);
        mayGoOn.countDown();

        for (int i = 0; i < causes.length; i++)
            assertThat(all.get(i + 1).get()).extracting(LedgerEntry::id).containsExactly(causes[i]);
        assertThat(batches).hasSize(2);
        assertThat(batches.getFirst()).containsExactly("first");
        assertThat(batches.getLast()).containsExactlyInAnyOrder(causes);
    }

    @Test
    void onlyTheRefusedAppendIsRefused() throws Exception {
        var all = waitingFor("one", "refused", "two");
        mayGoOn.countDown();

        assertThat(all.get(1).get()).hasSize(1);
        assertThatThrownBy(() -> all.get(2).get())
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(Refused.class);
        assertThat(all.get(3).get()).hasSize(1);
    }

    @Test
    void aProposalThatFailsFailsNoOther() throws Exception {
        var all = waitingFor("one", "broken", "two");
        mayGoOn.countDown();

        assertThat(all.get(1).get()).hasSize(1);
        assertThatThrownBy(() -> all.get(2).get()).hasRootCauseMessage("a proposal failed");
        assertThat(all.get(3).get()).hasSize(1);
    }

    @Test
    void whatIsRefusedAloneIsProposedOnce() throws Exception {
        mayGoOn.countDown();

        assertThatThrownBy(() -> appending("refused").get()).cause().isInstanceOf(Refused.class);
        assertThat(batches).containsExactly(List.of("refused"));
    }

    @Test
    void anOutageFailsAllThatWaitAndNothingIsAppendedLater() throws Exception {
        var all = waitingFor("one", "two", "three");
        outage = new MongoTimeoutException("gone");
        mayGoOn.countDown();

        for (var one : all)
            assertThatThrownBy(one::get).isInstanceOf(ExecutionException.class).hasCause(outage);
        assertThat(appends.size()).isZero();
        outage = null;
        assertThat(appending("later").get()).hasSize(1);
        assertThat(batches).containsExactly(List.of("first"), List.of("later"));
    }
}
