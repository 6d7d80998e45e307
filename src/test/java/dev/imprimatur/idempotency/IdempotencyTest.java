// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import dev.imprimatur.content.Sha256;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Http.Answer;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.RequestFaults;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.bson.Document;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A request that is repeated with the same key has one effect and one answer. */
@Tag("store")
class IdempotencyTest {
    private static final String KEY = "Idempotency-Key";
    private final Node node = Node.shared();
    private final Guides guides = node.guides();

    private static String fresh() {
        return UUID.randomUUID().toString();
    }

    private static Map<String, Object> guide(String slug) {
        return Map.of("slug", slug, "content", Guides.content());
    }

    private static void assertSame(Answer again, Answer first) {
        assertThat(again.status()).as(again.body()).isEqualTo(first.status());
        assertThat(again.body()).isEqualTo(first.body());
        for (String header : List.of("Location", "ETag", "Content-Type"))
            assertThat(again.header(header)).as(header).isEqualTo(first.header(header));
    }

    @Test
    void aRepeatedRequestGetsTheFirstAnswer() {
        String key = fresh();
        var wanted = guide("again-" + fresh());
        var first = node.as("editor").post("/role-guide", wanted, KEY, key);
        String path = "/role-guide/" + first.ok().get("id").asString();
        node.as("editor").post(path + "/submit", Map.of()).ok();

        var again = node.as("editor").post("/role-guide", wanted, KEY, key);

        assertThat(first.status()).isEqualTo(201);
        assertThat(first.header("ETag")).isNotNull();
        assertSame(again, first);
    }

    @Test
    void aSaveCountsOnceAndIsNoConflictWithItself() {
        var guide = guides.drafted();
        String etag = node.as("editor").get(guide.path() + "/draft").header("ETag");
        String key = fresh();
        var first = node.as("editor")
                .patch(guide.path() + "/draft", Map.of("summary", "Once."), "If-Match", etag, KEY, key);

        var again = node.as("editor")
                .patch(guide.path() + "/draft", Map.of("summary", "Once."), "If-Match", etag, KEY, key);

        assertThat(first.status()).isEqualTo(200);
        assertSame(again, first);
    }

    @Test
    void aRepeatedDeletionSucceeds() {
        String id = node.as("admin")
                .post("/api-keys", Map.of("name", "to revoke", "scopes", List.of("delivery")))
                .ok()
                .get("id")
                .asString();
        String key = fresh();

        assertThat(node.as("admin")
                        .send("DELETE", "/api-keys/" + id, null, KEY, key)
                        .status())
                .isEqualTo(204);
        assertThat(node.as("admin")
                        .send("DELETE", "/api-keys/" + id, null, KEY, key)
                        .status())
                .isEqualTo(204);
        assertThat(node.as("admin").send("DELETE", "/api-keys/" + id, null).status())
                .isEqualTo(404);
    }

    @Test
    void ofManyConcurrentRequestsOneRunsAndAllGetItsAnswer() throws Exception {
        String key = fresh();
        String slug = "many-" + fresh();
        Callable<Answer> create = () -> {
            for (; ; ) {
                var answer = node.as("editor").post("/role-guide", guide(slug), KEY, key);
                if (!answer.problem().equals("request-in-progress")) return answer;
                assertThat(answer.status()).isEqualTo(409);
                assertThat(answer.header("Retry-After")).isEqualTo("1");
            }
        };
        try (var pool = Executors.newFixedThreadPool(8)) {
            var answers = pool.invokeAll(Stream.generate(() -> create).limit(8).toList());
            var first = answers.getFirst().get();
            for (var answer : answers) assertSame(answer.get(), first);
            assertThat(first.status()).as(first.body()).isEqualTo(201);
        }
        assertThat(node.as("editor")
                        .get("/role-guide?q=" + slug)
                        .ok()
                        .get("items")
                        .size())
                .isEqualTo(1);
    }

    @Test
    void aRequestDuringTheFirstRunIsToldToRetry() throws Exception {
        String key = fresh();
        var wanted = guide("slow-" + fresh());
        var held = RequestFaults.hold(key);
        var first = CompletableFuture.supplyAsync(
                () -> node.as("editor").post("/role-guide", wanted, KEY, key, RequestFaults.HEADER, key));
        var records = node.bean(MongoDatabase.class).getCollection("idempotency_keys");
        String id = HexFormat.of().formatHex(Sha256.of(("editor\n" + key).getBytes(StandardCharsets.UTF_8)));
        await().until(() -> records.find(Filters.eq("_id", id)).first() != null);

        var second = node.as("editor").post("/role-guide", wanted, KEY, key);
        held.countDown();

        assertThat(second.status()).isEqualTo(409);
        assertThat(second.problem()).isEqualTo("request-in-progress");
        assertThat(second.header("Retry-After")).isEqualTo("1");
        assertThat(first.get().status()).isEqualTo(201);
        assertSame(node.as("editor").post("/role-guide", wanted, KEY, key), first.get());
    }

