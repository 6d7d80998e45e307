// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.sessions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.MongoCommandException;
import com.mongodb.ServerAddress;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import dev.imprimatur.audit.Audit;
import dev.imprimatur.credentials.Secret;
import dev.imprimatur.signing.SealedCollection;
import dev.imprimatur.signing.Seals;
import dev.imprimatur.store.Findings;
import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Http.Answer;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.ProxiedStores;
import dev.imprimatur.testing.Visitor;
import jakarta.servlet.http.Cookie;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import tools.jackson.databind.JsonNode;

/** All nodes share the sessions of the studio, and only the holder of a session's secret can use it. */
@Tag("long")
@Tag("store")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SessionsTest {
    private static final String COOKIE = "imprimatur-session";
    private static final Pattern NAME = Pattern.compile("name=\"session\" value=\"([^\"]+)\"");

    private final ProxiedStores stores = new ProxiedStores();
    private final Node one = Node.start(stores.settings());
    private final Node other = one.beside();
    private int made;

    @AfterEach
    void comeBack() {
        stores.mongo().pass();
    }

    @AfterAll
    void stop() {
        other.close();
        one.close();
        stores.close();
    }

    /** A person who is signed in, and the secret in their cookie. */
    private record SignedIn(String username, Visitor browser, String secret) {
        Answer get(Node node, String path) {
            return browser.get(node.url() + path);
        }

        Answer post(Node node, String path, String... fields) {
            return browser.post(node.url() + "/studio/account", node.url() + path, fields);
        }

        boolean isSignedInAt(Node node) {
            var answer = get(node, "/studio/account");
            assertThat(answer.status()).isIn(200, 302);
            if (answer.status() == 302) assertThat(answer.header("Location")).endsWith("/login");
            return answer.status() == 200;
        }
    }

    private String account() {
        String username = "person-" + ++made;
        one.as("admin")
                .post(
                        "/accounts",
                        Map.of(
                                "username",
                                username,
                                "displayName",
                                "Number " + made,
                                "password",
                                Node.PASSWORD,
                                "roles",
                                List.of("EDITOR", "ADMIN")))
                .ok();
        return username;
    }

    private static SignedIn signIn(Node node, String username) {
        return signIn(Visitor.stranger(node), username);
    }

    private static SignedIn signIn(Visitor browser, String username) {
        var answer = browser.post("/login", "/login", "username", username, "password", Node.PASSWORD);
        assertThat(answer.header("Location")).doesNotContain("/login");
        return new SignedIn(username, browser, secret(answer));
    }

    private static String secret(Answer signedIn) {
        return signedIn.response().headers().allValues("Set-Cookie").stream()
                .filter(cookie -> cookie.startsWith(COOKIE + "="))
                .map(cookie -> cookie.substring(COOKIE.length() + 1, cookie.indexOf(';')))
                .findFirst()
                .orElseThrow();
    }

    private MongoCollection<Document> collection() {
        return one.bean(MongoDatabase.class).getCollection("sessions");
    }

    private Document stored(SignedIn person) {
        return collection()
                .find(Filters.eq("_id", new Secret(person.secret()).hash()))
                .first();
    }

    private List<JsonNode> audit(String action, String account) {
        return one
                .as("admin")
                .get("/audit?limit=100&action=" + action + "&person=" + account)
                .ok()
                .get("items")
                .values()
                .stream()
                .toList();
    }

    private static List<Answer> atOnce(List<Callable<Answer>> requests) throws Exception {
        var answers = new ArrayList<Answer>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var answer : threads.invokeAll(requests)) answers.add(answer.get());
        }
        return answers;
    }

    @Test
    void whoSignsInAtOneNodeIsSignedInAtAllAndSignsOutOfAll() {
        var person = signIn(one, account());

        assertThat(person.isSignedInAt(other)).isTrue();
        assertThat(person.post(other, "/studio/account", "email", "person@example.org")
                        .status())
                .isEqualTo(302);
        assertThat(person.get(one, "/studio/account").body())
                .as("what one node has done, the other says")
                .contains("Saved.", "person@example.org");
        assertThat(person.get(one, "/studio/account").body()).as("once").doesNotContain("Saved.");

        assertThat(person.post(other, "/logout").header("Location")).endsWith("/login?out");

        assertThat(signedOut(person)).isTrue();
        assertThat(audit("signed-out", person.username())).hasSize(1);
        assertThat(audit("session-ended", person.username())).isEmpty();
    }

    /** Whether the secret opens nothing on any node. */
    private boolean signedOut(SignedIn person) {
        return Stream.of(one, other)
                .allMatch(node -> node.nobody()
                                .get("/studio/account", "Cookie", COOKIE + "=" + person.secret(), "Accept", "text/html")
                                .status()
                        == 302);
    }

    @Test
    void thePageListsTheSessionsOfAllNodesAndEndsThem() {
        String username = account();
        var here = signIn(one, username);
        var there = signIn(other, username);

        var listed = NAME.matcher(here.get(one, "/studio/account").body());
        assertThat(listed.find()).isTrue();
        here.post(one, "/studio/account/sessions/end", "session", listed.group(1));

        assertThat(signedOut(there)).isTrue();
        assertThat(here.isSignedInAt(other)).isTrue();
        assertThat(audit("session-ended", username))
                .singleElement()
                .satisfies(ended -> assertThat(ended.get("actor").asString()).isEqualTo(username));
        var stranger = signIn(one, account());
        stranger.post(
                one, "/studio/account/sessions/end", "session", stored(here).getString("name"));
        assertThat(here.isSignedInAt(one))
                .as("nobody ends a session of another")
                .isTrue();
    }

    @Test
    void aChangedPasswordEndsAllOtherSessionsOnAllNodes() {
        String username = account();
        var here = signIn(one, username);
        var others = List.of(signIn(one, username), signIn(other, username));

        here.post(other, "/studio/account/password", "old", Node.PASSWORD, "wanted", "another password for tests");

        assertThat(others).allMatch(this::signedOut);
        assertThat(here.isSignedInAt(one)).isTrue();
        assertThat(here.isSignedInAt(other)).isTrue();
        assertThat(audit("session-ended", username)).hasSize(2);
    }

    @Test
    void aDeactivatedAccountIsOutAndADemotedOneMayLess() {
        var person = signIn(other, account());
        assertThat(person.get(other, "/studio/accounts").status()).isEqualTo(200);

        one.as("admin")
                .patch("/accounts/" + person.username(), Map.of("roles", List.of("EDITOR")))
                .ok();

        assertThat(person.get(other, "/studio/accounts").status()).isEqualTo(403);
        one.as("admin").delete("/accounts/" + person.username());
        assertThat(signedOut(person)).isTrue();
        assertThat(audit("session-ended", person.username())).hasSize(1);
    }

    @Test
    void aRestartSignsNobodyOut() {
        var person = signIn(other, account());

        other.restart(() -> {});

        assertThat(person.isSignedInAt(other)).isTrue();
        assertThat(audit("session-ended", person.username())).isEmpty();
    }

    @Test
    void eachSignInHasANewSecretAndEndsTheSessionBefore() {
        String username = account();
        var chosen = Visitor.stranger(one)
                .send(
                        "POST",
                        "/login",
                        Visitor.form("username", username, "password", Node.PASSWORD),
                        "Content-Type",
                        "application/x-www-form-urlencoded",
                        "Cookie",
                        COOKIE + "=chosen");
        assertThat(chosen.response().headers().allValues("Set-Cookie")).noneMatch(it -> it.contains("chosen"));
        var before = signIn(one, username);

        var after = signIn(before.browser(), username);

        assertThat(after.secret()).isNotEqualTo(before.secret()).hasSize(32);
        assertThat(signedOut(before)).isTrue();
        assertThat(after.isSignedInAt(one)).isTrue();
        assertThat(audit("session-ended", username)).hasSize(1);
    }

    @Test
    void theStoreHoldsNothingThatOpensASession() {
        var person = signIn(one, account());

        person.post(one, "/studio/account/tokens", "name", "a script", "days", "3");

        var stored = stored(person);
        assertThat(stored.getList("notices", String.class)).hasSize(1);
        assertThat(stored.toJson()).doesNotContain(person.secret(), "imp_pat_");
        var reader = one.nobody();
        for (String text : List.of(stored.getString("_id"), stored.getString("name"), stored.getString("hash")))
            assertThat(reader.get("/studio/account", "Cookie", COOKIE + "=" + text, "Accept", "text/html")
                            .status())
                    .isEqualTo(302);
        assertThat(person.get(other, "/studio/account").body()).contains("imp_pat_");
        assertThat(stored(person).getList("notices", String.class)).isEmpty();
    }

    /** What somebody who can write into the database may do to sessions. */
    enum Forgery {
        ACCOUNT {
            @Override
            void change(Document session) {
                session.put("account", "admin");
            }
        },
        EXPIRY {
            @Override
            void change(Document session) {
                session.put("lastSeenAt", new Date(session.getDate("lastSeenAt").getTime() + 1000));
            }
        },
        PROOF {
            @Override
            void change(Document session) {
                session.put("provenAt", new Date(session.getDate("provenAt").getTime() + 1000));
            }
        },
        NO_SEAL {
            @Override
            void change(Document session) {
                session.remove("hash");
                session.remove("signature");
            }
        },
        NO_SIGNATURE {
            @Override
            void change(Document session) {
                session.put("signature", "x.y.z");
            }
        },
        ANOTHER_TYPE {
            @Override
            void change(Document session) {
                session.put("account", List.of("admin"));
            }
        },
        ONE_MORE_FIELD {
            @Override
            void change(Document session) {
                session.put("@class", "java.lang.ProcessBuilder");
            }
        };

        abstract void change(Document session);
    }

    @ParameterizedTest
    @EnumSource
    void aForgedSessionLeadsToSignInAndIsReported(Forgery forgery) {
        var person = signIn(one, account());
        var session = stored(person);
        forgery.change(session);
        collection().replaceOne(Filters.eq("_id", session.get("_id")), session);

        assertThat(signedOut(person)).isTrue();
        assertThat(findings()).anyMatch(it -> it.contains(session.getString("_id")));
        collection().deleteOne(Filters.eq("_id", session.get("_id")));
        assertThat(findings()).isEmpty();
    }

    @Test
    void theSessionOfAnotherDoesNotFitASecretOfOnesOwn() {
        var victim = signIn(one, account());
        var attacker = signIn(one, account());
        var session = stored(victim).append("_id", stored(attacker).get("_id"));
        collection().replaceOne(Filters.eq("_id", session.get("_id")), session);

        assertThat(signedOut(attacker)).isTrue();
        assertThat(victim.isSignedInAt(one)).isTrue();
        collection().deleteOne(Filters.eq("_id", session.get("_id")));
    }

    private List<String> findings() {
        var findings = new Findings();
        one.bean(SessionsCheck.class).run(findings);
        return findings.all().stream().map(Findings.Finding::toString).toList();
    }

    @Test
    void whileMongoIsAwayNobodyIsSignedOut() {
        var person = signIn(one, account());
        String csrf = person.browser().token("/studio/account");
        stores.mongo().cut();

        var page = person.get(one, "/studio/account");
        assertThat(page.status()).as("%s", page).isEqualTo(503);
        assertThat(page.header("Retry-After")).isNotNull();
        var form = person.browser()
                .send(
                        "POST",
                        "/studio/account",
                        Visitor.form("email", "typed@example.org"),
                        "Content-Type",
                        "application/x-www-form-urlencoded",
                        "X-CSRF-TOKEN",
                        csrf);
        assertThat(form.status()).isEqualTo(503);
        assertThat(form.body()).contains("typed@example.org");
        assertThat(person.get(one, "/studio/session").status()).isEqualTo(503);
        assertThat(person.get(one, "/assets/studio.css").status()).isEqualTo(200);
        var signOut = person.browser().send("POST", "/logout", "", "X-CSRF-TOKEN", csrf);
        assertThat(signOut.status()).isEqualTo(503);

        stores.mongo().pass();
        await().atMost(Duration.ofSeconds(20))
                .until(() -> person.get(one, "/studio/account").status() == 200);
    }

    @Test
    void aSessionTimesOutWhenItIsNotUsedForEightHours() throws Exception {
        var person = signIn(one, account());
        for (int i = 0; i < 3; i++) {
            one.clock().forward(Duration.ofHours(7));
            assertThat(person.isSignedInAt(one)).isTrue();
        }

        one.clock().forward(Duration.ofHours(8).plusSeconds(1));

        assertThat(signedOut(person)).isTrue();
        var nodes = List.of(one, other, one, other);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var done : threads.invokeAll(nodes.stream()
                    .map(node -> Executors.callable(node.bean(Sessions.class)::removeIdle))
                    .toList())) done.get();
        }
        assertThat(stored(person)).isNull();
        assertThat(audit("session-ended", person.username()))
                .singleElement()
                .satisfies(ended -> assertThat(ended.has("actor")).isFalse());
    }

    @Test
    void theUseOfASessionIsWrittenOnceAMinute() {
        var person = signIn(one, account());
        var atFirst = stored(person);

        for (int i = 0; i < 5; i++) person.get(other, "/studio/account");
        assertThat(stored(person)).isEqualTo(atFirst);

        one.clock().forward(Duration.ofSeconds(61));
        for (int i = 0; i < 5; i++) person.get(other, "/studio/account");
        assertThat(stored(person).getDate("lastSeenAt")).isAfter(atFirst.getDate("lastSeenAt"));
    }

    @Test
    void requestsOfTheApisAndOfAssetsUseNoSession() {
        var person = signIn(one, account());
        var before = stored(person);
        String token = one.as("editor").authorization();
        one.clock().forward(Duration.ofMinutes(5));
        String cookie = COOKIE + "=" + person.secret();

        new Http(one.management(), token).get("/tasks", "Cookie", cookie).ok();
        assertThat(one.site().get("/ledger", "Cookie", cookie).status()).isEqualTo(200);
        assertThat(one.nobody().get("/assets/studio.css", "Cookie", cookie).status())
                .isEqualTo(200);

        assertThat(stored(person)).isEqualTo(before);
        assertThat(new Http(one.management(), null)
                        .get("/tasks", "Cookie", cookie)
                        .status())
                .isEqualTo(401);
    }

    @Test
    void requestsOfOneSessionAtOnceAllSucceedAndKeepEachNotice() throws Exception {
        var person = signIn(one, account());
        String csrf = person.browser().token("/studio/account");
        one.clock().forward(Duration.ofMinutes(2));
        var requests = new ArrayList<Callable<Answer>>();
        for (int i = 0; i < 6; i++) {
            var node = i % 2 == 0 ? one : other;
            requests.add(() -> person.get(node, "/studio"));
            requests.add(() -> person.browser()
                    .send(
                            "POST",
                            node.url() + "/studio/account",
                            Visitor.form("email", "x@example.org"),
                            "Content-Type",
                            "application/x-www-form-urlencoded",
                            "X-CSRF-TOKEN",
                            csrf));
        }

        assertThat(atOnce(requests)).extracting(Answer::status).containsOnly(200, 302);
        assertThat(stored(person).getList("notices", String.class)).isNotEmpty();
        assertThat(person.get(one, "/studio/account").body()).contains("Saved.");
    }

    @Test
    void aSignOutDuringARequestStands() {
        var person = signIn(one, account());
        var sessions = other.bean(Sessions.class);
        var slow = new MockHttpServletRequest();
        slow.setCookies(new Cookie(COOKIE, person.secret()));
        assertThat(sessions.find(slow)).isPresent();

        person.post(one, "/logout");
        sessions.passwordGiven(slow);

        assertThat(stored(person)).isNull();
        assertThat(signedOut(person)).isTrue();
        assertThat(audit("signed-out", person.username())).hasSize(1);
    }

    @Test
    void twoSignOutsAtOnceAreOneOnRecord() throws Exception {
        var person = signIn(one, account());
        var requests = new ArrayList<Callable<Answer>>();
        for (var node : List.of(one, other, one, other))
            requests.add(() -> {
                var request = new MockHttpServletRequest();
                request.setCookies(new Cookie(COOKIE, person.secret()));
                node.bean(Sessions.class).signOut(request, new MockHttpServletResponse());
                return node.nobody().get("/login");
            });
        atOnce(requests);

        assertThat(audit("signed-out", person.username())).hasSize(1);
    }

    /** The write that records the use of a session, once a minute, fails for a reason that nobody has thought of. */
    @Test
    void aPersonStaysSignedInIfTheUseOfTheSessionCannotBeRecorded() {
        var person = signIn(one, account());
        var writes = new AtomicInteger();
        var refusing = new SessionStore(one.bean(MongoDatabase.class), one.bean(Seals.class)) {
            @Override
            Optional<SealedCollection.Stored<Row>> replace(SealedCollection.Stored<Row> seen, Row row) {
                writes.incrementAndGet();
                throw new MongoCommandException(
                        new BsonDocument("ok", new BsonInt32(0)).append("code", new BsonInt32(121)),
                        new ServerAddress());
            }
        };
        var later = Clock.offset(one.clock(), Duration.ofMinutes(2));
        var sessions = new Sessions(refusing, one.bean(Audit.class), later, "8h", Duration.ofMinutes(1));

        for (int requests = 0; requests < 3; requests++) {
            var request = new MockHttpServletRequest();
            request.setCookies(new Cookie(COOKIE, person.secret()));
            assertThat(sessions.find(request)).map(Session::account).contains(person.username());
        }

        assertThat(writes).as("a failed write is not tried again at once").hasValue(1);
    }
}
