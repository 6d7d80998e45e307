// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.catalogue;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoDatabase;
import dev.imprimatur.credentials.SiteKeys;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Http.Answer;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.ProxiedStores;
import dev.imprimatur.testing.TcpProxy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A node without MongoDB may serve guides that other nodes unpublish, and accept keys that they revoke, only until its lease ends. */
@Tag("store")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("long")
class CutOffTest {
    private static final Duration LEASE = Duration.ofSeconds(2);
    private static final Duration SOON = Duration.ofSeconds(20);

    private final ProxiedStores stores = new ProxiedStores();
    private final TcpProxy secondWire = new TcpProxy(
            URI.create(stores.directMongoUri()).getHost(),
            URI.create(stores.directMongoUri()).getPort());
    private final Node stale = Node.start(stores.settings(leased("serve-stale")));
    private final Node refusing = stale.beside(leased(
            "refuse",
            "spring.mongodb.uri",
            stores.proxiedMongoUri().replace(":" + stores.mongo().port(), ":" + secondWire.port())));
    private final HttpClient streams = HttpClient.newHttpClient();
    private Guides.Ref guide;
    private String path;

    private static String[] leased(String ended, String... more) {
        return Stream.concat(
                        Stream.of(
                                "imprimatur.delivery.lease",
                                LEASE.toString(),
                                "imprimatur.delivery.poll",
                                "500ms",
                                "imprimatur.delivery.when-lease-ends",
                                ended),
                        Stream.of(more))
                .toArray(String[]::new);
    }

    @BeforeEach
    void publish() {
        guide = stale.guides().published();
        path = "/role-guide/" + guide.slug();
        for (var node : List.of(refusing, stale))
            await().atMost(SOON).until(() -> node.site().get(path).status() == 200);
    }

    @AfterEach
    void comeBack() {
        stores.mongo().pass();
        secondWire.pass();
        for (var node : List.of(refusing, stale)) await().atMost(SOON).until(() -> isReady(node));
    }

    @AfterAll
    void stop() {
        streams.shutdownNow();
        List.of(refusing, stale).forEach(Node::close);
        secondWire.close();
        stores.close();
    }

    private static boolean isReady(Node node) {
        return node.nobody().get("/actuator/health/readiness").status() == 200;
    }

    private static String leaseOf(Node node) {
        return node.nobody()
                .get("/actuator/health/readiness")
                .json()
                .at("/components/lease/status")
                .asString();
    }

    /** Waits until the lease of a read has ended that began at this time or before. */
    private static void leaseOver(long began) {
        await().pollInterval(Duration.ofMillis(20)).until(() -> System.nanoTime() - began > LEASE.toNanos());
    }