    @Test
    void anotherBodyPathOrMethodUnderTheSameKeyIsRefused() {
        String key = fresh();
        String slug = "reused-" + fresh();
        node.as("editor").post("/role-guide", guide(slug), KEY, key).ok();
        var guide = guides.drafted();

        for (var other : List.of(
                node.as("editor").post("/role-guide", guide(slug + "-2"), KEY, key),
                node.as("editor").post(guide.path() + "/submit", guide(slug), KEY, key),
                node.as("editor").put("/role-guide", guide(slug), KEY, key))) {
            assertThat(other.status()).as(other.body()).isEqualTo(422);
            assertThat(other.problem()).isEqualTo("idempotency-key-reused");
        }
        assertThat(guides.state(guide).at("/edition/state").asString()).isEqualTo("draft");
    }

    @Test
    void eachAccountHasItsOwnKeys() {
        String key = fresh();
        var first = node.as("editor").post("/role-guide", guide("own-" + fresh()), KEY, key);
        var second = node.as("second-editor").post("/role-guide", guide("own-" + fresh()), KEY, key);

        assertThat(first.status()).isEqualTo(201);
        assertThat(second.status()).isEqualTo(201);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "two words", "tab\tbed", "LONG"})
    void aMalformedKeyIsRefused(String key) {
        var guide = guides.drafted();

        var answer = node.as("editor")
                .post(guide.path() + "/submit", Map.of(), KEY, key.equals("LONG") ? "k".repeat(201) : key);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().get("detail").asString()).contains("1 to 200 visible ASCII");
        assertThat(guides.state(guide).at("/edition/state").asString()).isEqualTo("draft");
    }

    @Test
    void twoKeysAreMalformedAndTheLongestIsNot() {
        var guide = guides.drafted();

        assertThat(node.as("editor")
                        .post(guide.path() + "/submit", Map.of(), KEY, "a", KEY, "b")
                        .status())
                .isEqualTo(400);
        assertThat(node.as("editor")
                        .post(guide.path() + "/submit", Map.of(), KEY, (fresh() + "~".repeat(200)).substring(0, 200))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aDeniedOrMalformedRequestDoesNotUseTheKey() {
        var guide = guides.drafted();
        String key = fresh();

        assertThat(node.as("reviewer")
                        .post(guide.path() + "/submit", Map.of(), KEY, key)
                        .status())
                .isEqualTo(403);
        assertThat(node.as("reviewer")
                        .post(guide.path() + "/comments", Map.of("revision", 1), KEY, key)
                        .status())
                .isEqualTo(400);
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
        assertThat(node.as("reviewer")
                        .post(
                                guide.path() + "/comments",
                                Map.of("revision", 1, "pointer", "/summary", "body", "Good."),
                                KEY,
                                key)
                        .status())
                .isEqualTo(201);
    }

    @Test
    void aRefusalThatDependsOnTheStateIsRepeated() {
        var guide = guides.drafted();
        String key = fresh();
        var first = node.as("editor").post("/role-guide", guide(guide.slug()), KEY, key);

        assertThat(first.problem()).isEqualTo("slug-taken");
        assertSame(node.as("editor").post("/role-guide", guide(guide.slug()), KEY, key), first);
    }

    @Test
    void aSecretThatIsShownOnceIsNotStoredInPlainText() {
        String key = fresh();
        var wanted = Map.of("name", "sealed " + key, "scopes", List.of("delivery"));
        var first = node.as("admin").post("/api-keys", wanted, KEY, key);
        String secret = first.ok().get("key").asString();

        var stored = node.bean(MongoDatabase.class)
                .getCollection("idempotency_keys", Document.class)
                .find();

        for (var record : stored) assertThat(record.toJson()).doesNotContain(secret, key);
        assertSame(node.as("admin").post("/api-keys", wanted, KEY, key), first);
        assertThat(new Http(node.delivery(), "Bearer " + secret)
                        .get("/role-guide")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aBodyThatIsTooLargeIsRefused() {
        var answer = node.as("editor").post("/role-guide", guide("x".repeat(1024 * 1024)), KEY, fresh());

        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.problem()).isEqualTo("too-large");
    }
}
