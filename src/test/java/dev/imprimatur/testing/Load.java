// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.testing;

import dev.imprimatur.content.ContentHash;
import dev.imprimatur.testing.Http.Answer;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/**
 * A load of editors and reviewers who move guides through the workflow, and of sites that read them, on any of several nodes. Each
 * change carries an {@code Idempotency-Key} and is repeated until it is answered, so the load knows that each change had one effect.
 * The load records the expected effects, checks each answer to a site against them, and can compare them with the stores.
 */
public final class Load implements AutoCloseable {
    /** How long another node may answer with the previous state after a change was acknowledged: its lease and a margin. */
    private static final Duration KNOWN_EVERYWHERE = Duration.ofSeconds(5);

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int TEAMS = 4;
    private static final int SITES = 2;
    private static final String ABSENT = "absent";
    private static final String GONE = "gone";
    private static final Set<String> CHECKED_KINDS =
            Set.of("opened", "submitted", "approved", "stamped", "changes-requested", "published", "unpublished");
    private static final Set<String> OF_A_REVISION = Set.of("submitted", "approved", "changes-requested");

    /** An answer that sites may get for a guide, from the time when the change was requested. */
    private static final class ExpectedAnswer {
        final String what;
        final long askedAt = System.nanoTime();
        volatile boolean isAcknowledged;
        volatile long acknowledgedAt;

        ExpectedAnswer(String what) {
            this.what = what;
        }

        void acknowledge() {
            acknowledgedAt = System.nanoTime();
            isAcknowledged = true;
        }

        boolean wasKnownEverywhereAt(long moment) {
            return isAcknowledged && moment - acknowledgedAt > KNOWN_EVERYWHERE.toNanos();
        }
    }

    /** The expected state of a guide. */
    private static final class ExpectedGuide {
        final Guides.Ref guide;
        /** The log entries that must exist exactly once. */
        final List<String> log = new CopyOnWriteArrayList<>();
        /** The answers that sites may have got, in order; the last one is the current one. */
        final List<ExpectedAnswer> shown = new CopyOnWriteArrayList<>();

        volatile int edition = 1;
        volatile String summary = "";

        ExpectedGuide(Guides.Ref guide) {
            this.guide = guide;
            show(ABSENT).acknowledge();
            logged("opened");
        }

        ExpectedGuide(ExpectedGuide other) {
            guide = other.guide;
            edition = other.edition;
            summary = other.summary;
            log.addAll(other.log);
            show(other.current()).acknowledge();
        }

        void logged(String kind) {
            log.add(key(kind, edition, ""));
        }

        void logged(String kind, JsonNode revision) {
            log.add(key(kind, edition, revision.asString()));
        }

        ExpectedAnswer show(String what) {
            var next = new ExpectedAnswer(what);
            shown.add(next);
            return next;
        }

        String current() {
            return shown.getLast().what;
        }

        boolean isPublished() {
            return current().startsWith("sha256:");
        }

        /** Whether this was published once and nothing was unpublished since. */
        boolean wasPublishedAs(String what) {
            var all = shown.stream().map(it -> it.what).toList();
            return what.startsWith("sha256:") && all.lastIndexOf(what) > all.lastIndexOf(GONE);
        }

        boolean mayShow(String what, long began, long ended) {
            var all = List.copyOf(shown);
            for (int i = 0; i < all.size(); i++) {
                boolean isOver = i + 1 < all.size() && all.get(i + 1).wasKnownEverywhereAt(began);
                if (all.get(i).what.equals(what) && all.get(i).askedAt - ended <= 0 && !isOver) return true;
            }
            return false;
        }
    }

    /**
     * The result of a comparison.
     *
     * @param lost what was acknowledged and is not stored
     * @param doubled what is stored more often than it was acknowledged
     * @param wronglyServed answers to sites that must not have been given
     * @param refused requests of sites that got no answer, a 503 or a 507
     * @param again requests that were repeated because their outcome was unclear
     */
    public record Tally(
            int guides,
            int acknowledged,
            int again,
            int read,
            int refused,
            List<String> lost,
            List<String> doubled,
            List<String> wronglyServed) {
        @Override
        public String toString() {
            return guides + " guides, " + acknowledged + " acknowledged (" + again + " sent again), " + read + " read ("
                    + refused + " refused), " + lost.size() + " lost, " + doubled.size() + " doubled, "
                    + wronglyServed.size() + " wrongly served";
        }
    }

