// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import com.mongodb.client.MongoDatabase;
import dev.imprimatur.editing.Guides.Row;
import dev.imprimatur.editing.PartReviews;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.Schedule;
import dev.imprimatur.testing.Guides.Ref;
import dev.imprimatur.testing.Http.Answer;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Visitor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The calendar in pages, in the studio, and as a feed for calendar programs. */
@Tag("long")
@Tag("store")
class CalendarFeedTest {
    /** How many events the month has that {@link #aMonthWithManyEventsIsReadInPages} fills. */
    private static final int EVENTS = Integer.getInteger("calendar.events", 300);

    private static final Pattern ADDRESS = Pattern.compile("https?://[^<\"]+/calendar/imp_cal_[A-Za-z0-9_-]{32}\\.ics");
    private static final Node node = Node.start();

    @AfterAll
    static void stop() {
        node.close();
    }

    private static String fresh(String what) {
        return what + "-" + Long.toString(System.nanoTime(), 36);
    }

    private static Visitor newPerson(String username) {
        node.as("admin")
                .post(
                        "/accounts",
                        Map.of(
                                "username",
                                username,
                                "displayName",
                                "Called " + username,
                                "password",
                                Node.PASSWORD,
                                "roles",
                                List.of("EDITOR")))
                .ok();
        return Visitor.signedIn(node, username);
    }

    /** The path of a new link, which the account page shows once. */
    private static String link(Visitor visitor) {
        assertThat(visitor.post("/studio/account", "/studio/account/calendar").status())
                .isEqualTo(302);
        var address = ADDRESS.matcher(visitor.get("/studio/account").body());
        assertThat(address.find()).isTrue();
        assertThat(visitor.get("/studio/account").body()).doesNotContain("imp_cal_");
        assertThat(address.group()).startsWith(node.url());
        return address.group().substring(node.url().length());
    }

    private static Answer read(String path, String... headers) {
        return node.nobody().get(path, headers);
    }

    /** The events of the feed by UID, each with its properties as they are written. */
    private static Map<String, Map<String, String>> events(Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualToIgnoringCase("text/calendar;charset=utf-8");
        assertThat(answer.body()).startsWith("BEGIN:VCALENDAR\r\n").endsWith("END:VCALENDAR\r\n");
        for (String line : answer.body().split("\r\n")) {
            assertThat(line.getBytes(StandardCharsets.UTF_8).length).as(line).isLessThanOrEqualTo(75);
            assertThat(line).doesNotContain("\n", "\r", "\ufffd", "?");
        }
        var events = new LinkedHashMap<String, Map<String, String>>();
        Map<String, String> event = new LinkedHashMap<>();
        for (String line : answer.body().replace("\r\n ", "").split("\r\n")) {
            int colon = line.indexOf(':');
            String name = line.substring(0, colon);
            String value = line.substring(colon + 1);
            if (line.equals("BEGIN:VEVENT")) event = new LinkedHashMap<>();
            else if (line.equals("END:VEVENT"))
                assertThat(events.put(event.get("UID"), event)).isNull();
            else assertThat(event.put(name, value)).as(line).isNull();
        }
        return events;
    }

    private static Ref scheduled(String title, Instant at) {
        var guide = node.guides().drafted();
        String etag = node.as("editor").get(guide.path() + "/draft").header("ETag");
        node.as("editor")
                .patch(guide.path() + "/draft", Map.of("title", title), "If-Match", etag)
                .ok();
        schedule(guide, at);
        return guide;
    }

    private static void schedule(Ref guide, Instant at) {
        node.as("publisher")
                .put(guide.path() + "/schedule", Map.of("publishAt", at.toString()))
                .ok();
    }

    private static Instant in(Duration later) {
        return node.clock().instant().plus(later).truncatedTo(ChronoUnit.SECONDS);
    }

    private static String utc(Instant at) {
        return at.toString().replaceAll("[-:]", "");
    }

