// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.imprimatur.catalogue.Catalogue;
import dev.imprimatur.check.Checker;
import dev.imprimatur.testing.GuideEffects;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Http.Answer;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.ProxiedStores;
import dev.imprimatur.testing.SimulatedCrash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A node dies between two writes of a request, and another node on the same stores gets the same request with the same key: its answer is
 * that of a success, and there is one effect. At some points the reconciler of the other node comes first. Tries some of the points; with
 * {@code -Dtest.jvm.args=-Dcrash.points=all} all of them, each with and without the reconciler.
 */
@Tag("long")
@Tag("store")
class CrashPointsTest {
    private static final String KEY = "Idempotency-Key";
    private static final String DELETION = "delete";
    /** Crashes of each request after the first one, in the short form. */
    private static final int SOME = 4;

    private static final Map<String, Object> SAVED = Map.of("summary", "Saved.");
    private static final Duration LEASE = Duration.ofSeconds(61);

    private static ProxiedStores stores;
    private static Node mortal;
    private static Node other;
    private static Guides guides;

    @BeforeAll
    static void start() {
        stores = new ProxiedStores();
        mortal = Node.start(stores.settings(
                "imprimatur.review.reconcile-every", "1h",
                // it would tell of every death
                "logging.level.dev.imprimatur.problem.UnexpectedFailure", "off"));
        other = mortal.beside();
        guides = other.guides();
    }

    @AfterAll
    static void stop() {
        other.close();
        mortal.close();
        stores.close();
    }

    /** A request that is about the guide of that slug. */
    private record Request(String slug, String person, String method, String path, Object body, List<String> headers) {
        Answer at(Node node, String key, SimulatedCrash death) {
            var all = new ArrayList<>(headers);
            all.addAll(List.of(KEY, key));
            if (death != null) all.addAll(List.of(SimulatedCrash.HEADER, death.name()));
            return node.as(person).send(method, path, body, all.toArray(String[]::new));
        }
    }

    private static Request post(Guides.Ref guide, String person, String path, Object body) {
        return new Request(guide.slug(), person, "POST", guide.path() + path, body, List.of());
    }

    private static Request decision(Guides.Ref guide, String outcome) {
        var task = guides.task("reviewer", guide);
        return new Request(
                guide.slug(),
                "reviewer",
                "POST",
                "/tasks/" + task.get("id").asString() + "/complete",
                Guides.completion(task, outcome),
                List.of());
    }

    @Test
    void aGuideIsMadeOnce() {
        diesAnywhere("create", () -> {
            String slug = "crash-" + UUID.randomUUID();
            var wanted = Map.of("slug", slug, "content", Guides.content());
            return new Request(slug, "editor", "POST", "/role-guide", wanted, List.of());
        });
    }

    @Test
    void aDraftIsSavedOnce() {
        diesAnywhere("save", () -> {
            var guide = guides.drafted();
            String path = guide.path() + "/draft";
            String etag = other.as("editor").get(path).header("ETag");
            return new Request(guide.slug(), "second-editor", "PATCH", path, SAVED, List.of("If-Match", etag));
        });
    }

    @Test
    void aDraftIsSubmittedOnce() {
        diesAnywhere("submit", () -> post(guides.drafted(), "editor", "/submit", Map.of()));
    }

    @Test
    void anApprovalIsStampedAndPublishedOnce() {
        diesAnywhere("approve", () -> decision(guides.submitted(), "approve"));
    }

    @Test
    void theNextEditionTakesThePlaceOfTheFirstOnce() {
        diesAnywhere(
                "approve the next edition",
                () -> decision(guides.nextEditionSubmitted(guides.published(), "Next."), "approve"));
    }

    @Test
    void changesAreRequestedOnce() {
        diesAnywhere("request changes", () -> decision(guides.submitted(), "request-changes"));
    }

    @Test
    void theNextEditionIsOpenedOnce() {
        diesAnywhere("open the next edition", () -> post(guides.published(), "editor", "/editions", null));
    }

    @Test
    void aGuideIsUnpublishedOnce() {
        diesAnywhere("unpublish", () -> post(guides.published(), "publisher", "/unpublish", Map.of("reason", "wrong")));
    }

    @Test
    void aPublishedGuideIsRenamedOnce() {
        diesAnywhere("rename", () -> renaming(guides.published()));
    }

    @Test
    void aDraftIsRenamedOnce() {
        diesAnywhere("rename a draft", () -> renaming(guides.drafted()));
    }

    private static Request renaming(Guides.Ref guide) {
        String slug = "crash-" + UUID.randomUUID();
        return new Request(slug, "publisher", "POST", guide.path() + "/slug", Map.of("slug", slug), List.of());
    }

    @Test
    void aGuideIsDuplicatedOnce() {
        diesAnywhere("duplicate", () -> {
            String slug = "crash-" + UUID.randomUUID();
            String path = guides.published().path() + "/duplicate";
            return new Request(slug, "editor", "POST", path, Map.of("slug", slug), List.of());
        });
    }

