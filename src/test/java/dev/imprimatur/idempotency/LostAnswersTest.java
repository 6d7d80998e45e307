// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.mongodb.client.MongoDatabase;
import dev.imprimatur.credentials.Tokens;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Http.Answer;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.RequestFaults;
import dev.imprimatur.testing.Stores;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A node crashes between the effect of a request and its answer. The same request, sent again, finds its own effect. */
@Tag("long")
@Tag("store")
class LostAnswersTest {
    private static final String KEY = "Idempotency-Key";
    private static Node node;
    private static Guides guides;

    @BeforeAll
    static void start() {
        node = Node.start("imprimatur.webhooks.allowed-networks", "127.0.0.0/8");
        guides = node.guides();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    /** Returns the answer to a repeated request whose first run crashed after its effect. */
    private Answer afterCrash(Http person, String method, String path, Object body, String... headers) {
        var keyed = new ArrayList<>(List.of(KEY, UUID.randomUUID().toString()));
        keyed.addAll(Arrays.asList(headers));
        String[] same = keyed.toArray(String[]::new);
        keyed.addAll(List.of(RequestFaults.HEADER, RequestFaults.CRASH));
        assertThat(person.send(method, path, body, keyed.toArray(String[]::new)).status())
                .isEqualTo(500);
        assertThat(person.send(method, path, body, same).problem()).isEqualTo("request-in-progress");
        node.clock().forward(Duration.ofSeconds(61));

        var retried = person.send(method, path, body, same);

        var repeated = person.send(method, path, body, same);
        assertThat(repeated.status()).isEqualTo(retried.status());
        assertThat(repeated.body()).isEqualTo(retried.body());
        return retried;
    }

    private static List<JsonNode> items(Http person, String path) {
        return StreamSupport.stream(person.get(path).ok().get("items").spliterator(), false)
                .toList();
    }

    private static long logged(Guides.Ref guide, String kind) {
        return items(node.as("editor"), guide.path() + "/log").stream()
                .filter(entry -> entry.get("kind").asString().equals(kind))
                .count();
    }

    private static String etag(Guides.Ref guide) {
        return node.as("editor").get(guide.path() + "/draft").header("ETag");
    }

    @Test
    void aGuideIsCreatedOnce() {
        String slug = "once-" + UUID.randomUUID();

        var answer =
                afterCrash(node.as("editor"), "POST", "/role-guide", Map.of("slug", slug, "content", Guides.content()));

        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
        assertThat(answer.header("Location")).endsWith(answer.json().get("id").asString());
        assertThat(items(node.as("editor"), "/role-guide?q=" + slug)).hasSize(1);
    }

    @Test
    void everyKindOfSaveHappensOnce() {
        var guide = guides.submitted();
        var whole = Guides.content().put("summary", "Saved whole.");

        var saved = afterCrash(node.as("editor"), "PUT", guide.path() + "/draft", whole, "If-Match", etag(guide));
        assertThat(saved.status()).as(saved.body()).isEqualTo(200);
        assertThat(saved.header("ETag")).isEqualTo(etag(guide));

        var patched = afterCrash(
                node.as("editor"),
                "PATCH",
                guide.path() + "/draft",
                Map.of("summary", "Patched."),
                "If-Match",
                etag(guide));
        assertThat(patched.status()).as(patched.body()).isEqualTo(200);
        assertThat(patched.json().at("/content/summary").asString()).isEqualTo("Patched.");

        var restored = afterCrash(
                node.as("editor"), "POST", guide.path() + "/revisions/1/restore", null, "If-Match", etag(guide));
        assertThat(restored.status()).as(restored.body()).isEqualTo(200);
        assertThat(etag(guide)).isEqualTo("\"1-4\"");
    }

    @Test
    void aSaveThatWasOverwrittenIsNotRepeated() {
        var guide = guides.drafted();
        String etag = etag(guide);
        String key = UUID.randomUUID().toString();
        var mine = Map.of("summary", "Mine.");
        node.as("editor")
                .patch(
                        guide.path() + "/draft",
                        mine,
                        "If-Match",
                        etag,
                        KEY,
                        key,
                        RequestFaults.HEADER,
                        RequestFaults.CRASH);
        guides.edit("second-editor", guide, "Theirs.").ok();
        node.clock().forward(Duration.ofSeconds(61));

        var answer = node.as("editor").patch(guide.path() + "/draft", mine, "If-Match", etag, KEY, key);

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.json().at("/content/summary").asString()).isEqualTo("Theirs.");
    }

