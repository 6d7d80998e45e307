// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.Updates;
import dev.imprimatur.check.Checker;
import dev.imprimatur.testing.Guides.Ref;
import dev.imprimatur.testing.Node;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The entries of a release are one commit point: a crash cannot part them, and damage to one of them hides all. */
@Tag("long")
@Tag("store")
class ReleaseLedgerTest {
    private final Node node = Node.start("imprimatur.ledger.checkpoint-every", "5");

    @AfterEach
    void stop() {
        node.close();
    }

    private List<Ref> published(int guides) {
        var release = release(guides);
        node.as("publisher").post(release.path() + "/publish", Map.of()).ok();
        return release.guides();
    }

    private record Open(String path, List<Ref> guides) {}

    private Open release(int guides) {
        var publisher = node.as("publisher");
        String path = "/releases/"
                + publisher
                        .post("/releases", Map.of("name", "Together"))
                        .ok()
                        .get("id")
                        .asString();
        var all = new ArrayList<Ref>();
        for (int i = 0; i < guides; i++) {
            var guide = node.guides().submitted();
            publisher.put(path + "/guides/" + guide.id(), Map.of()).ok();
            node.guides()
                    .decide("reviewer", node.guides().task("reviewer", guide), "approve")
                    .ok();
            all.add(guide);
        }
        return new Open(path, all);
    }

    private MongoCollection<Document> ledger() {
        return node.bean(MongoDatabase.class).getCollection("ledger");
    }

    private long end() {
        return node.bean(LedgerReader.class).verified();
    }

    private List<Integer> statuses(List<Ref> guides) {
        return guides.stream().map(guide -> node.guides().read(guide).status()).toList();
    }

    @Test
    void entriesThatACrashLeftOutAreCompleted() {
        var guides = published(4);
        long last = end();
        node.restart(() -> {});
        ledger().deleteMany(Filters.gt("_id", last - 3));

        node.restart(() -> {});

        assertThat(end()).isEqualTo(last);
        assertThat(statuses(guides)).containsOnly(200);
        assertThat(ledger().countDocuments()).isEqualTo(last);
        assertThat(node.bean(Checker.class).run().violations()).isEmpty();
        assertThat(node.guides().read(node.guides().published()).status()).isEqualTo(200);
    }

    @Test
    void aDamagedEntryHidesTheWholeRelease() {
        var before = node.guides().published();
        var guides = published(3);
        long last = end();
        String slug = guides.getFirst().slug();
        var damaged = Filters.eq("_id", last - 1);
        var stored = ledger().find(damaged).first();
        ledger().updateOne(damaged, Updates.set("entry.slug", slug + "-other"));

        node.restart(() -> {});

        assertThat(end()).isEqualTo(last - 3);
        assertThat(statuses(guides)).doesNotContain(200);
        ledger().replaceOne(damaged, stored);
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(statuses(guides)).containsOnly(200));
        assertThat(node.guides().read(before).status()).isEqualTo(200);
    }

    @Test
    void aStartFromCheckpointsDoesNotBeginInsideARelease() {
        for (int i = 0; i < 3; i++) node.guides().published();
        var guides = published(7);
        var after = node.guides().published();
        await().atMost(Duration.ofSeconds(20))
                .until(() -> node.bean(MongoDatabase.class)
                                .getCollection("ledger_checkpoints")
                                .countDocuments()
                        > 0);

        node.restart(() -> {});

        assertThat(statuses(guides)).containsOnly(200);
        assertThat(node.guides().read(after).status()).isEqualTo(200);
        assertThat(node.bean(Checker.class).run().violations()).isEmpty();
    }

    @Test
    void aReleaseThatCannotBePublishedStopsNoOther() {
        var altered = release(1);
        var sound = release(1);
        for (var due : List.of(altered, sound)) {
            var at = node.clock().instant().plusSeconds(due == altered ? 60 : 120);
            node.as("publisher")
                    .put(due.path(), Map.of("name", "Due", "publishAt", at.toString()))
                    .ok();
        }
        var log = node.bean(MongoDatabase.class).getCollection("edition_log");
        String edition = altered.guides().getFirst().id() + ".1";
        var last = log.find(Filters.regex("_id", "^" + edition))
                .sort(Sorts.descending("_id"))
                .first();
        log.updateOne(Filters.eq("_id", requireNonNull(last).get("_id")), Updates.set("entry.message", "by hand"));
        node.clock().forward(Duration.ofMinutes(3));

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(statuses(sound.guides())).containsOnly(200));
        assertThat(statuses(altered.guides())).containsOnly(404);
    }

    @Test
    void appendsAtTheSameTimeLeaveTheReleaseWhole() throws Exception {
        var release = release(4);
        var singles = new ArrayList<Ref>();
        for (int i = 0; i < 6; i++) singles.add(node.guides().submitted());
        try (var people = Executors.newFixedThreadPool(4)) {
            var all = new ArrayList<Callable<Object>>();
            for (var guide : singles)
                all.add(() -> node.guides()
                        .decide("reviewer", node.guides().task("reviewer", guide), "approve")
                        .ok());
            for (int twice = 0; twice < 2; twice++)
                all.add(
                        3,
                        () -> node.as("publisher")
                                .post(release.path() + "/publish", Map.of())
                                .status());
            for (var done : people.invokeAll(all)) done.get();
        }

        assertThat(statuses(release.guides())).containsOnly(200);
        assertThat(statuses(singles)).containsOnly(200);
        assertThat(end()).isEqualTo(10);
        assertThat(node.bean(Checker.class).run().violations()).isEmpty();
    }
}
