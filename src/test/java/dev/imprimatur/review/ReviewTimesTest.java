// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.history.Reviewer;
import dev.imprimatur.history.Revision;
import dev.imprimatur.history.Stamp;
import dev.imprimatur.history.StampedPart;
import dev.imprimatur.testing.UnitTest;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When the next review of what is published is requested. */
@UnitTest
class ReviewTimesTest {
    private static final LocalDate REVIEWED = LocalDate.parse("2026-11-30");
    private static final Duration LEAD = Duration.ofDays(14);

    private static Stamp stamp(Period whole, Period part) {
        var reviewer = List.of(new Reviewer("reviewer", "Rita", null, null));
        var at = Instant.parse("2026-11-30T09:00:00Z");
        var stamped =
                new StampedPart("/compensation", reviewer, null, at, REVIEWED, REVIEWED.plus(part), Stamp.Origin.HERE);
        return new Stamp(
                new Revision.Ref(1, "sha256:0"),
                reviewer,
                null,
                at,
                REVIEWED,
                REVIEWED.plus(whole),
                Stamp.Origin.HERE,
                List.of(stamped));
    }

    @ParameterizedTest
    @CsvSource({
        "P1D, 2026-12-01",
        "P2D, 2026-12-01",
        "P3D, 2026-12-01",
        "P4D, 2026-12-02",
        "P8W, 2027-01-11",
        "P0D, 2026-12-01"
    })
    void noReviewIsRequestedOnTheDayOfTheLastOne(String interval, LocalDate opens) {
        var ofPart = stamp(Period.ofYears(1), Period.parse(interval));
        var ofWhole = stamp(Period.parse(interval), Period.ofYears(1));
        var first = opens.atStartOfDay(ZoneOffset.UTC).toInstant();

        assertThat(ReviewTimes.firstOpensAt(ofPart, LEAD)).isEqualTo(first);
        assertThat(ReviewTimes.firstOpensAt(ofWhole, LEAD)).isEqualTo(first);
        assertThat(ReviewTimes.requestedBy(first.minusMillis(1), ofPart, LEAD).parts())
                .isEmpty();
        assertThat(ReviewTimes.requestedBy(first, ofPart, LEAD).parts()).containsExactly("/compensation");
    }
}