    @Test
    void aDraftIsSubmittedAndDecidedOnce() {
        var guide = guides.drafted();

        var submitted = afterCrash(node.as("editor"), "POST", guide.path() + "/submit", Map.of());
        assertThat(submitted.status()).as(submitted.body()).isEqualTo(200);
        assertThat(logged(guide, "submitted")).isEqualTo(1);

        var task = guides.task("reviewer", guide);
        String path = "/tasks/" + task.get("id").asString();
        assertThat(afterCrash(node.as("reviewer"), "POST", path + "/claim", null)
                        .status())
                .isEqualTo(200);
        var decided = afterCrash(
                node.as("reviewer"),
                "POST",
                path + "/complete",
                Map.of(
                        "outcome",
                        "approve",
                        "revision",
                        1,
                        "contentHash",
                        task.get("contentHash").asString()));
        assertThat(decided.status()).as(decided.body()).isEqualTo(200);
        assertThat(logged(guide, "approved")).isEqualTo(1);
        assertThat(guides.read(guide).status()).isEqualTo(200);
    }

    @Test
    void aSubmissionThatWasReturnedIsNotRepeated() {
        var guide = guides.drafted();
        String key = UUID.randomUUID().toString();
        node.as("editor").post(guide.path() + "/submit", Map.of(), KEY, key, RequestFaults.HEADER, RequestFaults.CRASH);
        guides.decide("reviewer", guides.task("reviewer", guide), "request-changes")
                .ok();
        node.clock().forward(Duration.ofSeconds(61));

        var answer = node.as("editor").post(guide.path() + "/submit", Map.of(), KEY, key);

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(logged(guide, "submitted")).isEqualTo(1);
        assertThat(guides.state(guide).at("/edition/state").asString()).isEqualTo("draft");
    }

    @Test
    void anEditionIsOpenedOnceAndDiscardedOnce() {
        var guide = guides.published();

        var opened = afterCrash(node.as("editor"), "POST", guide.path() + "/editions", null);
        assertThat(opened.status()).as(opened.body()).isEqualTo(201);
        assertThat(opened.json().at("/edition/number").asInt()).isEqualTo(2);

        var discarded = afterCrash(node.as("editor"), "DELETE", guide.path() + "/editions/current", null);
        assertThat(discarded.status()).as(discarded.body()).isEqualTo(204);
        assertThat(logged(guide, "discarded")).isEqualTo(1);
        assertThat(logged(guide, "opened")).isEqualTo(2);
    }

    @Test
    void aLateUnpublishingDoesNotAffectTheNextEdition() {
        var guide = guides.published();
        String key = UUID.randomUUID().toString();
        var why = Map.of("reason", "wrong");
        node.as("publisher")
                .post(guide.path() + "/unpublish", why, KEY, key, RequestFaults.HEADER, RequestFaults.CRASH);
        assertThat(guides.read(guide).status()).isEqualTo(410);
        guides.nextEditionSubmitted(guide, "Right again.");
        guides.decide("reviewer", guides.task("reviewer", guide), "approve").ok();
        node.clock().forward(Duration.ofSeconds(61));

        var answer = node.as("publisher").post(guide.path() + "/unpublish", why, KEY, key);

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(guides.read(guide).status()).isEqualTo(200);
        assertThat(logged(guide, "unpublished")).isEqualTo(1);
    }