    private final Supplier<List<String>> nodes;
    private final Map<String, String> authorizations;
    private final Map<String, ExpectedGuide> expectations = new ConcurrentHashMap<>();
    private final List<String> slugs = new CopyOnWriteArrayList<>();
    private final Map<String, String> words = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<Throwable> unexpectedAnswers = new ConcurrentLinkedQueue<>();
    private final List<String> wronglyServed = new CopyOnWriteArrayList<>();
    private final AtomicInteger counter = new AtomicInteger();
    private final AtomicInteger acknowledged = new AtomicInteger();
    private final AtomicInteger again = new AtomicInteger();
    private final AtomicInteger read = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final List<Thread> clients = new ArrayList<>();
    private volatile boolean isRunning;
    private volatile boolean endWasLost;

    /**
     * Creates a load without starting it.
     *
     * @param nodes the addresses of the running nodes
     * @param authorizations of {@code editor}, {@code reviewer}, {@code publisher} and {@code site}
     */
    public Load(Supplier<List<String>> nodes, Map<String, String> authorizations) {
        this.nodes = nodes;
        this.authorizations = authorizations;
    }

    /** A load with the accounts and the site key of this node. */
    public static Load of(Supplier<List<String>> nodes, Node node) {
        var authorizations = new HashMap<String, String>();
        for (String person : List.of("editor", "reviewer", "publisher"))
            authorizations.put(person, node.as(person).authorization());
        authorizations.put("site", node.site().authorization());
        return new Load(nodes, authorizations);
    }

    public void begin(long seed) {
        isRunning = true;
        for (int i = 0; i < TEAMS; i++) client(seed + i, this::lifeOfAGuide);
        for (int i = 0; i < SITES; i++) client(seed - 1 - i, this::readAsSite);
    }

    private void client(long seed, Consumer<Random> work) {
        var random = new Random(seed);
        clients.add(Thread.ofPlatform().start(() -> {
            while (isRunning && unexpectedAnswers.isEmpty())
                try {
                    work.accept(random);
                } catch (RuntimeException | AssertionError unexpected) {
                    unexpectedAnswers.add(unexpected);
                }
        }));
    }

