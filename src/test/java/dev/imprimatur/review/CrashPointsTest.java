package dev.imprimatur.review;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.imprimatur.check.Checker;
import dev.imprimatur.testing.Death;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Http.Answer;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.WiredStores;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A node dies after each write of a request, and another node on the same stores gets the same request with the same key: its answer is that
 * of a success, and there is one effect. Some five points of each are tried, at every other one after the reconciler of the other node; with
 * {@code -Dtest.jvm.args=-Dcrash.points=all} all are, both ways.
 */
@Tag("long")
@Tag("store")
class CrashPointsTest {
    private static final boolean ALL = "all".equals(System.getProperty("crash.points"));
    /** About how many points of an operation are tried where not all are. */
    private static final int MOST_POINTS = 4;

    private static final String KEY = "Idempotency-Key";
    private static final Duration LEASE = Duration.ofSeconds(61);

    private static WiredStores stores;
    private static Node mortal;
    private static Node other;
    private static Guides guides;

    @BeforeAll
    static void start() {
        stores = new WiredStores();
        mortal = Node.start(stores.settings("imprimatur.review.reconcile-every", "1h"));
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
        Answer at(Node node, String key, Death death) {
            var all = new ArrayList<>(headers);
            all.addAll(List.of(KEY, key));
            if (death != null) all.addAll(List.of(Death.HEADER, death.name()));
            return node.as(person).send(method, path, body, all.toArray(String[]::new));
        }
    }

    /** What is asked for, of a guide made for it. */
    private record Operation(String name, Supplier<Request> prepared) {
        @Override
        public String toString() {
            return name;
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

    private static Stream<Operation> operations() {
        return Stream.of(
                new Operation("create", () -> {
                    String slug = "crash-" + UUID.randomUUID();
                    return new Request(
                            slug,
                            "editor",
                            "POST",
                            "/role-guide",
                            Map.of("slug", slug, "content", Guides.content()),
                            List.of());
                }),
                new Operation("save", () -> {
                    var guide = guides.drafted();
                    String etag =
                            other.as("editor").get(guide.path() + "/draft").header("ETag");
                    return new Request(
                            guide.slug(),
                            "second-editor",
                            "PATCH",
                            guide.path() + "/draft",
                            Map.of("summary", "Saved."),
                            List.of("If-Match", etag));
                }),
                new Operation("submit", () -> post(guides.drafted(), "editor", "/submit", Map.of())),
                new Operation("approve", () -> decision(guides.submitted(), "approve")),
                new Operation(
                        "approve the next edition",
                        () -> decision(guides.nextEditionSubmitted(guides.published(), "Next."), "approve")),
                new Operation("request changes", () -> decision(guides.submitted(), "request-changes")),
                new Operation("open the next edition", () -> post(guides.published(), "editor", "/editions", null)),
                new Operation(
                        "unpublish",
                        () -> post(guides.published(), "publisher", "/unpublish", Map.of("reason", "wrong"))));
    }

    /** All that a request can have done to its guide, without what differs between any two guides. */
    private static List<String> effect(String slug) {
        var effect = new ArrayList<String>();
        for (var guide : other.as("editor")
                .get("/role-guide?q=" + slug)
                .ok()
                .get("items")
                .values()) {
            if (!guide.get("slug").asString().equals(slug)) continue;
            var ref = new Guides.Ref(guide.get("id").asString(), slug);
            effect.add("stands at " + guide.at("/edition/number") + guide.at("/edition/state"));
            for (var entry : other.as("editor")
                    .get(ref.path() + "/log")
                    .ok()
                    .get("items")
                    .values())
                effect.add("logged " + entry.get("kind") + entry.get("edition") + entry.path("revision"));
            for (var revision : other.as("editor")
                    .get(ref.path() + "/revisions")
                    .ok()
                    .get("items")
                    .values()) effect.add("revision " + revision.get("number") + revision.path("contributors"));
            var draft = other.as("editor").get(ref.path() + "/draft");
            effect.add("draft " + draft.status() + draft.header("ETag"));
            effect.add("task " + guides.find("reviewer", ref).map(task -> task.path("revision")));
            effect.add("read " + guides.read(ref).status());
            for (long after = 0, last = -1; last != after; ) {
                last = after;
                var feed = other.site().get("/ledger?limit=100&after=" + after).ok();
                for (var entry : feed.get("entries").values())
                    if (entry.get("id").asString().equals(ref.id())) effect.add("told " + entry.get("kind"));
                after = feed.get("position").asLong();
            }
        }
        return effect;
    }

    @ParameterizedTest
    @MethodSource("operations")
    void afterADeathAtAnyWriteTheSameRequestHasOneEffect(Operation operation) {
        var undisturbed = operation.prepared().get();
        var whole = Death.after(Integer.MAX_VALUE);
        var success = undisturbed.at(mortal, UUID.randomUUID().toString(), whole);
        success.ok();
        var expected = effect(undisturbed.slug());
        assertThat(expected).isNotEmpty();
        assertThat(whole.writes()).isPositive();

        int points = 0;
        int step = ALL ? 1 : Math.max(1, whole.writes() / MOST_POINTS);
        for (int after = 0; after <= whole.writes(); after += step)
            for (boolean reconciled : ALL ? new boolean[] {false, true} : new boolean[] {points % 2 == 1})
                if (dies(operation, after, reconciled, success.status(), expected)) points++;
        assertThat(points).as("points of %s", operation).isGreaterThan(2);

        other.bean(Reconciler.class).everyMinute();
        var report = other.bean(Checker.class).run();
        assertThat(report.failure()).isNull();
        assertThat(report.violations()).isEmpty();
        System.out.printf(
                "crash points of %s: %d writes, %d points, each answered %d when sent again; 0 lost, 0 doubled, 0 violations%n",
                operation, whole.writes(), points, success.status());
    }

    /** Whether the request came that far: the first one of a kind may write more than those after it. */
    private static boolean dies(
            Operation operation, int after, boolean reconciled, int success, List<String> expected) {
        String point = operation + ", dead after " + after + " writes" + (reconciled ? ", reconciled" : "");
        var request = operation.prepared().get();
        String key = UUID.randomUUID().toString();
        var death = Death.after(after);
        request.at(mortal, key, death);
        if (!death.happened()) return false;
        if (reconciled) other.bean(Reconciler.class).everyMinute();
        other.clock().forward(LEASE);

        var again = request.at(other, key, null);

        assertThat(again.status()).as(point + ": " + again).isEqualTo(success);
        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(
                        () -> assertThat(effect(request.slug())).as(point).isEqualTo(expected));
        return true;
    }
}