    @Test
    void theFeedHasTheEventsThatThePersonSees() throws Exception {
        var at = in(Duration.ofDays(3));
        String title =
                "Lehrer, Sänger; a\\b – 機械学習エンジニアのガイド 👩🏽‍💻👩🏽‍💻👩🏽‍💻 مهندس التعلم الآلي и ещё много слов 👩🏽‍💻👩🏽‍💻👩🏽‍💻";
        var guide = scheduled(title, at);
        var live = node.guides().published();
        String path = link(newPerson(fresh("reader")));

        var answer = read(path);

        var event = events(answer).get("publish-" + guide.id() + "@imprimatur");
        assertThat(event)
                .contains(
                        entry("DTSTART", utc(at)),
                        entry(
                                "SUMMARY",
                                "Publish: "
                                        + title.replace("\\", "\\\\")
                                                .replace(",", "\\,")
                                                .replace(";", "\\;")),
                        entry("URL", node.url() + "/studio/guides/" + guide.id()));
        assertThat(event.get("DTSTAMP")).matches("\\d{8}T\\d{6}Z");
        String due = node.guides().state(live).get("reviewDue").asString();
        assertThat(events(answer).get("review-due-" + live.id() + "@imprimatur"))
                .contains(entry("DTSTART;VALUE=DATE", due.replace("-", "")));
        assertThat(answer.header("Cache-Control")).isEqualTo("private, no-cache");
        assertThat(read(path, "If-None-Match", answer.header("ETag")).status()).isEqualTo(304);
        if (System.getProperty("calendar.feed") != null)
            Files.writeString(Path.of(System.getProperty("calendar.feed")), answer.body());

        schedule(guide, at.plusSeconds(3600));
        var moved = read(path, "If-None-Match", answer.header("ETag"));

        var later = events(moved).get("publish-" + guide.id() + "@imprimatur");
        assertThat(later).contains(entry("DTSTART", utc(at.plusSeconds(3600))));
        assertThat(Integer.parseInt(later.get("SEQUENCE"))).isGreaterThan(Integer.parseInt(event.get("SEQUENCE")));
        node.as("publisher").delete(guide.path() + "/schedule").ok();
        assertThat(events(read(path))).doesNotContainKey("publish-" + guide.id() + "@imprimatur");
    }

    @Test
    void aLinkEndsWithTheRightsOfItsHolder() {
        String username = fresh("leaver");
        var visitor = newPerson(username);
        String first = link(visitor);
        String path = link(visitor);
        assertThat(read(first).status()).isEqualTo(404);
        assertThat(read(path).status()).isEqualTo(200);

        roles(username, List.of());
        assertThat(read(path).status()).isEqualTo(404);
        roles(username, List.of("REVIEWER"));
        assertThat(read(path).status()).isEqualTo(200);

        visitor.post("/studio/account", "/studio/account/calendar/revoke", "sure", "yes");
        assertThat(read(path).status()).isEqualTo(404);
        String again = link(visitor);
        node.as("admin").delete("/accounts/" + username).ok();
        assertThat(read(again).status()).isEqualTo(404);
        assertThat(read(again).header("Content-Type")).startsWith("application/problem+json");

        String log = node.as("admin").get("/audit?limit=100").body();
        assertThat(log).contains("calendar-link-made", "calendar-link-revoked").doesNotContain("imp_cal_");
    }

    private static void roles(String username, List<String> roles) {
        String page = "/studio/accounts/" + username;
        var form = new ArrayList<>(List.of("sure", "yes"));
        roles.forEach(role -> form.addAll(List.of("roles", role)));
        var changed = Visitor.signedIn(node, "admin").post(page, page + "/roles", form.toArray(String[]::new));
        assertThat(changed.status()).as(changed.body()).isEqualTo(302);
    }

    @Test
    void aLinkIsReadOnlySoOften() {
        String path = link(newPerson(fresh("program")));
        assertThat(IntStream.range(0, 31).mapToObj(_ -> read(path).status()).toList())
                .startsWith(200)
                .endsWith(429);
        assertThat(read(path).header("Retry-After")).isEqualTo("60");
    }

