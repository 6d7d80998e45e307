// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.imprimatur.testing.UnitTest;
import java.time.Duration;
import java.util.Optional;
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
}
