// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.catalogue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import dev.imprimatur.publication.LedgerReader;
import dev.imprimatur.representation.GuideContents;
import dev.imprimatur.representation.PublishedGuide;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.ProxiedStores;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.bson.types.Binary;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A guide that is not in memory is read from the store and compared with the ledger, and everything else is as if it were in memory. */
@Tag("long")
@Tag("store")
class GuidesNotInMemoryTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    private final ProxiedStores stores = new ProxiedStores();
    private Node node;
    private Guides guides;

    @BeforeEach
    void start() {
        node = Node.start(
                stores.settings("imprimatur.delivery.guides", "0B", "imprimatur.ledger.checkpoint-every", "2"));
        guides = node.guides();
    }

    @AfterEach
    void stop() {
        stores.mongo().pass();
        node.close();
        stores.close();
    }

    private MongoCollection<Document> collection(String name) {
        return node.bean(MongoDatabase.class).getCollection(name, Document.class);
    }

    private static Bson contentOf(Guides.Ref guide) {
        return Filters.eq("_id", guide.id() + "#000001");
    }

    private void forgeContentOf(Guides.Ref guide) {
        collection("published").updateOne(contentOf(guide), Updates.set("content.summary", "Slipped in."));
    }

    private PublishedGuide published(Guides.Ref guide) {
        return requireNonNull(node.bean(Catalogue.class).now().published("role-guide/" + guide.slug()));
    }

    private boolean isInMemory(Guides.Ref guide) {
        return node.bean(GuideContents.class).ready(published(guide)) != null;
    }

    private boolean isReady() {
        return node.nobody().get("/actuator/health/readiness").status() == 200;
    }

    private String list() {
        return node.site().get("/role-guide").body();
    }

    private void unpublish(Guides.Ref guide) {
        node.as("publisher")
                .post(guide.path() + "/unpublish", Map.of("reason", "x"))
                .ok();
    }

    @Test
    void everythingIsAnsweredIfNoGuideFitsInMemory() {
        var one = guides.published();
        var other = guides.published();

        assertThat(isInMemory(one)).isFalse();
        var fast = guides.read(one);
        assertThat(fast.status()).isEqualTo(200);
        assertThat(node.site()
                        .get("/role-guide/" + one.slug() + "?format=markdown")
                        .body())
                .isEqualTo(fast.body());
        assertThat(node.site()
                        .get("/role-guide/" + one.slug(), "If-None-Match", fast.header("ETag"))
                        .status())
                .isEqualTo(304);
        assertThat(list()).contains(one.slug(), other.slug(), fast.body());
        assertThat(node.site().get("/ledger?guides=true").body()).contains(fast.body());
        assertThat(node.site().get("/role-guide?q=guide").status()).isEqualTo(200);
        assertThat(node.site()
                        .get("/role-guide/feed.atom?pages=https://a.example/%7Bslug%7D")
                        .status())
                .isEqualTo(200);
        assertThat(node.site().get("/role-guide/" + one.slug() + "/schema.org").status())
                .isEqualTo(200);
        assertThat(isInMemory(one)).isFalse();
        unpublish(one);
        assertThat(guides.read(one).status()).isEqualTo(410);
        assertThat(list()).doesNotContain(one.slug()).contains(other.slug());
    }

    @Test
    void aForgedContentThatIsReadLaterIsNeitherServedNorListed() {
        var forged = guides.published();
        var sound = guides.published();
        forgeContentOf(forged);
        assertThat(isReady()).isTrue();

        var answer = guides.read(forged);

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.problem()).isEqualTo("content-damaged");
        assertThat(isReady()).isFalse();
        assertThat(guides.state(forged).at("/live/damaged").asString()).contains(forged.slug());
        await().atMost(SOON).until(() -> node.site().get("/role-guide").status() == 200);
        assertThat(list()).doesNotContain(forged.slug(), "Slipped in.").contains(sound.slug());
        assertThat(guides.read(forged).problem()).isEqualTo("content-damaged");
        assertThat(guides.read(sound).status()).isEqualTo(200);
        unpublish(forged);
        assertThat(guides.read(forged).status()).isEqualTo(410);
        await().atMost(SOON).until(this::isReady);
    }

    /** The list is the first to read the forged content. */
    @Test
    void aListNeverShowsAForgedContent() {
        var forged = guides.published();
        var sound = guides.published();
        forgeContentOf(forged);

        assertThat(list()).doesNotContain("Slipped in.");

        await().atMost(SOON).until(() -> node.site().get("/role-guide").status() == 200);
        assertThat(list()).doesNotContain(forged.slug()).contains(sound.slug());
    }

    @Test
    void aStartReadsNoContentsAndComparesThemAfterwards() {
        var forged = guides.published();
        var sound = guides.published();
        var before = list();
        node.restartWith("imprimatur.delivery.guides", "100MB");
        await().atMost(SOON).until(() -> isInMemory(sound) && isInMemory(forged));
        assertThat(list()).isEqualTo(before);
        assertThat(collection("list_values").countDocuments()).isPositive();
        forgeContentOf(forged);
        assertThat(guides.read(forged).status()).isEqualTo(200);

        node.restart(() -> {});

        await().atMost(SOON).until(() -> !isReady());
        await().atMost(SOON).until(() -> guides.read(forged).status() == 503);
        assertThat(guides.read(forged).problem()).isEqualTo("content-damaged");
        assertThat(list()).doesNotContain(forged.slug(), "Slipped in.").contains(sound.slug());
        assertThat(guides.read(sound).status()).isEqualTo(200);
    }

    @Test
    void listValuesThatSomebodyChangedAreIgnored() {
        guides.published();
        guides.published();
        var before = list();
        node.restart(() -> {});
        for (var row : collection("list_values").find().into(new ArrayList<>())) {
            var values = new String(((Binary) requireNonNull(row.get("values"))).getData(), UTF_8);
            assertThat(values).contains("\"title\":\"");
            collection("list_values")
                    .updateOne(
                            Filters.eq("_id", row.get("_id")),
                            Updates.set(
                                    "values",
                                    new Binary(values.replace("\"title\":\"", "\"title\":\"Slipped in ")
                                            .getBytes(UTF_8))));
        }

        node.restart(() -> {});

        assertThat(node.bean(Catalogue.class).now().guides().map(PublishedGuide::title))
                .isNotEmpty()
                .noneMatch(title -> title.startsWith("Slipped in"));
        assertThat(list()).isEqualTo(before);
    }

    @Test
    void aGuideInMemoryIsServedWithoutTheStoreAndOthersAreUnavailable() {
        node.restartWith("imprimatur.delivery.guides", "100MB");
        var inMemory = guides.published();
        var notInMemory = guides.published();
        node.bean(GuideContents.class).forget(published(notInMemory));
        stores.mongo().cut();

        assertThat(guides.read(inMemory).status()).isEqualTo(200);
        long began = System.nanoTime();
        var answer = guides.read(notInMemory);
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.problem()).isEqualTo("unavailable");
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(4));
        assertThat(guides.read(inMemory).status()).isEqualTo(200);

        stores.mongo().pass();
        await().atMost(SOON).until(() -> guides.read(notInMemory).status() == 200);
        assertThat(isInMemory(notInMemory)).isTrue();
    }

    /** Requests that wait for a store that answers nothing must not hold up those that need no store. */
    @Test
    void requestsThatWaitForTheStoreDoNotHoldUpOthers() throws Exception {
        node.restartWith("imprimatur.delivery.guides", "100MB");
        var inMemory = guides.published();
        var notInMemory = guides.published();
        node.bean(GuideContents.class).forget(published(notInMemory));
        assertThat(node.site().get("/role-guide?slug=" + inMemory.slug()).status())
                .isEqualTo(200);
        stores.mongo().stall();

        try (var requests = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 20; i++) requests.submit(() -> guides.read(notInMemory));
            for (int i = 0; i < 20; i++) {
                long began = System.nanoTime();
                assertThat(guides.read(inMemory).status()).isEqualTo(200);
                assertThat(node.site()
                                .get("/role-guide?limit=" + (i + 1) + "&slug=" + inMemory.slug())
                                .status())
                        .isEqualTo(200);
                assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofMillis(1500));
            }
            stores.mongo().pass();
        }
    }

    @Test
    void requestsForTheSameGuideShareOneRead() throws Exception {
        node.restartWith("imprimatur.delivery.guides", "100MB");
        var guide = guides.published();
        var reads = node.bean(MeterRegistry.class)
                .get("imprimatur.delivery.guides.read")
                .functionCounter();
        // the search index has read it
        node.site().get("/role-guide?q=guide").ok();
        node.bean(GuideContents.class).forget(published(guide));
        double before = reads.count();

        try (var requests = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = Stream.generate(
                            () -> requests.submit(() -> guides.read(guide).status()))
                    .limit(20)
                    .toList();
            for (var answer : answers) assertThat(answer.get()).isEqualTo(200);
        }

        assertThat(reads.count() - before).isEqualTo(1);
    }

    @Test
    void anUnpublishedGuideIsGoneAtOnceWhileOthersReadIt() throws Exception {
        try (var requests = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int round = 0; round < 5; round++) {
                var guide = guides.published();
                var isUnpublished = new AtomicBoolean();
                Callable<Integer> reads = () -> {
                    for (; ; ) {
                        boolean mustBeGone = isUnpublished.get();
                        int status = guides.read(guide).status();
                        if (mustBeGone || status != 200) return status;
                    }
                };
                var results =
                        Stream.generate(() -> requests.submit(reads)).limit(4).toList();
                unpublish(guide);
                isUnpublished.set(true);
                for (var result : results) assertThat(result.get()).isEqualTo(410);
            }
        }
    }

    @Test
    void eachNodeComparesWhatItReads() {
        var guide = guides.published();
        try (var wide = node.beside("imprimatur.delivery.guides", "100MB")) {
            await().atMost(SOON)
                    .until(() -> wide.site().get("/role-guide/" + guide.slug()).status() == 200);
            forgeContentOf(guide);

            assertThat(guides.read(guide).problem()).isEqualTo("content-damaged");
            assertThat(wide.site().get("/role-guide/" + guide.slug()).body()).doesNotContain("Slipped in.");
            unpublish(guide);
            await().atMost(SOON)
                    .until(() -> wide.site().get("/role-guide/" + guide.slug()).status() == 410);
        }
    }

    @Test
    void guidesUnpublishedWhileTheNodeIsDownAreNotRestored() {
        var guide = guides.published();
        guides.published();
        node.restart(() -> {});
        unpublish(guide);
        node.restart(() -> {});

        assertThat(guides.read(guide).status()).isEqualTo(410);
        assertThat(node.bean(LedgerReader.class).verify().broken()).isNull();
    }
}
