package dev.imprimatur;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Http.Answer;
import dev.imprimatur.testing.Jar;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Stores;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Invariants 4 and 5 against SIGKILL: several clients drive guides through the workflow of the built jar, which is killed
 * at random moments and started again. Whatever was acknowledged must be there, nothing may be live that nobody approved,
 * no step may have taken effect twice, and whatever was left unfinished can be finished.
 */
@Tag("store")
class CrashIT {
    private static final int CLIENTS = 4;
    private static final int KILLS = Integer.getInteger("crash.kills", 5);
    private static final long SEED = System.getProperty("crash.seed", "").isEmpty()
            ? System.nanoTime()
            : Long.parseLong(System.getProperty("crash.seed"));

    /** What the server has said yes to, of one guide. */
    private static final class Acknowledged {
        volatile String summary;
        volatile int revision;
        volatile boolean approved;
        volatile boolean unpublished;
        /** Whether the last request may or may not have been done. */
        volatile boolean unsure;
    }

    private final Map<Guides.Ref, Acknowledged> guides = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<Throwable> wrong = new ConcurrentLinkedQueue<>();
    private final AtomicInteger acknowledgements = new AtomicInteger();
    private final AtomicInteger cut = new AtomicInteger();
    private final AtomicLong names = new AtomicLong();
    private final Map<String, Http> people = new HashMap<>();
    private Jar jar;
    private Http site;
    private volatile boolean driving;

    @Test
    void nothingAcknowledgedIsLostAndEverythingCanBeFinished() throws Exception {
        System.out.printf("crash test on %s: %d kills, seed %d%n", Stores.description(), KILLS, SEED);
        var random = new Random(SEED);
        try (var running = new Jar(Stores.fresh(), Node.PASSWORD)) {
            jar = running;
            var first = jar.start();
            makeTeam();
            var restarts = new ArrayList<Duration>();
            for (int kill = 0; kill < KILLS; kill++) {
                var clients = drive(random.nextLong());
                Thread.sleep(200 + random.nextInt(2_000));
                jar.kill();
                driving = false;
                for (var client : clients) client.join();
                restarts.add(jar.start());
                check();
            }
            finishEverything();
            check();
            jar.kill();
            assertThat(jar.check().lines()).anyMatch(line -> line.startsWith("0 violations"));
            System.out.printf(
                    "crash test on %s: %d kills, %d guides, %d acknowledgements, %d requests cut off, 0 lost; first start %d ms, restart median %d ms%n",
                    Stores.description(),
                    KILLS,
                    guides.size(),
                    acknowledgements.get(),
                    cut.get(),
                    first.toMillis(),
                    restarts.stream().sorted().toList().get(KILLS / 2).toMillis());
        }
        assertThat(acknowledgements.get()).isGreaterThan(KILLS);
    }

    private void makeTeam() {
        var admin = person("admin");
        for (var member : Map.of("editor", "EDITOR", "reviewer", "REVIEWER", "publisher", "PUBLISHER")
                .entrySet()) {
            admin.post(
                            "/accounts",
                            Map.of(
                                    "username",
                                    member.getKey(),
                                    "displayName",
                                    member.getKey(),
                                    "password",
                                    Node.PASSWORD,
                                    "roles",
                                    List.of(member.getValue())))
                    .ok();
            person(member.getKey());
        }
        String key = admin.post("/api-keys", Map.of("name", "site", "scopes", List.of("delivery")))
                .ok()
                .get("key")
                .asString();
        site = new Http(jar.url() + "/api/delivery/v1", "Bearer " + key);
    }

    private Http person(String username) {
        return people.computeIfAbsent(username, name -> {
            String management = jar.url() + "/api/management/v1";
            String token = new Http(management, Node.basic(name, Node.PASSWORD))
                    .post("/tokens", Map.of("name", "crash"))
                    .ok()
                    .get("token")
                    .asString();
            return new Http(management, "Bearer " + token);
        });
    }

    private List<Thread> drive(long seed) {
        driving = true;
        var clients = new ArrayList<Thread>();
        for (int i = 0; i < CLIENTS; i++) {
            var random = new Random(seed + i);
            clients.add(Thread.ofPlatform().start(() -> {
                while (driving)
                    try {
                        lifeOfAGuide(random);
                    } catch (UncheckedIOException killed) {
                        return;
                    } catch (RuntimeException | AssertionError unexpected) {
                        wrong.add(unexpected);
                        return;
                    }
            }));
        }
        return clients;
    }

