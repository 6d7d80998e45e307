// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.imprimatur.testing.UnitTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

@UnitTest
class RecentReadsTest {
    private final AtomicInteger stored = new AtomicInteger(1);
    private final RecentReads<Integer> reads = new RecentReads<>();

    private Optional<Integer> find() {
        return reads.find("id", _ -> Optional.of(stored.get()));
    }

    @Test
    void aChangeOfThisNodeTakesEffectAtOnceAndAnotherOneSoon() {
        assertThat(find()).contains(1);

        reads.changing(() -> stored.incrementAndGet());
        assertThat(find()).contains(2);

        stored.set(3);
        await().atMost(Duration.ofSeconds(5)).until(() -> find().equals(Optional.of(3)));
    }

    /** The value is still being read when it is changed. */
    @Test
    void aReadThatAChangeOvertakesIsNotUsedAgain() {
        var overtaken = reads.find("id", _ -> {
            int before = stored.get();
            reads.changing(() -> stored.incrementAndGet());
            return Optional.of(before);
        });

        assertThat(overtaken).contains(1);
        assertThat(find()).contains(2);
    }

    @Test
    void aFailedChangeMayHaveBeenMade() {
        assertThat(find()).contains(1);

        assertThatThrownBy(() -> reads.changing(() -> {
                    stored.incrementAndGet();
                    throw new IllegalStateException("the answer is lost");
                }))
                .hasMessage("the answer is lost");

        assertThat(find()).contains(2);
    }

    @Test
    void whatDoesNotExistIsReadAgain() {
        assertThat(reads.find("id", _ -> Optional.empty())).isEmpty();

        assertThat(find()).contains(1);
    }

    /** A store that does not answer lets everybody who asks for the same value wait for one time limit, and not one after the other. */
    @Test
    void whoeverAsksDuringAReadSharesItsFailure() throws Exception {
        var tries = new AtomicInteger();
        var begun = new CountDownLatch(1);
        var fail = new CountDownLatch(1);
        Callable<Optional<Integer>> failing = () -> reads.find("id", _ -> {
            tries.incrementAndGet();
            begun.countDown();
            try {
                fail.await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
            throw new IllegalStateException("the store does not answer");
        });

        var asking = new ArrayList<Thread>();
        var failures = new ConcurrentLinkedQueue<String>();
        for (int i = 0; i < 20; i++)
            asking.add(Thread.ofVirtual().start(() -> {
                try {
                    failing.call();
                } catch (Exception failed) {
                    failures.add(failed.getMessage());
                }
            }));
        begun.await();
        await().until(() -> asking.stream().allMatch(it -> it.getState() == Thread.State.WAITING));
        fail.countDown();
        for (var thread : asking) thread.join();

        assertThat(failures).hasSize(20).containsOnly("the store does not answer");
        assertThat(tries).hasValue(1);
        assertThat(find()).contains(1);
    }
}
