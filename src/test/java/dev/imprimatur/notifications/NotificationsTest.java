// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.notifications;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import com.sun.net.httpserver.HttpServer;
import dev.imprimatur.editing.Language;
import dev.imprimatur.notifications.Mailboxes.Mailbox;
import dev.imprimatur.notifications.Notifications.Notification;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Guides.Ref;
import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Stores;
import dev.imprimatur.testing.Visitor;
import jakarta.mail.Address;
import jakarta.mail.BodyPart;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** People are told once of what concerns them, in the way that they chose, and of nothing that they may not read. */
@Tag("long")
@Tag("store")
class NotificationsTest {
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final Pattern LINK = Pattern.compile("http://studio.example.org/unsubscribe/(imp_uns_[\\w-]+)");

    private static GreenMail mails;
    private static Node node;

    @BeforeAll
    static void start() throws Exception {
        mails = new GreenMail(new ServerSetup(freePort(), "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
        mails.start();
        node = Node.start(
                "spring.mail.host", "127.0.0.1",
                "spring.mail.port", Integer.toString(mails.getSmtp().getPort()),
                "imprimatur.notifications.base-url", "http://studio.example.org/",
                "imprimatur.notifications.gather", "0s",
                "imprimatur.notifications.check-every", "100ms",
                "imprimatur.notifications.attempts", "2",
                "imprimatur.webhooks.allowed-networks", "127.0.0.0/8");
    }

    /** A port at which the mail server can be started again. */
    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @AfterAll
    static void stop() {
        node.close();
        mails.stop();
    }

    /** A new person with an address, who is mailed at once. */
    private static String person(String role) {
        String name = role.toLowerCase(Locale.ROOT) + "-" + COUNT.incrementAndGet();
        node.as("admin")
                .post(
                        "/accounts",
                        Map.of(
                                "username",
                                name,
                                "displayName",
                                "Person " + name,
                                "email",
                                address(name),
                                "password",
                                Node.PASSWORD,
                                "roles",
                                List.of(role)))
                .ok();
        prefer(name, Map.of(), "immediately");
        return name;
    }

    private static String address(String name) {
        return name + "@example.org";
    }

    private static Http.Answer prefer(String name, Map<String, List<String>> kinds, String digest) {
        return node.as(name).put("/notifications/preferences", Map.of("kinds", kinds, "digest", digest));
    }

    private static List<MimeMessage> mailsTo(String name) {
        return Arrays.stream(mails.getReceivedMessages())
                .filter(mail -> recipients(mail).contains(address(name)))
                .toList();
    }

    private static String recipients(MimeMessage mail) {
        try {
            return Arrays.stream(mail.getAllRecipients())
                    .map(Address::toString)
                    .toList()
                    .toString();
        } catch (Exception failed) {
            throw new AssertionError(failed);
        }
    }

    private static MimeMessage mailTo(String name) {
        await().atMost(Duration.ofSeconds(20)).until(() -> !mailsTo(name).isEmpty());
        return mailsTo(name).getLast();
    }

    private static String part(MimeMessage mail, int index) throws Exception {
        BodyPart part = ((MimeMultipart) mail.getContent()).getBodyPart(index);
        return (String) part.getContent();
    }

    private static List<JsonNode> told(String name, Ref guide) {
        return node.as(name).get("/notifications?limit=100").ok().get("items").values().stream()
                .filter(it -> it.path("guide").path("id").asString("").equals(guide.id()))
                .toList();
    }

    private static JsonNode awaitTold(String name, Ref guide) {
        await().atMost(Duration.ofSeconds(20)).until(() -> !told(name, guide).isEmpty());
        return told(name, guide).getFirst();
    }

    private static Http.Answer comment(String by, Ref guide, String body) {
        return node.as(by).post(guide.path() + "/comments", Map.of("revision", 1, "pointer", "/summary", "body", body));
    }

    private static Ref titled(String title) {
        var content = Guides.content();
        content.put("title", title);
        String slug = "titled-" + COUNT.incrementAndGet();
        var created = node.as("editor")
                .post("/role-guide", Map.of("slug", slug, "content", content))
                .ok();
        var guide = new Ref(created.get("id").asString(), slug);
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
        return guide;
    }

    /** Sends what is due, and waits until the nodes have nothing to send any more. */
    private static void untilNothingIsDue() {
        await().atMost(Duration.ofSeconds(20))
                .until(() -> node.bean(Notifications.class)
                                .peopleWithMail(node.clock().instant())
                                .isEmpty()
                        && node.bean(Mailboxes.class)
                                .waiting(node.clock().instant())
                                .isEmpty());
    }

    @Test
    void aTaskRingsForThoseWhoMayTakeItUntilTheyHaveReadIt() {
        var guide = node.guides().submitted();

        var it = awaitTold("reviewer", guide);
        awaitTold("second-reviewer", guide);

        assertThat(it.get("kind").asString()).isEqualTo("task");
        assertThat(it.get("event").asString()).isEqualTo("submitted");
        assertThat(it.at("/by/username").asString()).isEqualTo("editor");
        assertThat(it.get("path").asString()).isEqualTo("/studio/guides/" + guide.id() + "/review?edition=1");
        assertThat(told("editor", guide)).isEmpty();
        assertThat(told("publisher", guide)).isEmpty();
        int before =
                node.as("reviewer").get("/notifications").ok().get("unread").asInt();
        String id = it.get("id").asString();
        node.as("second-reviewer").post("/notifications/read", Map.of("ids", List.of(id)));
        assertThat(told("reviewer", guide).getFirst().get("read").asBoolean()).isFalse();

        assertThat(node.as("reviewer")
                        .post("/notifications/read", Map.of("ids", List.of(id)))
                        .status())
                .isEqualTo(204);

        assertThat(told("reviewer", guide).getFirst().get("read").asBoolean()).isTrue();
        var after =
                node.as("reviewer").get("/notifications?unread=true&limit=100").ok();
        assertThat(after.get("unread").asInt()).isLessThan(before);
        assertThat(after.get("items").values())
                .noneMatch(item -> item.get("id").asString().equals(id));
        var both = Map.of("ids", List.of(), "until", Instant.now().toString());
        assertThat(node.as("reviewer").post("/notifications/read", both).status())
                .isEqualTo(400);
    }

    @Test
    void whoIsAssignedATaskIsTold() {
        var guide = node.guides().submitted();
        String task = node.guides().task("reviewer", guide).get("id").asString();
        awaitTold("second-reviewer", guide);

        node.as("reviewer")
                .post("/tasks/" + task + "/assign", Map.of("account", "second-reviewer"))
                .ok();

        await().atMost(Duration.ofSeconds(20))
                .until(() -> told("second-reviewer", guide).size() == 2);
        assertThat(told("second-reviewer", guide).getFirst().get("event").asString())
                .isEqualTo("assigned");
        assertThat(told("reviewer", guide)).hasSize(1);
    }

    @Test
    void aTaskThatIsDecidedIsNoLongerUnreadForAnybody() {
        var guide = node.guides().submitted();
        awaitTold("reviewer", guide);
        awaitTold("second-reviewer", guide);
        var other = node.guides().submitted();
        awaitTold("reviewer", other);

        node.guides()
                .decide("reviewer", node.guides().task("reviewer", guide), "approve")
                .ok();

        for (String name : List.of("reviewer", "second-reviewer"))
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> told(name, guide).stream()
                            .filter(it -> it.get("kind").asString().equals("task"))
                            .allMatch(it -> it.get("read").asBoolean()));
        assertThat(told("reviewer", other).getFirst().get("read").asBoolean()).isFalse();
    }

    @Test
    void aDecisionIsToldToWhoWrote() {
        var guide = node.guides().submitted();
        node.guides()
                .decide("reviewer", node.guides().task("reviewer", guide), "request-changes")
                .ok();

        var it = awaitTold("editor", guide);

        assertThat(it.get("kind").asString()).isEqualTo("decision");
        assertThat(it.get("event").asString()).isEqualTo("changes-requested");
        assertThat(told("reviewer", guide))
                .noneMatch(own -> own.at("/by/username").asString().equals("reviewer"));
    }

    @Test
    void aMentionIsToldAndShownAsAMark() {
        String other = person("EDITOR");
        var guide = node.guides().submitted();

        comment("reviewer", guide, "@second-editor, see me@" + other + ".example, and @nobody-here <b>")
                .ok();

        var it = awaitTold("second-editor", guide);
        assertThat(it.get("kind").asString()).isEqualTo("mention");
        assertThat(awaitTold("editor", guide).get("kind").asString()).isEqualTo("comment");
        assertThat(told(other, guide)).isEmpty();
        assertThat(comment("second-editor", guide, "I see.").status()).isEqualTo(201);
        var page = Visitor.signedIn(node, "second-editor").get("/studio/guides/" + guide.id() + "/review");
        assertThat(page.body())
                .contains(">@second-editor</b>, see me@" + other + ".example, and @nobody-here &lt;b&gt;")
                .contains("id=\"thread-" + it.get("comment").asString());
        var list = Visitor.signedIn(node, "second-editor")
                .get("/studio/notifications")
                .body();
        assertThat(list).contains("mentioned you in a comment on").contains("Mark all as read");
    }

    @Test
    void onlyWhoMayAnswerIsToldOfAMention() {
        String german = "german-" + COUNT.incrementAndGet();
        node.as("admin")
                .post(
                        "/accounts",
                        Map.of(
                                "username",
                                german,
                                "displayName",
                                "Person " + german,
                                "password",
                                Node.PASSWORD,
                                "roles",
                                List.of("EDITOR"),
                                "grants",
                                List.of(Map.of("role", "EDITOR", "locales", List.of("de")))))
                .ok();
        var guide = node.guides().submitted();

        comment("reviewer", guide, "@" + german + ", @publisher and @second-reviewer: look")
                .ok();

        awaitTold("second-reviewer", guide);
        assertThat(comment("second-reviewer", guide, "I looked.").status()).isEqualTo(201);
        for (String other : List.of(german, "publisher")) {
            assertThat(told(other, guide)).isEmpty();
            assertThat(comment(other, guide, "So did I.").status()).isEqualTo(403);
        }
        assertThat(Visitor.signedIn(node, "reviewer")
                        .get("/studio/guides/" + guide.id() + "/review")
                        .body())
                .contains(">@second-reviewer</b>")
                .doesNotContain(">@" + german + "</b>", ">@publisher</b>");
    }

    @Test
    void theLinkOfACommentLeadsToTheEditionThatItIsAbout() {
        var guide = node.guides().nextEditionSubmitted(node.guides().published(), "Of the next edition.");

        comment("reviewer", guide, "@second-editor, is this still true?").ok();

        var it = awaitTold("second-editor", guide);
        assertThat(it.get("event").asString()).isEqualTo("mentioned");
        assertThat(it.get("edition").asInt()).isEqualTo(1);
        assertThat(Visitor.signedIn(node, "second-editor")
                        .get("/studio/notifications")
                        .body())
                .contains("/studio/guides/" + guide.id() + "/review?edition=1#thread-"
                        + it.get("comment").asString());
    }

    @Test
    void everythingOfADigestIsOneMailWithALinkToEachTask() throws Exception {
        String name = person("REVIEWER");
        prefer(name, Map.of(), "hourly").ok();
        var one = titled("Инженер <данных> & co");
        var other = titled("機械学習エンジニア");
        awaitTold(name, one);
        awaitTold(name, other);
        assertThat(mailsTo(name)).isEmpty();

        node.clock().forward(Duration.ofHours(1));
        var mail = mailTo(name);

        assertThat(mail.getContentType()).startsWith("multipart/alternative");
        assertThat(mail.getFrom()[0].toString()).contains("imprimatur@studio.example.org");
        String plain = part(mail, 0);
        assertThat(plain)
                .contains("“\u2068Инженер <данных> & co\u2069”, English (United States)")
                .contains("機械学習エンジニア")
                .contains("http://studio.example.org/studio/guides/" + one.id() + "/review?edition=1")
                .contains("http://studio.example.org/studio/guides/" + other.id() + "/review?edition=1");
        String html = part(mail, 1);
        assertThat(html)
                .contains(
                        "<bdi lang=\"en-US\" dir=\"ltr\">Инженер &lt;данных&gt; &amp; co</bdi></a>, English (United States)")
                .contains("href=\"http://studio.example.org/studio/guides/" + other.id() + "/review?edition=1\"");
        String summary = Guides.content().get("summary").asString();
        assertThat(plain + html).doesNotContain(summary);
        assertThat(mail.getHeader("List-Unsubscribe-Post", null)).isEqualTo("List-Unsubscribe=One-Click");
        untilNothingIsDue();
        node.clock().forward(Duration.ofHours(2));
        untilNothingIsDue();
        assertThat(mailsTo(name)).hasSize(1);
    }

    @Test
    void aTitleCannotBeginAHeader() throws Exception {
        String name = person("REVIEWER");

        var line = new DigestMail.Line(
                new Actor("Eve\r\nBcc: all@example.org", null, false),
                "asks",
                "A\r\nX-Evil: 1\u0085\u2028",
                Language.of("de-DE"),
                "http://x");
        var digest = new DigestMail(List.of(line), "http://u", "http://s");
        var message = new MimeMessage((Session) null);
        digest.write(message, "<1@x>", "a@example.org", address(name), "N\r\nCc: e@example.org", Instant.EPOCH);
        message.saveChanges();

        assertThat(message.getHeader("X-Evil")).isNull();
        assertThat(message.getAllRecipients()).hasSize(1);
        assertThat(message.getSubject())
                .isEqualTo("\u2068Eve Bcc: all@example.org\u2069 asks \u2068A X-Evil: 1\u2069, German (Germany)");
    }

    @Test
    void aMailMarksAnExpertAndNamesTheLanguageEvenOfALongTitle() throws Exception {
        var line = new DigestMail.Line(
                new Actor("Ada \u202Ea", "Economist", true),
                "approved",
                "x".repeat(300),
                Language.of("ar-EG"),
                "http://x");
        var message = new MimeMessage((Session) null);
        new DigestMail(List.of(line), "http://u", "http://s")
                .write(message, "<1@x>", "a@example.org", "b@example.org", "B", Instant.EPOCH);
        message.saveChanges();

        assertThat(message.getSubject())
                .startsWith("\u2068Ada a\u2069, \u2068Economist\u2069 (invited expert) approved \u2068x")
                .endsWith("…\u2069, Arabic (Egypt)");
        assertThat(part(message, 0))
                .startsWith("\u2068Ada a\u2069, \u2068Economist\u2069 (invited expert) approved “\u2068x");
        assertThat(part(message, 1))
                .contains("<bdi>Ada a</bdi>, <bdi>Economist</bdi> (invited expert) approved ")
                .contains("<bdi lang=\"ar-EG\" dir=\"rtl\">");
    }

    @Test
    void oneClickEndsTheMailsOfThatPersonOnly() throws Exception {
        String name = person("REVIEWER");
        titled("Unsubscribed");
        var header = mailTo(name).getHeader("List-Unsubscribe", null);
        var token = LINK.matcher(header);
        assertThat(token.find()).isTrue();
        var stranger = Visitor.stranger(node);
        String path = "/unsubscribe/" + token.group(1);

        assertThat(stranger.get(path).status()).isEqualTo(200);
        assertThat(digestOf(name)).isEqualTo("immediately");
        var answer = stranger.send(
                "POST", path, "List-Unsubscribe=One-Click", "Content-Type", "application/x-www-form-urlencoded");

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(digestOf(name)).isEqualTo("off");
        assertThat(digestOf("reviewer")).isEqualTo("hourly");
        stranger.send("POST", path, "List-Unsubscribe=One-Click", "Content-Type", "application/x-www-form-urlencoded");
        assertThat(node.as("admin")
                        .get("/audit?action=mail-unsubscribed&person=" + name)
                        .ok()
                        .get("items")
                        .size())
                .isEqualTo(1);
        int before = mailsTo(name).size();
        awaitTold(name, titled("After the end"));
        untilNothingIsDue();
        assertThat(mailsTo(name)).hasSize(before);
        assertThat(stranger.send("POST", "/unsubscribe/imp_uns_wrong", "").status())
                .isEqualTo(404);
    }

    private static String digestOf(String name) {
        return node.as(name)
                .get("/notifications/preferences")
                .ok()
                .get("digest")
                .asString();
    }

    @Test
    void whoeverMayNotReadAnyMoreIsMailedNothing() {
        String demoted = person("REVIEWER");
        String gone = person("REVIEWER");
        String reader = person("REVIEWER");
        for (String name : List.of(demoted, gone, reader))
            prefer(name, Map.of(), "daily").ok();
        var guide = titled("A secret plan");
        for (String name : List.of(demoted, gone, reader)) awaitTold(name, guide);
        node.as("admin")
                .patch("/accounts/" + demoted, Map.of("roles", List.of()))
                .ok();
        node.as("admin").delete("/accounts/" + gone);

        node.clock().forward(Duration.ofDays(1));
        mailTo(reader);
        untilNothingIsDue();

        assertThat(mailsTo(demoted)).isEmpty();
        assertThat(mailsTo(gone)).isEmpty();
    }

    @Test
    void whatWasReadOrDoneIsNotMailed() {
        String name = person("REVIEWER");
        prefer(name, Map.of(), "daily").ok();
        var read = titled("Read");
        var done = titled("Done");
        String id = awaitTold(name, read).get("id").asString();
        awaitTold(name, done);
        node.as(name).post("/notifications/read", Map.of("ids", List.of(id)));
        node.guides()
                .decide("reviewer", node.guides().task("reviewer", done), "approve")
                .ok();

        node.clock().forward(Duration.ofDays(1));
        untilNothingIsDue();

        assertThat(mailsTo(name)).isEmpty();
    }

    @Test
    void aDigestThatANodeLeftIsSentWithTheSameMessageId() throws Exception {
        String name = person("REVIEWER");
        prefer(name, Map.of(), "daily").ok();
        awaitTold(name, titled("Left behind"));
        var now = node.clock().instant();
        var boxes = node.bean(Mailboxes.class);
        var dead = boxes.claim(name, "a dead node", now, now.plus(Duration.ofMinutes(10)))
                .orElseThrow();
        var ids = node.bean(Notifications.class).toMail(name, 50).stream()
                .map(Notification::id)
                .toList();
        assertThat(boxes.fix(dead, new Mailbox.Digest("fixed", ids, now))).isTrue();
        untilOthersAreSent(name);
        assertThat(mailsTo(name)).isEmpty();

        node.clock().forward(Duration.ofMinutes(11));

        assertThat(mailTo(name).getMessageID()).isEqualTo("<fixed@studio.example.org>");
        node.clock().forward(Duration.ofDays(1));
        untilNothingIsDue();
        assertThat(mailsTo(name)).hasSize(1);
    }

    private static void untilOthersAreSent(String name) {
        await().atMost(Duration.ofSeconds(20))
                .until(() -> node
                        .bean(Notifications.class)
                        .peopleWithMail(node.clock().instant())
                        .stream()
                        .allMatch(name::equals));
    }

    @Test
    void aMailServerThatIsAwayIsTriedAgainAndThenSeenByAdministrators() {
        String name = person("REVIEWER");
        String other = person("REVIEWER");
        mails.stop();
        try {
            titled("Undeliverable");
            await().atMost(Duration.ofSeconds(20))
                    .until(() ->
                            undelivered(name).has("error") && undelivered(other).has("error"));
            assertThat(undelivered(name).get("attempts").asInt()).isEqualTo(1);
            assertThat(undelivered(name).has("nextAttempt")).isTrue();

            node.clock().forward(Duration.ofMinutes(2));
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> undelivered(name).path("attempts").asInt() == 2);

            assertThat(undelivered(name).has("nextAttempt")).isFalse();
            assertThat(node.nobody().get("/actuator/health/readiness").status()).isEqualTo(200);
            var page = Visitor.signedIn(node, "admin")
                    .get("/studio/notification-delivery")
                    .body();
            assertThat(page)
                    .contains("waits for you", "/studio/accounts/" + name, "Try again for all")
                    .contains("The mail server cannot be reached", "What the server said");
            assertThat(node.as("reviewer")
                            .post("/notifications/undelivered/" + name + "/retry", null)
                            .status())
                    .isEqualTo(403);
        } finally {
            mails.start();
        }
        int all = node.as("admin")
                .get("/notifications/undelivered?limit=100")
                .ok()
                .get("items")
                .size();
        assertThat(all).isGreaterThan(1);
        assertThat(node.as("admin")
                        .post("/notifications/undelivered/retry", null)
                        .ok()
                        .get("mails")
                        .asInt())
                .isEqualTo(all);
        mailTo(name);
        mailTo(other);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> node.as("admin")
                        .get("/notifications/undelivered")
                        .ok()
                        .get("items")
                        .isEmpty());
        assertThat(node.as("admin")
                        .post("/notifications/undelivered/" + name + "/retry", null)
                        .status())
                .isEqualTo(404);
    }

    @Test
    void anAddressThatIsNoneIsSeenByAdministrators() {
        String name = person("REVIEWER");
        // as a release stored it that did not check addresses
        node.bean(MongoDatabase.class)
                .getCollection("accounts")
                .updateOne(Filters.eq("_id", name), Updates.set("email", "a@example.org, b@example.org"));
        titled("To one address");
        String settings = Visitor.signedIn(node, name)
                .get("/studio/notifications/settings")
                .body();
        assertThat(settings).contains("<bdi>a@example.org, b@example.org</bdi>", ">At once</option>");
        await().atMost(Duration.ofSeconds(20)).until(() -> undelivered(name).has("error"));
        node.as("admin")
                .patch("/accounts/" + name, Map.of("email", address(name)))
                .ok();

        node.clock().forward(Duration.ofMinutes(2));

        mailTo(name);
        assertThat(Arrays.stream(mails.getReceivedMessages()).map(NotificationsTest::recipients))
                .noneMatch(to -> to.contains("b@example.org"));
    }

    private static JsonNode undelivered(String name) {
        return node.as("admin").get("/notifications/undelivered?limit=100").ok().get("items").values().stream()
                .filter(it -> it.get("username").asString().equals(name))
                .findFirst()
                .orElse(MissingNode.getInstance());
    }

    @Test
    void ofWhatWasAppendedBeforeACrashPeopleAreToldAfterTheNextStartButNotOfWhatIsOld() {
        try (var mortal = Node.start("imprimatur.notifications.sweep-every", "1h")) {
            mortal.bean(Follower.class).stop();
            var old = mortal.guides().submitted();
            mortal.clock().forward(Duration.ofDays(4));
            var recent = mortal.guides().submitted();
            String task = mortal.guides().task("reviewer", recent).get("id").asString();
            mortal.as("reviewer")
                    .post("/tasks/" + task + "/assign", Map.of("account", "second-reviewer"))
                    .ok();
            assertThat(mortal.as("reviewer").get("/notifications").ok().get("items"))
                    .isEmpty();

            mortal.restart(() -> {});

            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(
                                    mortal.as("reviewer").get("/notifications").ok().get("items").values().stream()
                                            .filter(it ->
                                                    it.get("event").asString().equals("submitted"))
                                            .map(it -> it.at("/guide/id").asString()))
                            .containsExactly(recent.id())
                            .doesNotContain(old.id()));
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(mortal.as("second-reviewer")
                                    .get("/notifications")
                                    .ok()
                                    .get("items")
                                    .values())
                            .extracting(it -> it.get("event").asString())
                            .contains("assigned"));
            assertThat(mortal.as("admin")
                            .get("/notifications/undelivered")
                            .ok()
                            .get("configured")
                            .asBoolean())
                    .isFalse();
        }
    }

    @Test
    void twoNodesSendADigestOnce() throws Exception {
        assumeFalse(Stores.areEmbedded(), "two nodes need stores that both can reach");
        try (var other = node.beside()) {
            for (int round = 0; round < 5; round++) {
                String name = person("REVIEWER");
                prefer(name, Map.of(), "hourly").ok();
                String title = "Round " + round;
                awaitTold(name, titled(title));
                node.clock().forward(Duration.ofHours(1));
                mailTo(name);
                untilNothingIsDue();
                // timers of other guides may tell the person something too
                var mails = new ArrayList<String>();
                for (var mail : mailsTo(name)) mails.add(part(mail, 0));
                assertThat(mails).filteredOn(mail -> mail.contains(title)).hasSize(1);
                assertThat(mails).doesNotHaveDuplicates();
            }
        }
    }

    @Test
    void preferencesSayWhatIsWrongAndChangeNothing() {
        String name = person("EDITOR");
        var wrong = Map.of(
                "kinds",
                Map.of("task", List.of("pigeon"), "everything", List.of()),
                "digest",
                "weekly",
                "hour",
                24,
                "zone",
                "Mars/Olympus");

        var answer = node.as(name).put("/notifications/preferences", wrong);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().get("errors").values())
                .extracting(error -> error.get("pointer").asString())
                .containsExactlyInAnyOrder("/kinds/task", "/kinds", "/digest", "/hour", "/zone");
        assertThat(digestOf(name)).isEqualTo("immediately");
        var page = Visitor.signedIn(node, name);
        var saved = page.post(
                "/studio/notifications/settings",
                "/studio/notifications/settings",
                "studio",
                "mention",
                "digest",
                "daily",
                "hour",
                "7",
                "zone",
                "Asia/Kolkata");
        assertThat(saved.status()).as(saved.body()).isEqualTo(302);
        var now = node.as(name).get("/notifications/preferences").ok();
        assertThat(now.get("zone").asString()).isEqualTo("Asia/Kolkata");
        assertThat(now.at("/kinds/mention").values())
                .extracting(JsonNode::asString)
                .containsExactly("studio");
        assertThat(now.at("/kinds/task").isEmpty()).isTrue();
    }

    @Test
    void whoWantsNeitherIsNotTold() {
        String name = person("REVIEWER");
        prefer(name, Map.of("task", List.of()), "immediately").ok();

        var guide = titled("Unwanted");
        awaitTold("reviewer", guide);
        untilNothingIsDue();

        assertThat(told(name, guide)).isEmpty();
        assertThat(mailsTo(name)).isEmpty();
    }

    @Test
    void aChatIsToldInOrderAndAgainAfterAFailure() throws Exception {
        var posted = new CopyOnWriteArrayList<String>();
        var status = new AtomicInteger(500);
        var chat = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        chat.createContext("/", exchange -> {
            posted.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(status.get(), -1);
            exchange.close();
        });
        chat.start();
        try {
            String url = "http://127.0.0.1:" + chat.getAddress().getPort() + "/hooks/secret-of-the-first-chat-a1b2";
            var added = node.as("admin")
                    .post("/notifications/chats", Map.of("name", "Editors", "url", url, "events", List.of("submitted")))
                    .ok();
            String id = added.get("id").asString();
            assertThat(added.toString()).doesNotContain("secret");
            assertThat(added.get("name").asString()).isEqualTo("Editors");
            assertThat(added.get("ending").asString()).isEqualTo("a1b2");
            var wrong = Map.of("name", "A\u202Eb", "url", url);
            assertThat(node.as("admin")
                            .post("/notifications/chats", wrong)
                            .json()
                            .at("/errors/0/pointer")
                            .asString())
                    .isEqualTo("/name");
            assertThat(node.as("admin")
                            .post("/notifications/chats", Map.of("url", "https://169.254.169.254/x"))
                            .status())
                    .isEqualTo(422);

            var guide = titled("<!channel> @all \u202EBoss\u2069 https://evil.example [x](y)");
            await().atMost(Duration.ofSeconds(20)).until(() -> state(id).equals("failing"));
            assertThat(Visitor.signedIn(node, "admin")
                            .get("/studio/notification-delivery")
                            .body())
                    .contains("<bdi>Editors</bdi>", "…a1b2", "A revision is submitted for review")
                    .contains("The chat has a failure of its own", "status 500")
                    .doesNotContain("secret");
            status.set(200);
            node.clock().forward(Duration.ofMinutes(2));
            await().atMost(Duration.ofSeconds(20)).until(() -> state(id).equals("active"));

            String text = Http.JSON.readTree(posted.getLast()).get("text").asString();
            assertThat(text)
                    .isEqualTo(
                            "\u2068The editor\u2069 asks for a review of “\u2068‹!channel› @\u200Ball Boss https:\u200B//evil.\u200Bexample "
                                    + "\u200B[x\u200B](y)\u2069”, English (United States) http://studio.example.org/studio/guides/"
                                    + guide.id() + "/review?edition=1");
            assertThat(posted).hasSize(2);
            assertThat(node.as("admin")
                            .post("/notifications/chats/" + id + "/test", null)
                            .ok()
                            .get("status")
                            .asInt())
                    .isEqualTo(200);
            assertThat(node.as("admin").delete("/notifications/chats/" + id).status())
                    .isEqualTo(204);
            assertThat(node.as("reviewer").get("/notifications/chats").status()).isEqualTo(403);
        } finally {
            chat.stop(0);
        }
    }

    private static String state(String id) {
        return node.as("admin").get("/notifications/chats").ok().get("items").values().stream()
                .filter(it -> it.get("id").asString().equals(id))
                .map(it -> it.get("state").asString())
                .findFirst()
                .orElseThrow();
    }
}
