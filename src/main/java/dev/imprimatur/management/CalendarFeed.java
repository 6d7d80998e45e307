// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.imprimatur.accounts.Accounts;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.content.Labels;
import dev.imprimatur.content.Sha256;
import dev.imprimatur.credentials.CalendarLinks;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.review.Calendar;
import dev.imprimatur.review.Release;
import dev.imprimatur.review.Releases;
import io.github.bucket4j.Bucket;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.Objects;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.HttpHeaders;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;
import tools.jackson.databind.node.MissingNode;

/** The calendar for the calendar programs of people (RFC 5545). The secret token in the address is the credential. */
@RestController
class CalendarFeed {
    private static final int MOST_LINKS = 10_000;
    private static final Duration MINUTE = Duration.ofMinutes(1);
    /** Reviews that are overdue stay in the feed for some days. */
    private static final int DAYS_BEFORE = 31;

    private static final int DAYS_AFTER = 366;

    private final CalendarLinks links;
    private final Accounts accounts;
    private final Calendar calendar;
    private final Releases releases;
    private final ContentTypes types;
    private final Clock clock;
    private final int rate;
    private final int most;
    private final Cache<String, Bucket> buckets =
            Caffeine.newBuilder().maximumSize(MOST_LINKS).build();

    /**
     * @param rate how many requests a minute a link may make on one node, {@code imprimatur.calendar.rate}
     * @param most how many events the feed has, {@code imprimatur.calendar.most-events}
     */
    CalendarFeed(
            CalendarLinks links,
            Accounts accounts,
            Calendar calendar,
            Releases releases,
            ContentTypes types,
            Clock clock,
            @Value("${imprimatur.calendar.rate:30}") int rate,
            @Value("${imprimatur.calendar.most-events:2000}") int most) {
        if (rate < 1 || most < 1)
            throw new IllegalArgumentException(
                    "imprimatur.calendar.rate and imprimatur.calendar.most-events are at least 1");
        this.links = links;
        this.accounts = accounts;
        this.calendar = calendar;
        this.releases = releases;
        this.types = types;
        this.clock = clock;
        this.rate = rate;
        this.most = most;
    }

    /** Writes the response itself: for a path that ends like a file name, the framework would add a Content-Disposition header. */
    @GetMapping("/calendar/{token}.ics")
    void feed(@PathVariable String token, HttpServletRequest request, HttpServletResponse response) throws IOException {
        String account = links.accountOf(token)
                .filter(name -> accounts.caller(name)
                        .filter(holder -> !holder.roles().isEmpty())
                        .isPresent())
                .orElseThrow(() -> links.wrong(request.getRemoteAddr()));
        if (!bucket(account).tryConsume(1))
            throw Refusal.throttled("this link is read more than " + rate + " times a minute", MINUTE)
                    .raise();
        byte[] body = written();
        response.setHeader(HttpHeaders.CACHE_CONTROL, "private, no-cache");
        response.setHeader("X-Robots-Tag", "noindex");
        if (new ServletWebRequest(request, response)
                .checkNotModified(Api.etag(HexFormat.of().formatHex(Sha256.of(body))))) return;
        response.setContentType(ICalendar.MEDIA_TYPE);
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    private Bucket bucket(String account) {
        return buckets.get(
                account,
                _ -> Bucket.builder()
                        .addLimit(limit -> limit.capacity(rate).refillGreedy(rate, MINUTE))
                        .build());
    }

    private byte[] written() {
        var today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        var events = calendar.page(today.minusDays(DAYS_BEFORE), today.plusDays(DAYS_AFTER), null, most);
        var feed = new ICalendar()
                .line("BEGIN", "VCALENDAR")
                .line("VERSION", "2.0")
                .line("PRODID", "-//Imprimatur//Calendar//EN")
                .line("CALSCALE", "GREGORIAN")
                .text("NAME", "Imprimatur")
                .text("X-WR-CALNAME", "Imprimatur")
                .line("REFRESH-INTERVAL;VALUE=DURATION", "PT15M")
                .line("X-PUBLISHED-TTL", "PT15M");
        if (events.next() != null)
            feed.text("DESCRIPTION", "The first " + most + " events; the calendar in the studio has all of them.");
        String server = ServletUriComponentsBuilder.fromCurrentContextPath().toUriString();
        for (var event : events.items()) write(event, server, feed);
        for (var release : releases.between(today.minusDays(DAYS_BEFORE), today.plusDays(DAYS_AFTER)))
            write(release, server, feed);
        return feed.line("END", "VCALENDAR").bytes();
    }

    /** A guide, or a part of it, has at most one event of each kind, so these identify the event, also when it is moved. */
    private void write(Calendar.Event event, String server, ICalendar feed) {
        var guide = event.guide();
        String kind = event.kind().apiName();
        String part = event.part() == null ? "" : event.part();
        feed.line("BEGIN", "VEVENT")
                .text("UID", kind + "-" + guide.id() + part + "@imprimatur")
                .instant("DTSTAMP", guide.updatedAt())
                .instant("LAST-MODIFIED", guide.updatedAt())
                .line("SEQUENCE", Integer.toString(guide.entries()));
        if (event.kind() == Calendar.Kind.REVIEW_DUE || event.kind() == Calendar.Kind.PART_REVIEW_DUE)
            feed.day("DTSTART", LocalDate.ofInstant(event.at(), ZoneOffset.UTC));
        else feed.instant("DTSTART", event.at());
        feed.text("SUMMARY", words(event) + ": " + guide.title())
                .text("DESCRIPTION", guide.type() + ", " + guide.locale() + ", " + guide.slug())
                .line("URL", server + "/studio/guides/" + guide.id())
                .text("CATEGORIES", kind)
                .line("CLASS", "CONFIDENTIAL")
                .line("TRANSP", "TRANSPARENT")
                .line("END", "VEVENT");
    }

    private static void write(Release release, String server, ICalendar feed) {
        var at = Objects.requireNonNull(release.publishAt());
        feed.line("BEGIN", "VEVENT")
                .line("UID", "release-" + release.id() + "@imprimatur")
                .instant("DTSTAMP", release.createdAt())
                .instant("DTSTART", at)
                .text("SUMMARY", "Release: " + release.name())
                .line("URL", server + "/studio/releases/" + release.id())
                .text("CATEGORIES", "release")
                .line("CLASS", "CONFIDENTIAL")
                .line("TRANSP", "TRANSPARENT")
                .line("END", "VEVENT");
    }

    private String words(Calendar.Event event) {
        return switch (event.kind()) {
            case PUBLISH -> "Publish";
            case UNPUBLISH -> "Unpublish";
            case REVIEW_DUE -> "Review due";
            case PART_REVIEW_DUE -> "Review of " + label(event) + " due";
        };
    }

    /** The label of the part of the guide that comes due, or its pointer if the content type is not there any more. */
    private String label(Calendar.Event event) {
        String part = Objects.requireNonNull(event.part());
        return types.find(event.guide().type())
                .map(type -> Labels.of(type.shape(), MissingNode.getInstance(), part))
                .orElse(part);
    }
}
