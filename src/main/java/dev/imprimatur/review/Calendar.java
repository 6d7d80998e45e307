// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.editing.Guides.Due;
import dev.imprimatur.editing.Guides.DuePart;
import dev.imprimatur.paging.Page;
import dev.imprimatur.paging.Place;
import dev.imprimatur.paging.Selection;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** What is to come: scheduled publications, scheduled ends of publications, and reviews of guides and of their parts that come due. */
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
        PUBLISH('1', Due.PUBLISH_AT),
        UNPUBLISH('2', Due.UNPUBLISH_AT),
        REVIEW_DUE('3', Due.REVIEW_DUE),
        /** A part comes due before the whole guide. */
        PART_REVIEW_DUE('4', null);

        /** Begins the places of the events of this kind, so that a list of one instant has this order. */
        private final char order;

        private final @Nullable Due due;

        Kind(char order, @Nullable Due due) {
            this.order = order;
            this.due = due;
        }

        private Instant at(Guide guide) {
            return Objects.requireNonNull(
                    switch (this) {
                        case PUBLISH -> Objects.requireNonNull(guide.schedule()).publishAt();
                        case UNPUBLISH ->
                            Objects.requireNonNull(guide.schedule()).unpublishAt();
                        case REVIEW_DUE -> endOf(Objects.requireNonNull(guide.reviewDue()));
                        case PART_REVIEW_DUE -> throw new IllegalStateException("a guide has several parts");
                    });
        }

        /** The kind as the API spells it. */
        public String apiName() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * @param at of a review: the end of the last day on which the last review is valid, in UTC
     * @param part of the review of a part: its JSON Pointer; null for all other events
     */
    public record Event(
            Instant at, Kind kind, Guide guide, @Nullable String part) {
        private Place place() {
            return new Place(Place.key(at), kind.order + guide.id() + (part == null ? "" : part));
        }
    }

    private static final Comparator<Event> BY_TIME = Comparator.comparing(Event::at)
            .thenComparing(Event::kind)
            .thenComparing(event -> event.guide().id())
            .thenComparing(event -> Objects.requireNonNullElse(event.part(), ""));

    /**
     * A page of the events from the first day to the last one, in UTC and in the order in which they happen.
     *
     * @param cursor from the page before, with the same days; null or empty for the first page
     */
    public Page<Event> page(LocalDate first, LocalDate last, @Nullable String cursor, int limit) {
        var list = Selection.of("calendar", first, last);
        var from = cursor == null || cursor.isEmpty() ? null : list.after(cursor);
        var found = new ArrayList<Event>();
        for (var kind : Kind.values()) found.addAll(of(kind, first, last, from, limit + 1));
        found.sort(BY_TIME);
        var items = List.copyOf(found.subList(0, Math.min(limit, found.size())));
        return new Page<>(
                items, null, found.size() > limit ? list.after(items.getLast().place()) : null);
    }

    private List<Event> of(Kind kind, LocalDate first, LocalDate last, @Nullable Place after, int most) {
        var from = startOf(first);
        String beyond = null;
        if (after != null) {
            char order = after.id().charAt(0);
            // at the same instant, the kinds before that of the last event are all on earlier pages
            from = kind.order < order ? after.instant().plusMillis(1) : after.instant();
            if (kind.order == order) beyond = after.id().substring(1);
        }
        var until = last.plusDays(1);
        var what = kind.due;
        if (what == null) return ofParts(LocalDate.ofInstant(from, ZoneOffset.UTC), beyond, until, most);
        var due = kind == Kind.REVIEW_DUE
                ? guides.due(what, LocalDate.ofInstant(from, ZoneOffset.UTC), beyond, until, most)
                : guides.due(what, from, beyond, startOf(until), most);
        return due.stream()
                .map(guide -> new Event(kind.at(guide), kind, guide, null))
                .toList();
    }

    private List<Event> ofParts(LocalDate from, @Nullable String beyond, LocalDate until, int most) {
        // ids of guides have no slash, with which a pointer begins
        int end = beyond == null ? -1 : beyond.indexOf('/');
        var after =
                beyond == null || end < 0 ? null : new DuePart(beyond.substring(0, end), beyond.substring(end), from);
        var due = guides.partsDue(from, after, until, most);
        var cards = guides.find(due.stream().map(DuePart::guide).distinct().toList());
        return due.stream()
                .flatMap(part -> Stream.ofNullable(cards.get(part.guide()))
                        .map(guide -> new Event(endOf(part.day()), Kind.PART_REVIEW_DUE, guide, part.pointer())))
                .toList();
    }

    /** How many events there are on each day from the first to the last one, in UTC. Days without events are missing. */
    public Map<LocalDate, Integer> counts(LocalDate first, LocalDate last) {
        var counts = new TreeMap<LocalDate, Integer>();
        var until = last.plusDays(1);
        for (var kind : Kind.values()) {
            var what = kind.due;
            var days = what == null
                    ? guides.daysPartsDue(first, until)
                    : kind == Kind.REVIEW_DUE
                            ? guides.daysDue(what, first, until)
                            : guides.daysDue(what, startOf(first), startOf(until));
            days.forEach(day -> counts.merge(day, 1, Integer::sum));
        }
        return counts;
    }

    private static Instant endOf(LocalDate day) {
        return startOf(day.plusDays(1)).minusMillis(1);
    }

    static Instant startOf(LocalDate day) {
        return day.atStartOfDay(ZoneOffset.UTC).toInstant();
    }
}
