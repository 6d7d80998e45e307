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
 * A team that takes guides through the workflow and sites that read them, all the time, on any of several nodes. Whatever changes something
 * carries an {@code Idempotency-Key} and is sent again until it is answered, as scripts are told to, so that in the end the load knows of
 * each request that it had one effect. It keeps a book of these effects, judges every answer that its sites get by it, and compares it with what the stores
 * have.
 */
public final class Load implements AutoCloseable {
    /** How long after a request was acknowledged another node may still answer readers as before: its lease, and a moment. */
    private static final Duration KNOWN_EVERYWHERE = Duration.ofSeconds(5);

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int TEAMS = 4;
    private static final int SITES = 2;
    private static final String ABSENT = "absent";
    private static final String GONE = "gone";
    private static final Set<String> KEPT_KINDS =
            Set.of("opened", "submitted", "approved", "stamped", "changes-requested", "published", "unpublished");
    private static final Set<String> OF_A_REVISION = Set.of("submitted", "approved", "changes-requested");

    /** What readers may get of a guide, from when it was asked for. */
    private static final class Shown {
        final String what;
        final long askedAt = System.nanoTime();
        volatile boolean isAcknowledged;
        volatile long acknowledgedAt;

        Shown(String what) {
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

    /** What the book has about a guide. */
    private static final class Kept {
        final Guides.Ref guide;
        /** Log entries that there must be, once each. */
        final List<String> log = new CopyOnWriteArrayList<>();
        /** What readers may have got, in order; the last one holds. */
        final List<Shown> shown = new CopyOnWriteArrayList<>();

        volatile int edition = 1;
        volatile String summary = "";

        Kept(Guides.Ref guide) {
            this.guide = guide;
            show(ABSENT).acknowledge();
            logged("opened");
        }

        Kept(Kept other) {
            guide = other.guide;
            edition = other.edition;
            summary = other.summary;
            log.addAll(other.log);
            show(other.standing()).acknowledge();
        }

        void logged(String kind) {
            log.add(key(kind, edition, ""));
        }

        void logged(String kind, JsonNode revision) {
            log.add(key(kind, edition, revision.asString()));
        }

        Shown show(String what) {
            var next = new Shown(what);
            shown.add(next);
            return next;
        }

        String standing() {
            return shown.getLast().what;
        }

        boolean isLive() {
            return standing().startsWith("sha256:");
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
     * What became of it.
     *
     * @param lost what was acknowledged and is not there
     * @param doubled what is there more often than it was acknowledged
     * @param wronglyServed what sites got and must not have got
     * @param refused requests of sites that got no answer, or were told that there is none at the moment
     * @param again requests that were sent again because their answer was unclear
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
    private final Map<String, Kept> book = new ConcurrentHashMap<>();
    private final List<String> slugs = new CopyOnWriteArrayList<>();
    private final Map<String, String> words = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<Throwable> wrong = new ConcurrentLinkedQueue<>();
    private final List<String> wronglyServed = new CopyOnWriteArrayList<>();
    private final AtomicInteger names = new AtomicInteger();
    private final AtomicInteger acknowledged = new AtomicInteger();
    private final AtomicInteger again = new AtomicInteger();
    private final AtomicInteger read = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final List<Thread> clients = new ArrayList<>();
    private volatile boolean goesOn;
    private volatile boolean endWasLost;

    /**
     * A load that does not run yet.
     *
     * @param nodes the addresses that there are at the moment
     * @param authorizations of {@code editor}, {@code reviewer}, {@code publisher} and {@code site}
     */
    public Load(Supplier<List<String>> nodes, Map<String, String> authorizations) {
        this.nodes = nodes;
        this.authorizations = authorizations;
    }

    /** One whose people and site are those of the node. */
    public static Load of(Supplier<List<String>> nodes, Node node) {
        var authorizations = new HashMap<String, String>();
        for (String person : List.of("editor", "reviewer", "publisher"))
            authorizations.put(person, node.as(person).authorization());
        authorizations.put("site", node.site().authorization());
        return new Load(nodes, authorizations);
    }

    public void begin(long seed) {
        goesOn = true;
        for (int i = 0; i < TEAMS; i++) client(seed + i, this::lifeOfAGuide);
        for (int i = 0; i < SITES; i++) client(seed - 1 - i, this::visit);
    }

    private void client(long seed, Consumer<Random> work) {
        var random = new Random(seed);
        clients.add(Thread.ofPlatform().start(() -> {
            while (goesOn && wrong.isEmpty())
                try {
                    work.accept(random);
                } catch (RuntimeException | AssertionError unexpected) {
                    wrong.add(unexpected);
                }
        }));
    }

    /** Lets every client have the answer that it waits for, and stops. */
    public void pause() {
        goesOn = false;
        try {
            for (var client : clients) client.join();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
        clients.clear();
        for (var unexpected : wrong) throw new AssertionError("the load was answered what it must not be", unexpected);
    }

    /** Stops without an answer to what is not answered yet. */
    @Override
    public void close() {
        goesOn = false;
        clients.forEach(Thread::interrupt);
    }

    /** Whether it stopped by itself, for a reason that {@link #pause} tells. */
    public boolean hasFailed() {
        return !wrong.isEmpty();
    }

    public int acknowledged() {
        return acknowledged.get();
    }

    /** A guide that readers can see now. */
    public Guides.Ref live() {
        return book.values().stream()
                .filter(Kept::isLive)
                .map(kept -> kept.guide)
                .findAny()
                .orElseThrow();
    }

    // People

    private void lifeOfAGuide(Random random) {
        String slug = "load-" + names.incrementAndGet();
        var created = done("editor", "POST", "/role-guide", Map.of("slug", slug, "content", Guides.content()));
        var kept = new Kept(new Guides.Ref(created.get("id").asString(), slug));
        book.put(slug, kept);
        slugs.add(slug);
        int rounds = 1 + random.nextInt(3);
        for (int round = 0; round < rounds && goesOn; round++) {
            save(kept);
            if (random.nextInt(8) == 0) return;
            var submitted = submit(kept);
            if (random.nextInt(8) == 0) return;
            if (random.nextInt(4) == 0) {
                decide(kept, submitted, "request-changes");
                continue;
            }
            decide(kept, submitted, "approve");
            if (random.nextInt(5) == 0) {
                unpublish(kept);
                return;
            }
            if (round + 1 < rounds && goesOn) {
                done("editor", "POST", kept.guide.path() + "/editions", null);
                kept.edition++;
                kept.logged("opened");
            }
        }
    }

    private void save(Kept kept) {
        String draft = kept.guide.path() + "/draft";
        String etag = asked("editor", draft).header("ETag");
        kept.summary = "Saved as " + names.incrementAndGet() + " of " + kept.guide.slug() + ".";
        done("editor", "PATCH", draft, Map.of("summary", kept.summary), "If-Match", etag);
    }

    private JsonNode submit(Kept kept) {
        var submitted = done("editor", "POST", kept.guide.path() + "/submit", Map.of());
        kept.logged("submitted", submitted.at("/edition/revision"));
        return submitted;
    }

    private void decide(Kept kept, JsonNode submitted, String outcome) {
        var guide = submitted;
        long until = System.nanoTime() + PATIENCE.toNanos();
        // a task comes after the fact where the engine was away
        while (!guide.at("/task").has("contentHash")) {
            if (System.nanoTime() > until) throw new AssertionError("there is no task: " + guide);
            pause(200);
            guide = asked("reviewer", kept.guide.path()).json();
        }
        var task = guide.get("task");
        String hash = task.get("contentHash").asString();
        boolean approves = outcome.equals("approve");
        if (approves) words.put(hash, kept.summary);
        var shown = approves ? kept.show(hash) : null;
        done("reviewer", "POST", "/tasks/" + task.get("id").asString() + "/complete", Guides.completion(task, outcome));
        if (approves) {
            shown.acknowledge();
            kept.logged("approved", task.get("revision"));
            kept.logged("stamped");
            kept.logged("published");
        } else {
            kept.logged("changes-requested", task.get("revision"));
        }
    }

    private void unpublish(Kept kept) {
        var shown = kept.show(GONE);
        done("publisher", "POST", kept.guide.path() + "/unpublish", Map.of("reason", "It is wrong."));
        shown.acknowledge();
        kept.logged("unpublished");
    }

    /** Takes everything that people began to where readers can see it; nothing is stuck. */
    public void finish() {
        for (var kept : book.values()) {
            var guide = asked("editor", kept.guide.path()).json();
            if (guide.at("/edition/state").asString().equals("draft")) {
                save(kept);
                guide = submit(kept);
            }
            if (guide.at("/edition/state").asString().equals("in-review")) decide(kept, guide, "approve");
        }
    }

    /** Sends a request until it is answered; it must be a success. */
    private JsonNode done(String person, String method, String path, Object body, String... headers) {
        var all = new ArrayList<>(List.of(headers));
        all.addAll(List.of("Idempotency-Key", UUID.randomUUID().toString()));
        var answer = answered(person, method, path, body, all.toArray(String[]::new));
        var json = answer.ok();
        acknowledged.incrementAndGet();
        return json;
    }

    private Answer asked(String person, String path) {
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

    /** Any other failure is one of the server's, however often it passes. */
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

    private void visit(Random random) {
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
        var kept = book.get(slug);
        if (kept == null) wronglyServed.add("a guide that nobody made: " + slug);
        else if (!kept.mayShow(what, began, System.nanoTime()) && !isAsGood(what, kept))
            wronglyServed.add(what + " of " + slug + ", which stands at " + kept.standing());
    }

    // The book

    /**
     * Copies the book. What is returned sets it back, for when MongoDB was set back to the same moment and an administrator decided that the
     * ledger goes on: what was acknowledged since is gone, but what was withdrawn since is withdrawn again.
     */
    public Runnable copied() {
        var copy = new HashMap<String, Kept>();
        book.forEach((slug, kept) -> copy.put(slug, new Kept(kept)));
        return () -> setBack(copy);
    }

    private void setBack(Map<String, Kept> copy) {
        var now = Map.copyOf(book);
        book.clear();
        copy.forEach((slug, kept) -> {
            if (kept.isLive() && now.get(slug).standing().equals(GONE))
                kept.show(GONE).acknowledge();
            book.put(slug, kept);
        });
        slugs.retainAll(book.keySet());
    }

    private static String key(String kind, int edition, String revision) {
        return kind + " " + edition + " " + revision;
    }

    /**
     * The ledger goes on without its last entries. Of a guide that was published and withdrawn in these it knows nothing; it is absent, not
     * gone.
     */
    public void endWasLost() {
        endWasLost = true;
    }

    private boolean isAsGood(String what, Kept kept) {
        return endWasLost && what.equals(ABSENT) && kept.standing().equals(GONE);
    }

    /** Compares the book with what every node answers, while the load is paused. */
    public Tally compare() {
        var lost = new ArrayList<String>();
        var doubled = new ArrayList<String>();
        for (var kept : book.values()) {
            compareLogs(kept, lost, doubled);
            for (String node : nodes.get()) compareDelivery(kept, node, lost);
        }
        for (String node : nodes.get()) compareLedger(node, doubled);
        return new Tally(
                book.size(), acknowledged.get(), again.get(), read.get(), refused.get(), lost, doubled, wronglyServed);
    }

    private void compareLogs(Kept kept, List<String> lost, List<String> doubled) {
        var there = new TreeMap<String, Integer>();
        for (var entry :
                asked("editor", kept.guide.path() + "/log").json().get("items").values()) {
            String kind = entry.get("kind").asString();
            if (!KEPT_KINDS.contains(kind) || isNotedAnew(entry)) continue;
            String revision =
                    OF_A_REVISION.contains(kind) ? entry.get("revision").asString() : "";
            there.merge(key(kind, entry.get("edition").asInt(), revision), 1, Integer::sum);
        }
        for (String entry : kept.log) if (!there.containsKey(entry)) lost.add(kept.guide + ": " + entry);
        there.forEach((entry, count) -> {
            if (count > 1 || !kept.log.contains(entry))
                doubled.add(kept.guide + ": " + entry + ", " + count + " times");
        });
    }

    private void compareDelivery(Kept kept, String node, List<String> lost) {
        var served = siteOf(node).get("/role-guide/" + kept.guide.slug());
        String what = switch (served.status()) {
            case 200 -> served.json().get("contentHash").asString();
            case 404 -> ABSENT;
            case 410 -> GONE;
            default -> served.toString();
        };
        if (!what.equals(kept.standing()) && !isAsGood(what, kept))
            lost.add(kept.guide + " is " + what + " at " + node + " and must be " + kept.standing());
    }

    private void compareLedger(String node, List<String> doubled) {
        var told = new TreeMap<String, Integer>();
        for (var entry : LedgerFeed.of(siteOf(node)))
            told.merge(entry.get("kind").asString() + entry.get("id") + entry.get("edition"), 1, Integer::sum);
        told.forEach((entry, count) -> {
            if (count > 1) doubled.add(entry + " is told " + count + " times by " + node);
        });
    }

    private Http siteOf(String node) {
        return new Http(node + "/api/delivery/v1", authorizations.get("site"));
    }

    /** Where the ledger tells of it since it goes on without its end. */
    private static boolean isNotedAnew(JsonNode entry) {
        return entry.has("message")
                && Set.of("published", "unpublished").contains(entry.get("kind").asString())
                && entry.at("/by/account").asString("").equals("imprimatur");
    }
}
