// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.Period;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** The keyword {@code x-review-reminders}: how long before its due day a review is announced. */
final class ReviewReminders {
    static final String KEYWORD = "x-review-reminders";
    private static final int MOST = 5;
    private static final LocalDate LATEST = LocalDate.EPOCH.plusYears(10);

    private static final List<Period> USUAL = List.of(Period.ofDays(30), Period.ofDays(7), Period.ofDays(1));

    private ReviewReminders() {}

    /** What the schema says; 30, 7 and 1 days if it says nothing. */
    static List<Period> of(JsonNode schema) {
        var keyword = schema.path(KEYWORD);
        return keyword.isMissingNode()
                ? USUAL
                : keyword.values().stream()
                        .map(it -> Period.parse(it.asString()))
                        .toList();
    }

    /** The fault of the keyword, in words; empty if it keeps the rules. */
    static Optional<String> fault(JsonNode schema) {
        var keyword = schema.path(KEYWORD);
        if (keyword.isMissingNode()) return Optional.empty();
        var seen = new HashSet<Period>();
        boolean isRight = keyword.isArray() && keyword.size() <= MOST;
        for (var period : keyword.values()) isRight &= isPeriod(period) && seen.add(Period.parse(period.asString()));
        return isRight
                ? Optional.empty()
                : Optional.of(
                        "must be a list of at most " + MOST
                                + " different ISO 8601 periods, each at least one day and at most ten years, such as [\"P30D\", \"P7D\", \"P1D\"]");
    }

    private static boolean isPeriod(JsonNode value) {
        try {
            var period = Period.parse(value.asString(""));
            return value.isString()
                    && !period.isNegative()
                    && !period.isZero()
                    && !LocalDate.EPOCH.plus(period).isAfter(LATEST);
        } catch (DateTimeException wrong) {
            return false;
        }
    }
}
