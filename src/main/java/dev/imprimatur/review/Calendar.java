// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Guides;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** What is to come: scheduled publications, scheduled ends of publications, and reviews that come due. */
@Component
public class Calendar {
    /** The days that can be asked for: nothing is scheduled after the last one. */
    public static final LocalDate FIRST = LocalDate.of(1970, 1, 1);

    public static final LocalDate LAST = LocalDate.of(ScheduledTime.LAST_YEAR + 1, 12, 31);

    private final Guides guides;

    Calendar(Guides guides) {
        this.guides = guides;
    }

    /** The kinds of events, in the order in which events of one instant happen. */
    public enum Kind {
        PUBLISH,
        UNPUBLISH,
        REVIEW_DUE
    }

    /** @param at of a review: the end of the last day on which the last review is valid, in UTC */
    public record Event(Instant at, Kind kind, Guide guide) {}

    private static final Comparator<Event> BY_TIME = Comparator.comparing(Event::at)
            .thenComparing(Event::kind)
            .thenComparing(event -> event.guide().id());

    /** The events from the first day to the last one, in UTC and in the order in which they happen. */
    public List<Event> between(LocalDate first, LocalDate last) {
        var from = startOf(first);
        var to = startOf(last.plusDays(1));
        return guides.cached().stream()
                .flatMap(Calendar::events)
                .filter(event -> !event.at().isBefore(from) && event.at().isBefore(to))
                .sorted(BY_TIME)
                .toList();
    }

    private static Stream<Event> events(Guide guide) {
        var schedule = guide.schedule();
        return Stream.of(
                        event(schedule == null ? null : schedule.publishAt(), Kind.PUBLISH, guide),
                        event(schedule == null ? null : schedule.unpublishAt(), Kind.UNPUBLISH, guide),
                        event(endOf(guide.reviewDue()), Kind.REVIEW_DUE, guide))
                .flatMap(found -> found);
    }

    private static Stream<Event> event(@Nullable Instant at, Kind kind, Guide guide) {
        return at == null ? Stream.empty() : Stream.of(new Event(at, kind, guide));
    }

    private static @Nullable Instant endOf(@Nullable LocalDate day) {
        return day == null ? null : startOf(day.plusDays(1)).minusMillis(1);
    }

    private static Instant startOf(LocalDate day) {
        return day.atStartOfDay(ZoneOffset.UTC).toInstant();
    }
}