    /** Cards are enough for the calendar, and are filled in faster than guides are published. */
    @Test
    void aMonthWithManyEventsIsReadInPages() {
        var cards = node.bean(MongoDatabase.class).getCollection("guides", Row.class);
        var first = LocalDate.of(2150, 3, 1);
        cards.insertMany(IntStream.range(0, EVENTS)
                .mapToObj(i -> card(i, first.plusDays(i % 3), first.atStartOfDay()))
                .toList());

        var seen = new ArrayList<String>();
        String cursor = "";
        long begin = System.nanoTime();
        do {
            var page = node.as("editor")
                    .get("/calendar?from=2150-03-01&to=2150-03-31&limit=70" + cursor)
                    .ok();
            page.get("items").values().forEach(event -> seen.add(place(event)));
            cursor = page.has("next") ? "&cursor=" + page.get("next").asString() : "";
        } while (!cursor.isEmpty());
        long read = System.nanoTime();

        assertThat(seen)
                .hasSize(2 * EVENTS
                        + EVENTS / 3
                        + (int) IntStream.range(0, EVENTS)
                                .filter(i -> i % 3 > 0)
                                .count())
                .doesNotHaveDuplicates()
                .isSortedAccordingTo((a, b) -> a.substring(0, 24).compareTo(b.substring(0, 24)));
        assertThat(node.as("editor").get("/calendar?cursor=nonsense").status()).isEqualTo(400);
        assertThat(node.as("editor").get("/calendar?limit=0").status()).isEqualTo(400);
        var visitor = Visitor.signedIn(node, "editor");
        long beforePage = System.nanoTime();
        String month = visitor.get("/studio/calendar?month=2150-03").body();
        long page = System.nanoTime() - beforePage;
        assertThat(month.split("href=\"/studio/guides/many-", -1)).hasSize(101);
        assertThat(month)
                .contains(
                        "More of " + seen.size() + " events",
                        "/studio/calendar?month=2150-03&amp;from=2150-03-03#day-2150-03-03");
        assertThat(visitor.get("/studio/calendar?month=2150-03&from=2150-03-03").body())
                .contains("id=\"day-2150-03-03\"")
                .doesNotContain("id=\"day-2150-03-01\"");
        assertThat(visitor.get("/studio/calendar?month=2150-03&from=2150-04-01").status())
                .isEqualTo(400);
        System.out.printf(
                "%d events: all pages in %d ms, the page of the month in %d ms%n",
                seen.size(), (read - begin) / 1_000_000, page / 1_000_000);
    }

    private static String place(JsonNode event) {
        return event.get("at").asString() + " " + event.get("kind").asString() + " "
                + event.get("guide").get("id").asString();
    }

    /**
     * Guides with a review and the end of a publication, and every third guide also with a publication. Of the others, a part comes due
     * before the guide; the parts that come due with the guide or later are reviewed with it.
     */
    private static Row card(int number, LocalDate day, LocalDateTime midnight) {
        String id = "many-" + number;
        var at = midnight.plusHours(number % 5).toInstant(ZoneOffset.UTC);
        var now = Instant.parse("2026-01-01T00:00:00Z");
        return new Row(
                id,
                "role-guide",
                "en-US",
                id,
                id,
                id,
                null,
                null,
                List.of(),
                "editor",
                now,
                1,
                Edition.State.DISCARDED,
                null,
                List.of(),
                null,
                day,
                false,
                new PartReviews(
                        List.of(
                                new PartReviews.Part("/compensation", LocalDate.from(midnight), false, false),
                                new PartReviews.Part("/duties", day.plusDays(5), false, false)),
                        null,
                        null),
                new Schedule(number % 3 == 0 ? at : null, at, null),
                null,
                null,
                null,
                null,
                now,
                0);
    }
}
