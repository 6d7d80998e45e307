// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imprimatur.store.ClockReading;
import dev.imprimatur.testing.UnitTest;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A lease begins with the reading that it follows from, and ends by whichever clock advanced further, the wall clock or the monotonic
 * clock.
 */
@UnitTest
class LeaseTest {
    private static final ClockReading BEGAN = new ClockReading(Long.MAX_VALUE - 1_000, 1_000_000);

    private ClockReading now = BEGAN;
    private final Lease lease = new Lease(Duration.ofSeconds(60), Lease.Ended.REFUSE, () -> now);

    private static ClockReading later(Duration unset, Duration onTheWall) {
        return new ClockReading(BEGAN.nanos() + unset.toNanos(), BEGAN.millis() + onTheWall.toMillis());
    }

    @ParameterizedTest
    @CsvSource({
        "PT0S, PT0S, true",
        "PT60S, PT60S, true",
        "PT60.000000001S, PT60S, false",
        // the wall clock was set back: by seconds, by years
        "PT60S, PT-5S, true",
        "PT61S, PT-5S, false",
        "PT61S, PT-87600H, false",
        // the wall clock was set ahead, or the machine was suspended
        "PT1S, PT60.001S, false",
        "PT1S, PT87600H, false",
        "PT1S, PT2S, true",
    })
    void itIsOverByWhicheverClockWentFurther(Duration unset, Duration onTheWall, boolean holds) {
        now = later(unset, onTheWall);

        assertThat(lease.holds(BEGAN)).isEqualTo(holds);
        assertThat(lease.left(BEGAN).isNegative()).isEqualTo(!holds);
    }

    @Test
    void aReadingThatWasAnsweredLateCountsFromWhenItBegan() {
        now = later(Duration.ofSeconds(50), Duration.ofSeconds(50));
        var answeredNow = BEGAN;
        assertThat(lease.left(answeredNow)).isEqualTo(Duration.ofSeconds(10));

        now = later(Duration.ofSeconds(61), Duration.ofSeconds(61));
        assertThat(lease.holds(answeredNow)).isFalse();
    }

    @Test
    void whoNeverReadHasNone() {
        assertThat(lease.holds(null)).isFalse();
        assertThat(lease.left(null)).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-1S", "PT1.999S", "PT1H0.001S"})
    void aLengthThatCannotBeKeptIsRefused(Duration length) {
        assertThatThrownBy(() -> new Lease(length, Lease.Ended.REFUSE, () -> now))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("imprimatur.delivery.lease");
    }
}