    @Test
    void aGuideIsUnpublishedOnce() {
        var guide = guides.published();

        var answer = afterCrash(node.as("publisher"), "POST", guide.path() + "/unpublish", Map.of("reason", "wrong"));

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(logged(guide, "unpublished")).isEqualTo(1);
    }

    @Test
    void aCommentIsCreatedOnce() {
        var guide = guides.submitted();

        var answer = afterCrash(
                node.as("reviewer"),
                "POST",
                guide.path() + "/comments",
                Map.of("revision", 1, "pointer", "/summary", "body", "Once."));

        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
        assertThat(items(node.as("editor"), guide.path() + "/comments")).hasSize(1);
        var resolved = afterCrash(
                node.as("reviewer"),
                "PATCH",
                guide.path() + "/comments/" + answer.json().get("id").asString(),
                Map.of("resolved", true));
        assertThat(resolved.status()).as(resolved.body()).isEqualTo(200);
    }

    @Test
    void aPreviewIsSharedOnceAndRevokedOnce() {
        var guide = guides.submitted();

        var answer = afterCrash(node.as("editor"), "POST", guide.path() + "/previews", Map.of("revision", 1));

        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
        assertThat(items(node.as("editor"), guide.path() + "/previews")).hasSize(1);
        assertThat(node.nobody().get(answer.json().get("url").asString()).status())
                .isEqualTo(200);
        var revoked = afterCrash(
                node.as("editor"),
                "DELETE",
                guide.path() + "/previews/" + answer.json().get("id").asString(),
                null);
        assertThat(revoked.status()).as(revoked.body()).isEqualTo(204);
        assertThat(revoked.body()).isEmpty();
    }

    @Test
    void aSiteKeyIsCreatedOnceAndItsSecretWorks() {
        String name = "key " + UUID.randomUUID();

        var answer =
                afterCrash(node.as("admin"), "POST", "/api-keys", Map.of("name", name, "scopes", List.of("delivery")));

        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
        assertThat(items(node.as("admin"), "/api-keys").stream()
                        .filter(key -> key.get("name").asString().equals(name)))
                .hasSize(1);
        String secret = answer.json().get("key").asString();
        assertThat(new Http(node.delivery(), "Bearer " + secret)
                        .get("/role-guide")
                        .status())
                .isEqualTo(200);
        assertThat(afterCrash(
                                node.as("admin"),
                                "DELETE",
                                "/api-keys/" + answer.json().get("id").asString(),
                                null)
                        .status())
                .isEqualTo(204);
    }

    @Test
    void aWebhookIsAddedRotatedAndDeletedOnce() {
        var added = afterCrash(
                node.as("admin"), "POST", "/webhooks", Map.of("url", "http://127.0.0.1:1/" + UUID.randomUUID()));
        assertThat(added.status()).as(added.body()).isEqualTo(201);
        String path = "/webhooks/" + added.json().get("id").asString();
        assertThat(items(node.as("admin"), "/webhooks").stream()
                        .filter(it -> it.get("id").equals(added.json().get("id"))))
                .hasSize(1);

        var rotated = afterCrash(node.as("admin"), "POST", path + "/secret", null);
        assertThat(rotated.status()).as(rotated.body()).isEqualTo(200);
        assertThat(rotated.json().get("secret")).isNotEqualTo(added.json().get("secret"));

        assertThat(afterCrash(node.as("admin"), "DELETE", path, null).status()).isEqualTo(204);
    }