    private void lifeOfAGuide(Random random) {
        String slug = "crash-" + names.incrementAndGet();
        var created = acknowledged(
                null, () -> person("editor").post("/role-guide", Map.of("slug", slug, "content", Guides.content())));
        var guide = new Guides.Ref(created.get("id").asString(), slug);
        var known = new Acknowledged();
        guides.put(guide, known);
        int rounds = 1 + random.nextInt(2);
        for (int round = 0; round < rounds; round++) {
            String summary = "Round " + round + " of " + slug;
            String etag = person("editor").get(guide.path() + "/draft").header("ETag");
            acknowledged(
                    known,
                    () -> person("editor")
                            .patch(guide.path() + "/draft", Map.of("summary", summary), "If-Match", etag));
            known.summary = summary;
            var submitted = acknowledged(known, () -> person("editor").post(guide.path() + "/submit", Map.of()));
            known.revision = submitted.at("/edition/revision").asInt();
            if (random.nextInt(4) == 0) {
                decide(known, guide, submitted.get("task"), "request-changes");
                continue;
            }
            decide(known, guide, submitted.get("task"), "approve");
            known.approved = true;
            known.unpublished = false;
            if (random.nextInt(6) == 0) {
                acknowledged(
                        known, () -> person("publisher").post(guide.path() + "/unpublish", Map.of("reason", "crash")));
                known.unpublished = true;
                return;
            }
            if (round + 1 < rounds) acknowledged(known, () -> person("editor").post(guide.path() + "/editions", null));
        }
    }

    private void decide(Acknowledged known, Guides.Ref guide, JsonNode task, String outcome) {
        acknowledged(
                known,
                () -> person("reviewer")
                        .post(
                                "/tasks/" + task.get("id").asString() + "/complete",
                                Map.of(
                                        "outcome",
                                        outcome,
                                        "message",
                                        "crash",
                                        "revision",
                                        task.get("revision").asInt(),
                                        "contentHash",
                                        task.get("contentHash").asString())));
    }

    private JsonNode acknowledged(Acknowledged known, java.util.function.Supplier<Answer> request) {
        try {
            var answer = request.get().ok();
            acknowledgements.incrementAndGet();
            return answer;
        } catch (UncheckedIOException killed) {
            cut.incrementAndGet();
            if (known != null) known.unsure = true;
            throw killed;
        }
    }

    private void check() {
        assertThat(wrong).isEmpty();
        guides.forEach((guide, known) -> {
            var state = person("editor").get(guide.path()).ok();
            var log = person("editor")
                    .get(guide.path() + "/log")
                    .ok()
                    .get("items")
                    .values();
            var revisions = person("editor")
                    .get(guide.path() + "/revisions")
                    .ok()
                    .get("items")
                    .values();
            if (known.revision > 0)
                assertThat(revisions)
                        .as("revisions of " + guide)
                        .anyMatch(it -> it.get("number").asInt() == known.revision);
            if (known.summary != null && state.at("/edition/state").asString().equals("draft") && !known.unsure)
                assertThat(person("editor").get(guide.path() + "/draft").body()).contains(known.summary);
            var read = site.get("/role-guide/" + guide.slug());
            if (known.unpublished && !known.unsure)
                assertThat(read.status()).as("unpublished " + guide).isEqualTo(410);
            else if (known.approved && !known.unsure)
                assertThat(read.status()).as("approved " + guide).isEqualTo(200);
            if (read.status() == 200) {
                String hash = read.json().get("contentHash").asString();
                assertThat(log)
                        .as("live " + guide)
                        .anyMatch(it -> it.get("kind").asString().equals("approved")
                                && it.get("contentHash").asString().equals(hash));
            }
            var seen = new HashSet<String>();
            for (var entry : log)
                if (List.of("opened", "published", "unpublished")
                        .contains(entry.get("kind").asString()))
                    assertThat(seen.add(entry.get("edition") + entry.get("kind").asString()))
                            .as("once only: " + entry)
                            .isTrue();
        });
        var causes = new HashSet<String>();
        for (long after = 0, position = -1; position != after; ) {
            position = after;
            var feed = site.get("/ledger?limit=100&after=" + after).ok();
            for (var entry : feed.get("entries").values())
                assertThat(causes.add(entry.get("kind").asString() + entry.get("id") + entry.get("edition")))
                        .as("no entry twice: " + entry)
                        .isTrue();
            after = feed.get("position").asLong();
        }
        var verification = person("admin").get("/ledger/verification").ok();
        assertThat(verification.has("broken")).as(verification.toString()).isFalse();
        assertThat(verification.get("entries").asInt()).isEqualTo(causes.size());
    }

    private void finishEverything() {
        guides.forEach((guide, known) -> {
            var state = person("editor").get(guide.path()).ok();
            if (state.at("/edition/state").asString().equals("draft")) {
                String etag = person("editor").get(guide.path() + "/draft").header("ETag");
                person("editor")
                        .patch(guide.path() + "/draft", Map.of("summary", "Finished."), "If-Match", etag)
                        .ok();
                state = person("editor")
                        .post(guide.path() + "/submit", Map.of())
                        .ok();
            }
            if (state.at("/edition/state").asString().equals("in-review")) {
                known.unsure = false;
                known.unpublished = false;
                decide(known, guide, state.get("task"), "approve");
                known.approved = true;
                known.revision = 0;
            }
            assertThat(person("editor")
                            .get(guide.path())
                            .ok()
                            .at("/edition/state")
                            .asString())
                    .as(guide.toString())
                    .isIn("published", "unpublished");
        });
    }
}
