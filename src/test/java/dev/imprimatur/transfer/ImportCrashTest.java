// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.imprimatur.check.Checker;
import dev.imprimatur.people.Person;
import dev.imprimatur.testing.GuideEffects;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.ProxiedStores;
import dev.imprimatur.testing.SimulatedCrash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node crashes between two writes of a seed import. The import of another node continues where the first one stopped. */
@Tag("long")
@Tag("store")
class ImportCrashTest {
    private static final int SOME = 6;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final LocalDate OVERDUE_SINCE_LONG = LocalDate.of(2025, 1, 31);
    private static final Person EDITOR = new Person("editor", "The editor", null, Set.of("EDITOR"));

    @Test
    void everySeedIsImportedOnce(@TempDir Path seeds) throws Exception {
        Path folder = Files.createDirectory(seeds.resolve("role-guides"));
        // reviewed elsewhere, with a next edition that is submitted
        String seed = Files.readString(Path.of("seed-content/role-guides/machine-learning-engineer.yaml"))
                .replaceFirst("lastReviewed: .*", "lastReviewed: " + OVERDUE_SINCE_LONG);
        try (var stores = new ProxiedStores();
                var mortal = Node.start(stores.settings(
                        "imprimatur.review.reconcile-every", "1s",
                        "imprimatur.seed-content", seeds.toUri().toString(),
                        "logging.level.dev.imprimatur", "off"));
                var other = mortal.beside()) {
            // the other writes of the first import
            Files.writeString(folder.resolve("first.yaml"), seed);
            run(mortal);
            Files.writeString(folder.resolve("whole.yaml"), seed);
            var whole = SimulatedCrash.after(Integer.MAX_VALUE);
            whole.runUntilCrash(() -> run(mortal));
            // the review is requested at once, and not announced, because it is overdue
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(GuideEffects.on("whole", other))
                            .contains("logged \"review-due\"11", "logged \"overdue\"11"));
            var expected = GuideEffects.on("whole", other);
            assertThat(expected).contains("read 200");

            int some = SimulatedCrash.AT_ALL_POINTS ? whole.writes() : SOME;
            var points = IntStream.rangeClosed(0, some)
                    .map(i -> i * (whole.writes() - 1) / some)
                    .distinct()
                    .toArray();
            int deaths = 0;
            for (int after : points) {
                String slug = "dead-after-" + after;
                Files.writeString(folder.resolve(slug + ".yaml"), seed);
                var death = SimulatedCrash.after(after);
                death.runUntilCrash(() -> run(mortal));
                if (death.happened()) deaths++;

                run(other);

                await(slug)
                        .atMost(PATIENCE)
                        .untilAsserted(() ->
                                assertThat(GuideEffects.on(slug, other)).containsExactlyInAnyOrderElementsOf(expected));
            }
            // writes of others are not repeated, so a later import may have fewer writes than the first one
            assertThat(deaths).isGreaterThan(points.length / 2);
            String slug = "of-both-at-once";
            Files.writeString(folder.resolve(slug + ".yaml"), seed);
            var both = List.of(
                    CompletableFuture.runAsync(() -> run(mortal)), CompletableFuture.runAsync(() -> run(other)));
            for (var one : both) one.get();
            await(slug)
                    .atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(GuideEffects.on(slug, other)).containsExactlyInAnyOrderElementsOf(expected));
            var report = other.bean(Checker.class).run();
            assertThat(report.violations()).isEmpty();
            System.out.printf(
                    "crash points of an import: %d writes, %d deaths; 0 lost, 0 doubled, 0 violations, %d unfinished%n",
                    whole.writes(), deaths, report.unfinished().size());
        }
    }

    private static void run(Node node) {
        try {
            node.bean(SeedImport.class).run(EDITOR);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
