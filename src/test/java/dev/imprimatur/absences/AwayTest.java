// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.absences;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.UnitTest;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@UnitTest
class AwayTest {
    private static final LocalDate DAY = LocalDate.parse("2026-03-29");

    private static Absence absence(String person, String delegate) {
        return absence(person, delegate, "UTC");
    }

    private static Absence absence(String person, String delegate, String zone) {
        return new Absence(person, DAY, DAY, zone, delegate, person, Instant.EPOCH, false);
    }

    @Test
    void theFirstPresentPersonOfAChainActs() {
        var away = new Away(Map.of(
                "ada", absence("ada", "bob"),
                "bob", absence("bob", "\u674e\u660e"),
                "cem", absence("cem", null),
                "dan", absence("dan", "cem")));

        assertThat(away.delegateOf("ada")).contains("\u674e\u660e");
        assertThat(away.delegateOf("dan")).isEmpty();
        assertThat(away.delegateOf("cem")).isEmpty();
        assertThat(away.delegateOf("eve")).isEmpty();
    }

    @Test
    void aCircleOfDelegatesEndsAtNobody() {
        var away = new Away(Map.of(
                "ada", absence("ada", "bob"),
                "bob", absence("bob", "cem"),
                "cem", absence("cem", "bob")));

        for (String person : away.absences().keySet())
            assertThat(away.delegateOf(person)).as(person).isEmpty();
    }

    /** Days are those of the zone: a day with a change of the clocks is shorter, and some days begin after midnight. */
    @ParameterizedTest
    @CsvSource({
        "UTC, 2026-03-29T00:00:00Z, 2026-03-30T00:00:00Z",
        "Europe/Berlin, 2026-03-28T23:00:00Z, 2026-03-29T22:00:00Z",
        "Pacific/Kiritimati, 2026-03-28T10:00:00Z, 2026-03-29T10:00:00Z",
        "America/Los_Angeles, 2026-03-29T07:00:00Z, 2026-03-30T07:00:00Z"
    })
    void anAbsenceHasTheDaysOfItsZone(String zone, Instant begins, Instant ends) {
        var absence = absence("ada", null, zone);

        assertThat(absence.isInForce(begins.minusMillis(1))).isFalse();
        assertThat(absence.isInForce(begins)).isTrue();
        assertThat(absence.isInForce(ends.minusMillis(1))).isTrue();
        assertThat(absence.isInForce(ends)).isFalse();
        assertThat(absence.isOver(ends)).isTrue();
    }
}
