// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.access.NeedsScope;
import dev.imprimatur.credentials.Scope;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.review.Calendar;
import dev.imprimatur.review.Releases;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The calendar of what is to come. */
@RestController
class CalendarApi {
    /** The most days that one request can ask for, and the days that it gets if it does not say. */
    private static final int MOST_DAYS = 400;

    private static final int USUAL_DAYS = 31;

    private final Calendar calendar;
    private final Releases releases;
    private final Clock clock;

    CalendarApi(Calendar calendar, Releases releases, Clock clock) {
        this.calendar = calendar;
        this.releases = releases;
        this.clock = clock;
    }

    record GuideName(String id, String type, String slug, String locale, String title) {}

    /**
     * @param kind {@code publish}, {@code unpublish}, {@code review-due} or {@code part-review-due}
     * @param part of the review of a part: its JSON Pointer
     */
    record EventView(
            Instant at,
            String kind,
            GuideName guide,
            @Nullable String part) {
        static EventView of(Calendar.Event event) {
            var guide = event.guide();
            return new EventView(
                    event.at(),
                    event.kind().apiName(),
                    new GuideName(guide.id(), guide.type(), guide.slug(), guide.locale(), guide.title()),
                    event.part());
        }
    }

    record ReleaseName(String id, String name, Instant publishAt) {}

    /** @param releases those that are to be published in these days; on the first page only */
    record CalendarView(
            List<EventView> items,
            @Nullable String next,
            @Nullable List<ReleaseName> releases) {}

    private static void mustBeNear(LocalDate day) {
        if (day.isBefore(Calendar.FIRST) || day.isAfter(Calendar.LAST))
            throw Refusal.malformed(
                            "from and to must lie between the years " + Calendar.FIRST.getYear() + " and "
                                    + Calendar.LAST.getYear(),
                            List.of())
                    .raise();
    }

    /**
     * A page of the events of some days, in the order in which they happen.
     *
     * @param from the first day, in UTC; today if absent
     * @param to the last day
     */
    @GetMapping(Api.ROOT + "/calendar")
    @NeedsScope(Scope.READ)
    @PreAuthorize("isAuthenticated()")
    CalendarView calendar(
            @RequestParam @Nullable LocalDate from,
            @RequestParam @Nullable LocalDate to,
            @RequestParam(defaultValue = "100") int limit,
            @RequestParam @Nullable String cursor) {
        var first = from == null ? LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC) : from;
        mustBeNear(first);
        var last = to == null ? first.plusDays(USUAL_DAYS - 1) : to;
        mustBeNear(last);
        long days = ChronoUnit.DAYS.between(first, last) + 1;
        if (days < 1)
            throw Refusal.malformed("to must not be before from", List.of()).raise();
        if (days > MOST_DAYS)
            throw Refusal.malformed("from and to may be at most " + MOST_DAYS + " days apart", List.of())
                    .raise();
        var page = calendar.page(first, last, cursor, Api.pageSize(limit));
        return new CalendarView(
                page.items().stream().map(EventView::of).toList(),
                page.next(),
                cursor == null ? releases(first, last) : null);
    }

    private List<ReleaseName> releases(LocalDate first, LocalDate last) {
        return releases.between(first, last).stream()
                .map(release ->
                        new ReleaseName(release.id(), release.name(), Objects.requireNonNull(release.publishAt())))
                .toList();
    }
}
