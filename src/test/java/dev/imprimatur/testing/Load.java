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
    private static final Set<String> KEPT_KINDS =
            Set.of("opened", "submitted", "approved", "stamped", "changes-requested", "published", "unpublished");
    private static final Set<String> OF_A_REVISION = Set.of("submitted", "approved", "changes-requested");

    /** An answer that sites may get for a guide, from the time when the change was requested. */
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

    /** The expected state of a guide. */
    private static final class Kept {
        final Guides.Ref guide;
        /** The log entries that must exist exactly once. */
        final List<String> log = new CopyOnWriteArrayList<>();
        /** The answers that sites may have got, in order; the last one is the current one. */
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

    /** Waits until every client has its current answer, and stops the load. */
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

    /** Stops the load without waiting for answers. */
    @Override
    public void close() {
        goesOn = false;
        clients.forEach(Thread::interrupt);
    }

    /** Whether the load stopped because of an unexpected answer, with which {@link #pause} fails. */
    public boolean hasFailed() {
        return !wrong.isEmpty();
    }

    public int acknowledged() {
        return acknowledged.get();
    }

    /** Any guide that is published now. */
    public Guides.Ref live() {
        return book.values().stream()
                .filter(Kept::isLive)
                .map(kept -> kept.guide)
                .findAny()
                .orElseThrow();
    }

    // Editors, reviewers and publishers

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
        // if the engine was unavailable, the task follows the submission later
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

    /** Completes every guide that was begun, up to its publication. */
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

    /** Repeats a request until it is answered; the answer must be a success. */
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

    // Expectations

    /**
     * Copies the expectations. The returned action restores them, for a restore of MongoDB to the same moment after which an
     * administrator continues the ledger: later changes are lost, but guides that were unpublished since are unpublished again.
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
     * Tells the load that the ledger continues without its last entries. A guide that only these entries published and unpublished is
     * absent, not gone.
     */
    public void endWasLost() {
        endWasLost = true;
    }

    private boolean isAsGood(String what, Kept kept) {
        return endWasLost && what.equals(ABSENT) && kept.standing().equals(GONE);
    }

    /** Compares the expectations with the answers of every node, while the load is paused. */
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

    /** Whether the ledger added this entry to the log when it continued without its lost end. */
    private static boolean isNotedAnew(JsonNode entry) {
        return entry.has("message")
                && Set.of("published", "unpublished").contains(entry.get("kind").asString())
                && entry.at("/by/account").asString("").equals("imprimatur");
    }
}
