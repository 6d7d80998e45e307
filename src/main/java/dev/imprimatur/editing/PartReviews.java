// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.editing;

import dev.imprimatur.history.Edition;
import dev.imprimatur.history.Stamp;
import dev.imprimatur.history.StampedPart;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The reviews of parts of a published revision, on the card of the guide.
 *
 * @param overdueAfter the earliest last day of a part whose review becomes overdue on its own next; null if there is none
 * @param moreDueAfter while a review of parts is requested: the earliest last day of what is not requested yet; null otherwise
 */
public record PartReviews(
        List<Part> all,
        @Nullable LocalDate overdueAfter,
        @Nullable LocalDate moreDueAfter) {
    /**
     * The review of a part.
     *
     * @param pointer the JSON Pointer of the part
     * @param reviewDue the last day on which the review is valid
     * @param requested whether the next review of the part is requested
     */
    public record Part(String pointer, LocalDate reviewDue, boolean requested, boolean overdue) {}

    /** The reviews of the parts of a published edition; null if it has none. */
    static @Nullable PartReviews of(Edition live) {
        var stamp = live.stamp();
        var parts = stamp.map(Stamp::stampedParts).orElse(List.of());
        if (parts.isEmpty()) return null;
        var more = live.partRequest() == null
                ? Stream.<LocalDate>empty()
                : Stream.concat(
                        stamp.stream().map(Stamp::reviewDue),
                        parts.stream()
                                .filter(part -> !live.isRequested(part.pointer()))
                                .map(StampedPart::reviewDue));
        return new PartReviews(
                parts.stream()
                        .map(part -> new Part(
                                part.pointer(),
                                part.reviewDue(),
                                live.isRequested(part.pointer()),
                                live.isOverdueMarked(part)))
                        .toList(),
                live.partsToMark().stream()
                        .map(StampedPart::reviewDue)
                        .min(Comparator.naturalOrder())
                        .orElse(null),
                more.min(Comparator.naturalOrder()).orElse(null));
    }
}
