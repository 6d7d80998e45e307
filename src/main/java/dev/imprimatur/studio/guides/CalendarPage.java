// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.guides;

import dev.imprimatur.editing.Guide;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.review.Calendar;
import dev.imprimatur.review.Releases;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.TextStyle;
import java.time.temporal.TemporalAdjusters;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Shows what is published and unpublished in a month, and which reviews come due. */
@Controller
class CalendarPage {
    private static final DateTimeFormatter MONTH = DateTimeFormatter.ofPattern("MMMM yyyy", Locale.ENGLISH);
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("EEEE, d MMMM", Locale.ENGLISH);
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss 'UTC'", Locale.ENGLISH).withZone(ZoneOffset.UTC);
    private static final YearMonth FIRST = YearMonth.from(Calendar.FIRST);
    private static final YearMonth LAST = YearMonth.from(Calendar.LAST);
    private static final int DAYS = 7;
    /** How many events one page lists. */
    private static final int MOST = 100;

    private final Calendar calendar;
    private final Releases releases;
    private final Clock clock;

    CalendarPage(Calendar calendar, Releases releases, Clock clock) {
        this.calendar = calendar;
        this.releases = releases;
        this.clock = clock;
    }

    /**
     * @param time the time of day; null for a review, which comes due on a day
     * @param parts the pointer of the part that comes due; empty for all other events
     */
    record Item(Instant at, String words, @Nullable String time, Guide guide, List<String> parts) {}

    /** @param date such as 2026-12-24, which the address and the anchor of the day contain */
    record Day(String date, String name, List<Item> list) {}

    /**
     * A day in the table of the month.
     *
     * @param isListed whether the list below begins with this day or an earlier one and has the day's events
     */
    record Cell(String date, boolean isIn, boolean isToday, int number, int events, boolean isListed) {}

    record Month(
            String name,
            YearMonth before,
            YearMonth after,
            List<String> weekdays,
            List<List<Cell>> weeks,
            List<Day> days,
            YearMonth itself,
            @Nullable String from,
            int events,
            @Nullable String next) {}

    @GetMapping("/studio/calendar")
    @PreAuthorize("isAuthenticated()")
    String month(
            @RequestParam(name = "month", required = false) @Nullable String name,
            @RequestParam(defaultValue = "") String from,
            @RequestParam(required = false) @Nullable String cursor,
            Model model) {
        var today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        var month = name == null ? YearMonth.from(today) : parsed(name);
        var first = from.isEmpty() ? month.atDay(1) : dayOf(month, from);
        var counts = calendar.counts(month.atDay(1), month.atEndOfMonth());
        model.addAttribute("releases", releases.between(month.atDay(1), month.atEndOfMonth()));
        var page = calendar.page(first, month.atEndOfMonth(), cursor, MOST);
        var byDay = page.items().stream()
                .collect(Collectors.groupingBy(
                        event -> LocalDate.ofInstant(event.at(), ZoneOffset.UTC), TreeMap::new, Collectors.toList()));
        model.addAttribute(
                "month",
                new Month(
                        MONTH.format(month),
                        month.minusMonths(1),
                        month.plusMonths(1),
                        Stream.of(DayOfWeek.values())
                                .map(day -> day.getDisplayName(TextStyle.SHORT, Locale.ENGLISH))
                                .toList(),
                        weeks(month, today, counts, byDay.keySet()),
                        byDay.entrySet().stream()
                                .map(day -> new Day(
                                        day.getKey().toString(),
                                        DAY.format(day.getKey()),
                                        day.getValue().stream()
                                                .map(CalendarPage::item)
                                                .toList()))
                                .toList(),
                        month,
                        from.isEmpty() ? null : from,
                        counts.values().stream().mapToInt(Integer::intValue).sum(),
                        page.next()));
        return "studio/calendar";
    }

    private static YearMonth parsed(String name) {
        try {
            var month = YearMonth.parse(name);
            if (!month.isBefore(FIRST) && !month.isAfter(LAST)) return month;
        } catch (DateTimeException noMonth) {
            // refused below
        }
        throw Refusal.malformed("month is a month such as 2026-12, from " + FIRST + " to " + LAST, List.of())
                .raise();
    }

    private static LocalDate dayOf(YearMonth month, String text) {
        try {
            var day = LocalDate.parse(text);
            if (YearMonth.from(day).equals(month)) return day;
        } catch (DateTimeException noDay) {
            // refused below
        }
        throw Refusal.malformed("from is a day of the month, such as " + month + "-15", List.of())
                .raise();
    }

    private static List<List<Cell>> weeks(
            YearMonth month, LocalDate today, Map<LocalDate, Integer> counts, Set<LocalDate> listed) {
        var monday = month.atDay(1).with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
        return Stream.iterate(monday, week -> !week.isAfter(month.atEndOfMonth()), week -> week.plusWeeks(1))
                .map(week -> IntStream.range(0, DAYS)
                        .mapToObj(week::plusDays)
                        .map(day -> new Cell(
                                day.toString(),
                                YearMonth.from(day).equals(month),
                                day.equals(today),
                                day.getDayOfMonth(),
                                counts.getOrDefault(day, 0),
                                listed.contains(day)))
                        .toList())
                .toList();
    }

    private static Item item(Calendar.Event event) {
        return switch (event.kind()) {
            case PUBLISH -> new Item(event.at(), "Publish", TIME.format(event.at()), event.guide(), List.of());
            case UNPUBLISH -> new Item(event.at(), "Unpublish", TIME.format(event.at()), event.guide(), List.of());
            case REVIEW_DUE -> new Item(event.at(), "Review due", null, event.guide(), List.of());
            case PART_REVIEW_DUE ->
                new Item(event.at(), "Review due", null, event.guide(), List.of(Objects.requireNonNull(event.part())));
        };
    }
}