    private static void isNotConfirmed(Answer answer) {
        assertThat(answer.status()).as("%s", answer).isEqualTo(503);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.header("Retry-After")).isEqualTo("5");
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        if (!answer.response().request().method().equals("HEAD"))
            assertThat(answer.problem()).as("%s", answer).isEqualTo("not-confirmed");
    }

    private static void isMarkedAsStale(Answer answer) {
        assertThat(answer.header("Cache-Control")).as("%s", answer).isEqualTo("public, max-age=0, must-revalidate");
        assertThat(answer.header("Warning")).isEqualTo("110 - \"Response is Stale\"");
    }

    /** A stream of the ledger; the future completes when the node ends the stream. */
    private CompletableFuture<Long> stream(Node node, Http site) {
        var request = HttpRequest.newBuilder(URI.create(node.delivery() + "/ledger?after=0"))
                .header("Authorization", site.authorization())
                .header("Accept", "text/event-stream")
                .build();
        return streams.sendAsync(request, BodyHandlers.ofLines())
                .thenApplyAsync(answer -> answer.body().count());
    }

    /** The first answer that is not a 503. */
    private static Answer first(Supplier<Answer> asked) {
        var answer = new AtomicReference<Answer>();
        await().pollInterval(Duration.ofMillis(5)).atMost(SOON).until(() -> {
            answer.set(asked.get());
            return answer.get().status() != 503;
        });
        return answer.get();
    }

    /** A key of a site, with its id. */
    private record Key(String id, String secret) {
        Http on(Node node) {
            return new Http(node.delivery(), "Bearer " + secret);
        }
    }

    private Key key() {
        var made = stale.as("admin")
                .post("/api-keys", Map.of("name", "another", "scopes", List.of("delivery")))
                .ok();
        var key = new Key(made.get("id").asString(), made.get("key").asString());
        await().atMost(SOON).until(() -> key.on(refusing).get(path).status() == 200);
        return key;
    }

    private static void revoked(Key key, Node on) {
        on.as("admin").delete("/api-keys/" + key.id()).ok();
    }

    private void withdrawn(Node on) {
        on.as("publisher")
                .post(guide.path() + "/unpublish", Map.of("reason", "wrong"))
                .ok();
    }

    @Test
    void afterItsLeaseANodeWithoutStoreRefusesUntilItHasReadWhatHappened() {
        var key = key();
        var other = stale.guides().published();
        var open = stream(refusing, refusing.site());
        String etag = refusing.site().get(path).header("ETag");
        String list = "/role-guide?limit=3&fields=title";
        refusing.site().get(list).ok();

        secondWire.stall();
        long frozen = System.nanoTime();
        assertThat(refusing.site().get(path).status()).as("within the lease").isEqualTo(200);
        assertThat(open).isNotDone();
        withdrawn(stale);
        revoked(key, stale);
        leaseOver(frozen);

        String pages = "pages=https://www.example.com/%7Bslug%7D";
        for (String asked : List.of(
                path,
                path + "?format=markdown",
                path + "?asOf=2026-01-01T00:00:00Z",
                path + "/schema.org",
                "/role-guide/never-was",
                list,
                "/role-guide?limit=4",
                "/role-guide?q=engineer",
                "/role-guide/feed.atom?" + pages,
                "/role-guide/sitemap.xml?" + pages,
                "/ledger?after=0",
                "/ledger?after=0&compact=true")) {
            isNotConfirmed(refusing.site().get(asked));
            isNotConfirmed(refusing.site().send("HEAD", asked, null));
            isNotConfirmed(refusing.site().get(asked, "If-None-Match", etag));
            isNotConfirmed(refusing.site().get(asked, "If-Modified-Since", "Fri, 01 Jan 2100 00:00:00 GMT"));
        }
        isNotConfirmed(refusing.site().get(path, "Imprimatur-At-Least", "1000000"));
        isNotConfirmed(refusing.site().get("/ledger", "Accept", "text/event-stream"));
        isNotConfirmed(key.on(refusing).get(path));
        isNotConfirmed(new Http(refusing.delivery(), "Bearer imp_site_wrong").get(path));
        assertThat(open).succeedsWithin(Duration.ofSeconds(1));
        assertThat(leaseOf(refusing)).isEqualTo("DOWN");

        var again =
                CompletableFuture.supplyAsync(() -> first(() -> key.on(refusing).get("/role-guide/" + other.slug())));
        var known =
                CompletableFuture.supplyAsync(() -> first(() -> refusing.site().get(path, "If-None-Match", etag)));
        secondWire.pass();
        assertThat(first(() -> refusing.site().get(path)).status()).isEqualTo(410);
        assertThat(known.join().status()).isEqualTo(410);
        assertThat(again.join().status()).isEqualTo(401);
        assertThat(first(() -> refusing.site().get("/role-guide/" + other.slug()))
                        .header("Warning"))
                .isNull();
    }

    @Test
    void staleAnswersAreServedAndMarkedIfTheOperatorChoosesSo() {
        var key = key();
        String etag = stale.site().get(path).header("ETag");
        assertThat(stale.site().get(path).header("Warning")).isNull();
        var open = stream(stale, stale.site());

        stores.mongo().cut();
        long cut = System.nanoTime();
        withdrawn(refusing);
        revoked(key, refusing);
        leaseOver(cut);

        for (String asked : List.of(
                path,
                path + "?format=markdown",
                path + "/schema.org",
                "/role-guide",
                "/role-guide?q=engineer",
                "/ledger?compact=true")) {
            var answer = key.on(stale).get(asked);
            assertThat(answer.status()).as("%s", answer).isEqualTo(200);
            isMarkedAsStale(answer);
        }
        var known = stale.site().get(path, "If-None-Match", etag);
        assertThat(known.status()).isEqualTo(304);
        isMarkedAsStale(known);
        assertThat(stale.site().get("/role-guide/never-was").header("Warning")).startsWith("110");
        isNotConfirmed(stale.site().get("/ledger", "Accept", "text/event-stream"));
        assertThat(open).succeedsWithin(Duration.ofSeconds(1));
        assertThat(leaseOf(stale)).isEqualTo("DOWN");

        stores.mongo().pass();
        await().atMost(SOON).until(() -> leaseOf(stale).equals("UP"));
        assertThat(stale.site().get(path).status()).isEqualTo(410);
        assertThat(key.on(stale).get(path).status()).isEqualTo(401);
    }

    @Test
    void theLeaseEndsIfOnlyTheKeysCannotBeRead() {
        var keys = refusing.bean(MongoDatabase.class).getCollection("api_keys");
        keys.insertOne(new Document("_id", "unreadable").append("hash", 7));
        long inserted = System.nanoTime();
        try {
            await().atMost(SOON).until(() -> refusing.site().get(path).status() == 503);
            isNotConfirmed(refusing.site().get(path));
            isNotConfirmed(refusing.site().get("/role-guide?q=engineer"));
            assertThat(leaseOf(refusing)).isEqualTo("DOWN");
            assertThat(requireNonNull(refusing.bean(Catalogue.class).confirmed())
                            .nanos())
                    .isGreaterThan(inserted);
        } finally {
            keys.deleteOne(new Document("_id", "unreadable"));
        }
        assertThat(first(() -> refusing.site().get(path)).status()).isEqualTo(200);
    }

    @Test
    void theLeaseEndsIfOnlyTheLedgerCannotBeRead() {
        var catalogue = refusing.bean(Catalogue.class);
        synchronized (catalogue) {
            long held = System.nanoTime();
            leaseOver(held);

            isNotConfirmed(refusing.site().get(path));
            isNotConfirmed(refusing.site().get(path + "?format=markdown"));
            assertThat(refusing.bean(SiteKeys.class).ring().readAt().nanos()).isGreaterThan(held);
            assertThat(new Http(refusing.delivery(), "Bearer imp_site_wrong")
                            .get(path)
                            .status())
                    .as("keys are known")
                    .isEqualTo(401);
        }
        assertThat(first(() -> refusing.site().get(path)).status()).isEqualTo(200);
    }

    @Test
    void aSlowReadConfirmsTheStateAtItsBeginning() {
        var catalogue = refusing.bean(Catalogue.class);

        secondWire.stall();
        await().pollDelay(Duration.ofMillis(800)).until(() -> true);
        var before = catalogue.confirmed();
        long answered = System.nanoTime();
        secondWire.pass();

        await().pollInterval(Duration.ofMillis(5)).atMost(SOON).until(() -> catalogue.confirmed() != before);
        assertThat(requireNonNull(catalogue.confirmed()).nanos()).isLessThan(answered);
    }
}