    /** Waits until every client has its current answer, and stops the load. */
    public void pause() {
        isRunning = false;
        try {
            for (var client : clients) client.join();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
        clients.clear();
        for (var unexpected : unexpectedAnswers)
            throw new AssertionError("the load got an unexpected answer", unexpected);
    }

    /** Stops the load without waiting for answers. */
    @Override
    public void close() {
        isRunning = false;
        clients.forEach(Thread::interrupt);
    }

    /** Whether the load stopped because of an unexpected answer, with which {@link #pause} fails. */
    public boolean hasFailed() {
        return !unexpectedAnswers.isEmpty();
    }

    public int acknowledged() {
        return acknowledged.get();
    }

    /** Any guide whose publication was acknowledged; none that is still being published counts. */
    public Optional<Guides.Ref> anyPublished() {
        return expectations.values().stream()
                .filter(expected -> expected.isPublished() && expected.shown.getLast().isAcknowledged)
                .map(expected -> expected.guide)
                .findAny();
    }

    // Editors, reviewers and publishers

    private void lifeOfAGuide(Random random) {
        String slug = "load-" + counter.incrementAndGet();
        var created = change("editor", "POST", "/role-guide", Map.of("slug", slug, "content", Guides.content()));
        var expected = new ExpectedGuide(new Guides.Ref(created.get("id").asString(), slug));
        expectations.put(slug, expected);
        slugs.add(slug);
        int rounds = 1 + random.nextInt(3);
        for (int round = 0; round < rounds && isRunning; round++) {
            save(expected);
            if (random.nextInt(8) == 0) return;
            var submitted = submit(expected);
            if (random.nextInt(8) == 0) return;
            if (random.nextInt(4) == 0) {
                decide(expected, submitted, "request-changes");
                continue;
            }
            decide(expected, submitted, "approve");
            if (random.nextInt(5) == 0) {
                unpublish(expected);
                return;
            }
            if (round + 1 < rounds && isRunning) {
                change("editor", "POST", expected.guide.path() + "/editions", null);
                expected.edition++;
                expected.logged("opened");
            }
        }
    }

    private void save(ExpectedGuide expected) {
        String draft = expected.guide.path() + "/draft";
        String etag = fetch("editor", draft).header("ETag");
        expected.summary = "Saved as " + counter.incrementAndGet() + " of " + expected.guide.slug() + ".";
        change("editor", "PATCH", draft, Map.of("summary", expected.summary), "If-Match", etag);
    }

    private JsonNode submit(ExpectedGuide expected) {
        var submitted = change("editor", "POST", expected.guide.path() + "/submit", Map.of());
        expected.logged("submitted", submitted.at("/edition/revision"));
        return submitted;
    }

    private void decide(ExpectedGuide expected, JsonNode submitted, String outcome) {
        var guide = submitted;
        long until = System.nanoTime() + PATIENCE.toNanos();
        // if the engine was unavailable, the task follows the submission later
        while (!guide.at("/task").has("contentHash")) {
            if (System.nanoTime() > until) throw new AssertionError("there is no task: " + guide);
            pause(200);
            guide = fetch("reviewer", expected.guide.path()).json();
        }
        var task = guide.get("task");
        String hash = task.get("contentHash").asString();
        boolean approves = outcome.equals("approve");
        if (approves) words.put(hash, expected.summary);
        var shown = approves ? expected.show(hash) : null;
        change(
                "reviewer",
                "POST",
                "/tasks/" + task.get("id").asString() + "/complete",
                Guides.completion(task, outcome));
        if (approves) {
            shown.acknowledge();
            expected.logged("approved", task.get("revision"));
            expected.logged("stamped");
            expected.logged("published");
        } else {
            expected.logged("changes-requested", task.get("revision"));
        }
    }

    private void unpublish(ExpectedGuide expected) {
        var shown = expected.show(GONE);
        change("publisher", "POST", expected.guide.path() + "/unpublish", Map.of("reason", "It is wrong."));
        shown.acknowledge();
        expected.logged("unpublished");
    }

    /** Completes every guide that was begun, up to its publication. */
    public void finish() {
        for (var expected : expectations.values()) {
            var guide = fetch("editor", expected.guide.path()).json();
            if (guide.at("/edition/state").asString().equals("draft")) {
                save(expected);
                guide = submit(expected);
            }
            if (guide.at("/edition/state").asString().equals("in-review")) decide(expected, guide, "approve");
        }
    }

    /** Repeats a request until it is answered; the answer must be a success. */
    private JsonNode change(String person, String method, String path, Object body, String... headers) {
        var all = new ArrayList<>(List.of(headers));
        all.addAll(List.of("Idempotency-Key", UUID.randomUUID().toString()));
        var answer = answered(person, method, path, body, all.toArray(String[]::new));
        var json = answer.ok();
        acknowledged.incrementAndGet();
        return json;
    }

    private Answer fetch(String person, String path) {
        var answer = answered(person, "GET", path, null);
        answer.ok();
        return answer;
    }

    private Answer answered(String person, String method, String path, Object body, String... headers) {
        long until = System.nanoTime() + PATIENCE.toNanos();
        Object last;
        do {
            try {
                var answer = at("/api/management/v1", person).send(method, path, body, headers);
                if (!isUnclear(answer)) return answer;
                last = answer;
            } catch (UncheckedIOException noAnswer) {
                last = noAnswer;
            }
            again.incrementAndGet();
            pause(150);
        } while (System.nanoTime() < until);
        throw new AssertionError(method + " " + path + " of " + person + " is not answered: " + last);
    }

    /** Whether the outcome of the request is unclear. Any other failure is a defect of the server, even if it is temporary. */
    private static boolean isUnclear(Answer answer) {
        return isOutage(answer) || answer.status() == 409 && answer.problem().equals("request-in-progress");
    }

    private static boolean isOutage(Answer answer) {
        return answer.status() == 503 || answer.status() == 507;
    }

    private Http at(String api, String who) {
        var all = nodes.get();
        String node = all.get(ThreadLocalRandom.current().nextInt(all.size()));
        return new Http(node + api, authorizations.get(who));
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }

    // Sites

    private void readAsSite(Random random) {
        pause(5);
        if (slugs.isEmpty()) return;
        boolean isList = random.nextInt(5) == 0;
        String slug = slugs.get(Math.max(0, slugs.size() - 1 - random.nextInt(Math.min(slugs.size(), 40))));
        var site = at("/api/delivery/v1", "site");
        long began = System.nanoTime();
        Answer answer;
        try {
            answer = site.get(isList ? "/role-guide?limit=100" : "/role-guide/" + slug);
        } catch (UncheckedIOException noAnswer) {
            noAnswer();
            return;
        }
        if (isOutage(answer)) {
            noAnswer();
            return;
        }
        read.incrementAndGet();
        if (isList) for (var item : answer.ok().get("items").values()) judge(item, began);
        else if (answer.status() == 200) judge(answer.json(), began);
        else judge(slug, answer.status() == 410 ? GONE : answer.status() == 404 ? ABSENT : answer.toString(), began);
    }

    private void noAnswer() {
        refused.incrementAndGet();
        pause(50);
    }

    private void judge(JsonNode served, long began) {
        String hash = served.get("contentHash").asString();
        judge(served.get("slug").asString(), hash, began);
        var content = served.get("content");
        String summary = (content == null ? served : content).path("summary").asString("");
        if (!summary.isEmpty() && !summary.equals(words.get(hash))
                || content != null && !ContentHash.isOf(content, hash))
            wronglyServed.add("other words than those that were approved: " + served);
    }

    private void judge(String slug, String what, long began) {
        var expected = expectations.get(slug);
        if (expected == null) wronglyServed.add("a guide that nobody made: " + slug);
        else if (!expected.mayShow(what, began, System.nanoTime())
                && !isAsGood(what, expected)
                && !(endWasLost && expected.wasPublishedAs(what)))
            wronglyServed.add(what + " of " + slug + ", whose state is " + expected.current());
    }

    // Expectations

    /**
     * Copies the expectations. The returned action restores them, for a restore of MongoDB to the same moment after which an
     * administrator continues the ledger: later changes are lost, but guides that were unpublished since are unpublished again.
     */
    public Runnable copyExpectations() {
        var copy = new HashMap<String, ExpectedGuide>();
        expectations.forEach((slug, expected) -> copy.put(slug, new ExpectedGuide(expected)));
        return () -> restore(copy);
    }

    private void restore(Map<String, ExpectedGuide> copy) {
        var now = Map.copyOf(expectations);
        expectations.clear();
        copy.forEach((slug, expected) -> {
            if (expected.isPublished() && now.get(slug).current().equals(GONE))
                expected.show(GONE).acknowledge();
            expectations.put(slug, expected);
        });
        slugs.retainAll(expectations.keySet());
    }

    private static String key(String kind, int edition, String revision) {
        return kind + " " + edition + " " + revision;
    }

    /**
     * Tells the load that the ledger loses its last entries, and continues without them. A guide that only these entries published and
     * unpublished is absent, not gone. Until the ledger continues, sites get what it still has, which may be an earlier edition.
     */
    public void endWasLost() {
        endWasLost = true;
    }

    private boolean isAsGood(String what, ExpectedGuide expected) {
        return endWasLost && what.equals(ABSENT) && expected.current().equals(GONE);
    }

    /** Compares the expectations with the answers of every node, while the load is paused. */
    public Tally compare() {
        var lost = new ArrayList<String>();
        var doubled = new ArrayList<String>();
        for (var expected : expectations.values()) {
            compareLogs(expected, lost, doubled);
            for (String node : nodes.get()) compareDelivery(expected, node, lost);
        }
        for (String node : nodes.get()) compareLedger(node, doubled);
        return new Tally(
                expectations.size(),
                acknowledged.get(),
                again.get(),
                read.get(),
                refused.get(),
                lost,
                doubled,
                wronglyServed);
    }

    private void compareLogs(ExpectedGuide expected, List<String> lost, List<String> doubled) {
        var there = new TreeMap<String, Integer>();
        for (var entry : fetch("editor", expected.guide.path() + "/log")
                .json()
                .get("items")
                .values()) {
            String kind = entry.get("kind").asString();
            if (!CHECKED_KINDS.contains(kind) || isFromContinuation(entry)) continue;
            String revision =
                    OF_A_REVISION.contains(kind) ? entry.get("revision").asString() : "";
            there.merge(key(kind, entry.get("edition").asInt(), revision), 1, Integer::sum);
        }
        for (String entry : expected.log) if (!there.containsKey(entry)) lost.add(expected.guide + ": " + entry);
        there.forEach((entry, count) -> {
            if (count > 1 || !expected.log.contains(entry))
                doubled.add(expected.guide + ": " + entry + ", " + count + " times");
        });
    }

    private void compareDelivery(ExpectedGuide expected, String node, List<String> lost) {
        var served = siteOf(node).get("/role-guide/" + expected.guide.slug());
        String what = switch (served.status()) {
            case 200 -> served.json().get("contentHash").asString();
            case 404 -> ABSENT;
            case 410 -> GONE;
            default -> served.toString();
        };
        if (!what.equals(expected.current()) && !isAsGood(what, expected))
            lost.add(expected.guide + " is " + what + " at " + node + " and must be " + expected.current());
    }

    private void compareLedger(String node, List<String> doubled) {
        var counts = new TreeMap<String, Integer>();
        for (var entry : LedgerFeed.of(siteOf(node)))
            counts.merge(entry.get("kind").asString() + entry.get("id") + entry.get("edition"), 1, Integer::sum);
        counts.forEach((entry, count) -> {
            if (count > 1) doubled.add(entry + " is " + count + " times in the ledger of " + node);
        });
    }

    private Http siteOf(String node) {
        return new Http(node + "/api/delivery/v1", authorizations.get("site"));
    }

    /** Whether the ledger added this entry to the log when it continued without its lost end. */
    private static boolean isFromContinuation(JsonNode entry) {
        return entry.has("message")
                && Set.of("published", "unpublished").contains(entry.get("kind").asString())
                && entry.at("/by/account").asString("").equals("imprimatur");
    }
}