    @Test
    void aGuideIsDeletedOnce() {
        diesAnywhere(DELETION, () -> {
            var guide = guides.submitted();
            return new Request(guide.slug(), "editor", "DELETE", guide.path(), null, List.of());
        });
    }

    @Test
    void anEditionMovesToAnotherVersionOfItsWorkflowOnce() throws IOException {
        String workflow = "/workflows/role-guide-review";
        var admin = other.as("admin");
        String bpmn = Files.readString(Path.of("workflows/role-guide-review.bpmn20.xml"));
        var count = new AtomicInteger();
        diesAnywhere("move", () -> {
            // an edition that is opened at once follows the version before
            int version = admin.put(
                            workflow,
                            Map.of(
                                    "bpmn",
                                    bpmn.replace(
                                            "name=\"Review revision\"",
                                            "name=\"Review, " + count.incrementAndGet() + "\"")),
                            "If-Match",
                            admin.get(workflow).header("ETag"))
                    .ok()
                    .get("version")
                    .asInt();
            var guide = guides.submitted();
            var wanted = Map.of("to", version, "editions", List.of(Map.of("edition", guide.id() + ".1")));
            return new Request(guide.slug(), "admin", "POST", workflow + "/migrate", wanted, List.of());
        });
    }

    @Test
    void aReleaseIsPublishedOnce() {
        diesAnywhere("release", () -> {
            var publisher = other.as("publisher");
            String release = "/releases/"
                    + publisher
                            .post("/releases", Map.of("name", "A release"))
                            .ok()
                            .get("id")
                            .asString();
            var leaving = guides.published();
            var wanted = Map.of("action", "unpublish", "reason", "It is outdated.");
            publisher.put(release + "/guides/" + leaving.id(), wanted).ok();
            var joining = List.of(guides.submitted(), guides.submitted());
            for (var guide : joining) {
                publisher.put(release + "/guides/" + guide.id(), Map.of()).ok();
                guides.decide("reviewer", guides.task("reviewer", guide), "approve")
                        .ok();
            }
            return new Request(
                    joining.getLast().slug(), "publisher", "POST", release + "/publish", Map.of(), List.of());
        });
    }

    private static void diesAnywhere(String operation, Supplier<Request> prepared) {
        // whatever a person's first request does besides
        assertThat(prepared.get().at(mortal, UUID.randomUUID().toString(), null).status() / 100)
                .isEqualTo(2);
        var undisturbed = prepared.get();
        var whole = SimulatedCrash.after(Integer.MAX_VALUE);
        var success = undisturbed.at(mortal, UUID.randomUUID().toString(), whole);
        assertThat(success.status() / 100).isEqualTo(2);
        // the other node reads what this one has published a moment later
        await().until(() -> other.bean(Catalogue.class).position()
                >= mortal.bean(Catalogue.class).position());
        var expected = GuideEffects.on(undisturbed.slug(), other);
        assertThat(expected.isEmpty()).isEqualTo(operation.equals(DELETION));
        assertThat(whole.writes()).isPositive();

        int points = 0;
        int deaths = 0;
        for (int after : points(whole.writes()))
            for (boolean reconciled :
                    SimulatedCrash.AT_ALL_POINTS ? new boolean[] {false, true} : new boolean[] {after % 2 == 1}) {
                points++;
                if (dies(operation, prepared.get(), after, reconciled, success.status(), expected)) deaths++;
            }
        // what other threads have done already, a request does not write, so it may end before the last points
        assertThat(deaths).isGreaterThan(points / 2);

        other.bean(Reconciler.class).everyMinute();
        var report = other.bean(Checker.class).run();
        assertThat(report.failure()).isNull();
        assertThat(report.violations()).isEmpty();
        System.out.printf(
                "crash points of %s: %d writes, %d deaths, each answered %d when sent again; 0 lost, 0 doubled, 0 violations, %d unfinished%n",
                operation,
                whole.writes(),
                deaths,
                success.status(),
                report.unfinished().size());
    }

    /** All of them, or the first, the last and some between. */
    private static int[] points(int writes) {
        int some = SimulatedCrash.AT_ALL_POINTS ? writes : Math.min(SOME, writes);
        return IntStream.rangeClosed(0, some).map(i -> i * writes / some).toArray();
    }

    /** Whether the node died. If the request ended before, it must have succeeded. */
    private static boolean dies(
            String operation, Request request, int after, boolean reconciled, int success, List<String> expected) {
        String point = operation + ", dead after " + after + " writes" + (reconciled ? ", reconciled" : "");
        String key = UUID.randomUUID().toString();
        var death = SimulatedCrash.after(after);
        var first = request.at(mortal, key, death);
        if (!death.happened())
            assertThat(first.status()).as(point + ": " + first).isEqualTo(success);
        if (reconciled) other.bean(Reconciler.class).everyMinute();
        other.clock().forward(LEASE);

        var again = request.at(other, key, null);

        assertThat(again.status()).as(point + ": " + again).isEqualTo(success);
        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(GuideEffects.on(request.slug(), other))
                        .as(point)
                        .isEqualTo(expected));
        return death.happened();
    }
}
