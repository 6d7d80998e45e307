// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoDatabase;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Http.Answer;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.ProxiedStores;
import dev.imprimatur.testing.TcpProxy;
import dev.imprimatur.testing.Visitor;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** While MongoDB does not answer, requests are soon refused as unavailable, and nobody is treated as signed out. */
@Tag("long")
@Tag("store")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MongoAwayTest {
    private static final Duration SOON = Duration.ofSeconds(3);

    private final ProxiedStores stores = new ProxiedStores();
    private final Node node = Node.start(stores.settings());
    private Visitor editor;
    private Guides.Ref guide;

    /** The ways in which a store becomes unavailable. */
    enum Away {
        STOPPED(TcpProxy::cut),
        FROZEN(TcpProxy::stall);

        private final Consumer<TcpProxy> how;

        Away(Consumer<TcpProxy> how) {
            this.how = how;
        }
    }

    @BeforeAll
    void prepare() {
        editor = Visitor.signedIn(node, "editor");
        guide = node.guides().published();
        node.as("publisher").get(guide.path()).ok();
    }

    @AfterEach
    void comeBack() {
        stores.mongo().pass();
        await().atMost(Duration.ofSeconds(20))
                .until(() -> node.as("editor").get(guide.path()).status() == 200);
    }

    @AfterAll
    void stop() {
        node.close();
        stores.close();
    }

    /** Sends the requests at once, and returns their answers, each within three seconds. */
    @SafeVarargs
    private static List<Answer> soon(Callable<Answer>... requests) throws Exception {
        var timed = new ArrayList<Callable<Answer>>();
        for (var one : requests) timed.add(timed(one));
        var answers = new ArrayList<Answer>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var answer : threads.invokeAll(timed)) answers.add(answer.get());
        }
        return answers;
    }

    private static Callable<Answer> timed(Callable<Answer> request) {
        return () -> {
            long began = System.nanoTime();
            var answer = request.call();
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .as("%s", answer)
                    .isLessThan(SOON);
            return answer;
        };
    }

    private static void assertUnavailable(Answer answer) {
        assertThat(answer.status()).as("%s", answer).isEqualTo(503);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.problem()).isEqualTo("unavailable");
        assertThat(answer.header("Retry-After")).as("%s", answer).isNotNull();
        assertThat(answer.header("WWW-Authenticate")).isNull();
    }

    private static void assertPage(Answer answer) {
        assertThat(answer.status()).as("%s", answer).isEqualTo(503);
        assertThat(answer.header("Content-Type")).as("%s", answer).startsWith("text/html");
        assertThat(answer.header("Retry-After")).isNotNull();
        assertThat(answer.body().strip()).startsWith("<!doctype html>").endsWith("</html>");
        assertThat(answer.body()).contains("role=\"alert\"", "does not answer");
    }

    @ParameterizedTest
    @EnumSource(Away.class)
    void programsGetAProblem(Away away) throws Exception {
        var tokens = new Http(node.management(), Node.basic("editor", Node.PASSWORD));
        var wrong = new Http(node.management(), "Bearer imp_pat_wrong");
        away.how.accept(stores.mongo());

        var http = new Http(node.url(), node.as("admin").authorization());
        assertThat(soon(
                        () -> node.as("editor").get(guide.path()),
                        () -> node.as("editor").put(guide.path() + "/draft", Map.of(), "If-Match", "\"1\""),
                        () -> tokens.post("/tokens", Map.of("name", "x")),
                        () -> wrong.get(guide.path()),
                        () -> node.as("editor").get("/calendar"),
                        () -> http.get("/actuator/prometheus"),
                        () -> node.site().get("/ledger?limit=7")))
                .allSatisfy(MongoAwayTest::assertUnavailable);
    }

    @Test
    void aScheduleIsSetWholeOrNotAtAll() {
        var wanted = Map.of("unpublishAt", "2190-01-01T00:00:00Z");
        stores.mongo().cut();

        assertUnavailable(node.as("publisher").put(guide.path() + "/schedule", wanted));
        assertUnavailable(node.as("publisher").get("/calendar"));

        comeBack();
        assertThat(node.guides().state(guide).has("schedule")).isFalse();
        node.as("publisher").put(guide.path() + "/schedule", wanted).ok();
        node.as("publisher").delete(guide.path() + "/schedule").ok();
    }

    @ParameterizedTest
    @EnumSource(Away.class)
    void peopleGetAPageAndStaySignedIn(Away away) throws Exception {
        var stranger = Visitor.stranger(node);
        String csrf = stranger.token("/login");
        away.how.accept(stores.mongo());

        assertThat(soon(
                        () -> editor.get("/studio"),
                        () -> editor.get("/studio/guides"),
                        () -> editor.get("/studio/guides/" + guide.id() + "/edit"),
                        () -> editor.get("/studio/account"),
                        () -> editor.get("/studio/calendar"),
                        () -> stranger.send(
                                "POST",
                                "/login",
                                Visitor.form("username", "editor", "password", Node.PASSWORD),
                                "Content-Type",
                                "application/x-www-form-urlencoded",
                                "X-CSRF-TOKEN",
                                csrf)))
                .allSatisfy(MongoAwayTest::assertPage);
        assertThat(soon(
                        () -> Visitor.stranger(node).get("/login"),
                        () -> editor.get("/studio/guides", "HX-Request", "true")))
                .extracting(Answer::status, answer -> answer.body().strip().substring(0, 8))
                .containsExactly(tuple(200, "<!doctyp"), tuple(503, "<section"));
        assertThat(soon(() -> editor.get("/studio/guides", "X-Requested-With", "fetch", "Accept", "application/json")))
                .allSatisfy(MongoAwayTest::assertUnavailable);

        stores.mongo().pass();
        await().atMost(Duration.ofSeconds(20))
                .until(() -> editor.get("/studio/account").status() == 200);
    }

    @ParameterizedTest
    @EnumSource(Away.class)
    void oneGuideIsStillServedAndAWrongKeyIsStillRefused(Away away) throws Exception {
        away.how.accept(stores.mongo());

        var answers = soon(
                () -> node.guides().read(guide),
                () -> new Http(node.delivery(), "Bearer imp_site_wrong").get("/role-guide/" + guide.slug()),
                () -> node.nobody().get("/actuator/health/liveness"),
                () -> node.nobody().get("/actuator/health/readiness"));
        assertThat(answers).extracting(Answer::status).containsExactly(200, 401, 200, 503);
    }

    @Test
    void waitingRequestsTakeNoThreadFromDelivery() throws Exception {
        stores.mongo().stall();
        var crowd = new ArrayList<Callable<Answer>>();
        for (int i = 0; i < 300; i++) crowd.add(() -> node.as("editor").get(guide.path()));

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var waiting = crowd.stream().map(threads::submit).toList();
            await().until(() -> waiting.stream().anyMatch(Future::isDone));
            for (int i = 0; i < 20; i++) {
                long began = System.nanoTime();
                assertThat(node.guides().read(guide).status()).isEqualTo(200);
                assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(1));
            }
            assertThat(waiting.stream().filter(Future::isDone))
                    .as("most are told at once, the others still wait")
                    .hasSizeBetween(1, 299);
            for (var one : waiting) assertUnavailable(one.get());
        }
    }

    @Test
    void searchContinuesAfterwards() {
        stores.mongo().cut();
        await().atMost(Duration.ofSeconds(10))
                .until(() -> node.nobody().get("/actuator/health/readiness").status() == 503);
        comeBack();

        var later = node.guides().published();

        await().atMost(Duration.ofSeconds(20))
                .until(() -> node.site().get("/role-guide?q=engineer&limit=100").ok().get("items").values().stream()
                        .anyMatch(it -> it.get("slug").asString().equals(later.slug())));
    }

    @Test
    void aBugInAFilterIsNotAnOutage() {
        // a token row that cannot be read makes the filter fail
        var broken = new Http(node.management(), "Bearer imp_pat_broken");
        node.bean(MongoDatabase.class)
                .getCollection("tokens")
                .insertOne(new Document("_id", new BrokenToken().hash())
                        .append("account", 7)
                        .append("expiresAt", "never"));

        var answer = broken.get(guide.path());

        assertThat(answer.status()).as("%s", answer).isEqualTo(500);
        assertThat(answer.problem()).isEqualTo("internal");
    }

    /** A token whose stored row cannot be read. */
    private record BrokenToken() {
        String hash() {
            try {
                return HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256")
                                .digest("imp_pat_broken".getBytes(StandardCharsets.UTF_8)));
            } catch (NoSuchAlgorithmException impossible) {
                throw new IllegalStateException(impossible);
            }
        }
    }
}
