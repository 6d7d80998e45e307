// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import dev.imprimatur.testing.Node;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.bson.Document;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Migrations from format to format: each runs once, in order, on one of many nodes, and again after a crash. */
@Tag("store")
class StoreFormatTest {
    private static final Duration HEARTBEAT = Duration.ofMillis(100);

    private final MongoDatabase store = Node.shared()
            .bean(MongoClient.class)
            .getDatabase("formats_" + UUID.randomUUID().toString().substring(0, 8));
    private final List<Integer> taken = new CopyOnWriteArrayList<>();
    private final StartupWait waiting = new StartupWait("127.0.0.1", 0);

    private record Step(int to, Runnable work) implements Migration {
        @Override
        public void run() {
            work.run();
        }
    }

    private Step step(int to) {
        return new Step(to, () -> taken.add(to));
    }

    private void migrate(Migration... steps) {
        new StoreFormat(store, List.of(steps), HEARTBEAT).migrate(waiting);
    }

    private void setFormat(int version) {
        store.getCollection("guides").insertOne(new Document("_id", "a guide"));
        if (version > 1)
            store.getCollection("store_format").insertOne(new Document("_id", "format").append("version", version));
    }

    private Document format() {
        return store.getCollection("store_format").find().first();
    }

    @Test
    void anEmptyStoreHasTheNewestFormatAtOnce() {
        migrate(step(2), step(3));

        assertThat(taken).isEmpty();
        assertThat(format().getInteger("version")).isEqualTo(3);
    }

    @Test
    void aStoreWithoutAFormatRunsEveryStepAndAnotherStoreTheMissingOnes() {
        setFormat(1);

        migrate(step(3), step(2));
        migrate(step(2), step(4), step(3));

        assertThat(taken).containsExactly(2, 3, 4);
        assertThat(format()).isEqualTo(new Document("_id", "format").append("version", 4));
    }

    @Test
    void ofTwoNodesThatStartAtOnceOneRunsTheStepAndTheOtherWaits() throws Exception {
        setFormat(1);
        var begun = new CountDownLatch(1);
        var canContinue = new CountDownLatch(1);
        var slow = new Step(2, () -> {
            taken.add(2);
            begun.countDown();
            awaitQuietly(canContinue);
        });

        var one = CompletableFuture.runAsync(() -> migrate(slow));
        awaitQuietly(begun);
        var other = CompletableFuture.runAsync(() -> migrate(slow));
        // longer than the missing heartbeats after which another node takes over
        await().pollDelay(HEARTBEAT.multipliedBy(20)).until(() -> !other.isDone());
        canContinue.countDown();

        one.get();
        other.get();
        assertThat(taken).containsExactly(2);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }

    @Test
    void aStepInterruptedByACrashRunsAgain() {
        store.getCollection("store_format")
                .insertOne(new Document("_id", "format")
                        .append("version", 2)
                        .append("step", new Document("by", "a dead node").append("beat", 7)));

        migrate(step(2), step(3));

        assertThat(taken).containsExactly(3);
        assertThat(format()).isEqualTo(new Document("_id", "format").append("version", 3));
    }

    @Test
    void aFailedStepStopsTheStartAndRunsAtTheNextStart() {
        setFormat(2);
        var failing = new Step(3, () -> {
            throw new IllegalStateException("cannot be read");
        });

        assertThatThrownBy(() -> migrate(step(2), failing)).hasMessage("cannot be read");
        assertThat(format()).isEqualTo(new Document("_id", "format").append("version", 2));

        migrate(step(2), step(3));
        assertThat(taken).containsExactly(3);
    }

    @Test
    void aLaterFormatAndAMissingStepAreRefused() {
        setFormat(5);

        assertThatThrownBy(() -> migrate(step(2)))
                .hasMessage("the store has format 5, and this program knows the formats up to 2");
        assertThatThrownBy(() -> migrate(step(2), step(4)))
                .hasMessageContaining("there must be one migration to each format");
        assertThatThrownBy(() -> migrate(step(2), step(2))).hasMessageContaining("the formats [2, 2]");
        assertThat(format().getInteger("version")).isEqualTo(5);
    }
}