    @Test
    void anAccountIsCreatedOnceAndSignsIn() {
        String username = "late-" + UUID.randomUUID();

        var answer = afterCrash(
                node.as("admin"),
                "POST",
                "/accounts",
                Map.of(
                        "username",
                        username,
                        "displayName",
                        "Late " + username,
                        "password",
                        Node.PASSWORD,
                        "roles",
                        List.of("EDITOR")));

        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
        assertThat(answer.json().get("username").asString()).isEqualTo(username);
        assertThat(node.as(username).get("/tasks").status()).isEqualTo(200);
        for (String verb : List.of("/password-reset", "/reactivate"))
            assertThat(afterCrash(node.as("admin"), "POST", "/accounts/" + username + verb, null)
                            .status())
                    .isBetween(200, 201);
        assertThat(afterCrash(node.as("admin"), "PATCH", "/accounts/" + username, Map.of("title", "Late"))
                        .status())
                .isEqualTo(200);
        assertThat(afterCrash(node.as("admin"), "DELETE", "/accounts/" + username, null)
                        .status())
                .isEqualTo(204);
    }

    @Test
    void aTokenIsCreatedOnceAndWorks() {
        var byPassword = new Http(node.management(), Node.basic("second-reviewer", Node.PASSWORD));

        var answer = afterCrash(byPassword, "POST", "/tokens", Map.of("name", "once"));

        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
        String token = answer.json().get("token").asString();
        assertThat(new Http(node.management(), "Bearer " + token).get("/tasks").status())
                .isEqualTo(200);
        assertThat(node.bean(Tokens.class).of("second-reviewer").stream()
                        .filter(it -> it.name().equals("once")))
                .hasSize(1);
    }

    @Test
    void anotherNodeGivesTheSameAnswerAndTakesOverAfterACrash() {
        assumeFalse(Stores.areEmbedded(), "two nodes need stores that both can reach");
        try (var other = node.beside()) {
            String key = UUID.randomUUID().toString();
            var wanted = Map.of("name", "for two nodes", "scopes", List.of("delivery"));
            var first = node.as("admin").post("/api-keys", wanted, KEY, key);
            var there = other.as("admin").post("/api-keys", wanted, KEY, key);
            assertThat(first.status()).isEqualTo(201);
            assertThat(there.status()).as(there.body()).isEqualTo(201);
            assertThat(there.body()).isEqualTo(first.body());
            assertThat(other.as("admin")
                            .post("/api-keys", Map.of("name", "x", "scopes", List.of("delivery")), KEY, key)
                            .problem())
                    .isEqualTo("idempotency-key-reused");

            String slug = UUID.randomUUID().toString();
            var guide = Map.of("slug", slug, "content", Guides.content());
            node.as("editor").post("/role-guide", guide, KEY, slug, RequestFaults.HEADER, RequestFaults.CRASH);
            assertThat(other.as("editor").post("/role-guide", guide, KEY, slug).problem())
                    .isEqualTo("request-in-progress");
            node.clock().forward(Duration.ofSeconds(61));
            var taken = other.as("editor").post("/role-guide", guide, KEY, slug);
            assertThat(taken.status()).as(taken.body()).isEqualTo(201);
            assertThat(node.as("editor").post("/role-guide", guide, KEY, slug).body())
                    .isEqualTo(taken.body());
            assertThat(items(node.as("editor"), "/role-guide?q=" + slug)).hasSize(1);
        }
    }

    @Test
    void afterADayTheKeyIsFreeAndItsRecordIsDeleted() {
        String key = UUID.randomUUID().toString();
        var first = node.as("editor").post("/role-guide", Map.of("slug", key, "content", Guides.content()), KEY, key);
        node.clock().forward(Duration.ofHours(24).plusSeconds(1));

        var second = node.as("editor")
                .post("/role-guide", Map.of("slug", key + "-2", "content", Guides.content()), KEY, key);
        assertThat(first.status()).isEqualTo(201);
        assertThat(second.status()).as(second.body()).isEqualTo(201);

        node.clock().forward(Duration.ofHours(24).plusSeconds(1));
        node.bean(IdempotencyKeys.class).removeExpired();

        assertThat(node.bean(MongoDatabase.class)
                        .getCollection("idempotency_keys")
                        .countDocuments())
                .isZero();
    }
}
