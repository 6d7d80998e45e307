// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Sorts;
import dev.imprimatur.check.Checker;
import dev.imprimatur.review.Evidence.Facts;
import dev.imprimatur.review.Evidence.Rules;
import dev.imprimatur.review.RandomWalk.Step;
import dev.imprimatur.testing.Guides.Ref;
import dev.imprimatur.testing.Node;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever people, clocks and losses do in whatever order: readers see only what was approved, and no edition is stuck. A failure prints
 * the seed of the walk and as few of its steps as still fail; {@code -Dwalks.seed=} repeats it, {@code -Dwalks.minutes=20} walks longer.
 */
@Tag("long")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RandomWalksTest {
    private static final int WALKS = Integer.getInteger("walks", 3);
    private static final int STEPS = Integer.getInteger("walks.steps", 30);
    private static final int MINUTES = Integer.getInteger("walks.minutes", 0);
    private static final boolean TRACE = Boolean.getBoolean("walks.trace");
    private static final Long SEED = Long.getLong("walks.seed");
    /** How often a failing walk is repeated in search of fewer steps. */
    private static final int REPEATS = 120;

    private static final Map<String, Rules> TYPES = new TreeMap<>(Map.of(
            "plain", new Rules(1, false, true),
            "staged", new Rules(2, false, false),
            "parallel", new Rules(1, false, true),
            "members", new Rules(2, true, true)));
    private static final Map<String, String> WORKFLOWS = Map.of(
            "plain", "role-guide-review",
            "staged", "two-stage-review",
            "parallel", "parallel-review",
            "members", "members-review");

    private final Observed observed = new Observed();
    private Node node;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        var types = Files.createDirectory(folder.resolve("types"));
        TYPES.forEach((name, rules) -> write(types.resolve(name + ".schema.json"), schema(name, rules)));
        write(types.resolve("other.schema.json"), schema("plain", new Rules(1, false, false)));
        var workflows = Files.createDirectory(folder.resolve("workflows"));
        for (String name : List.of("role-guide-review", "two-stage-review", "parallel-review"))
            Files.copy(Path.of("workflows", name + ".bpmn20.xml"), workflows.resolve(name + ".bpmn20.xml"));
        write(
                workflows.resolve("members-review.bpmn20.xml"),
                Files.readString(Path.of("workflows/role-guide-review.bpmn20.xml"))
                        .replace("\"role-guide-review\"", "\"members-review\""));
        node = Node.start(
                "imprimatur.content-types", types.toUri() + "/", "imprimatur.workflows", workflows.toUri() + "/");
        // versions to which editions can move; the last one is that of the file
        for (String id : RandomWalk.WORKFLOWS)
            for (int i = 1; i <= RandomWalk.WORKFLOWS.size(); i++)
                RandomWalk.upload(
                        node,
                        id,
                        RandomWalk.WORKFLOWS.get((RandomWalk.WORKFLOWS.indexOf(id) + i) % RandomWalk.WORKFLOWS.size()));
        RandomWalk.upload(node, "members-review", "role-guide-review");
        // the added step: somebody checks the facts before the review
        RandomWalk.upload(node, "members-review", "two-stage-review");
        RandomWalk.makePeople(node, observed);
    }

    private static String schema(String name, Rules rules) {
        return """
                {"title": "Guide", "x-workflow": "%s", "x-review-interval": "P6M", "x-approvals": %d,
                 "x-members-only": %s%s, "type": "object", "additionalProperties": false, "required": ["title"],
                 "properties": {
                   "title": {"type": "string"},
                   "summary": {"type": "string"},
                   "tags": {"type": "array", "items": {"type": "string"}},
                   "compensation": {"type": "object", "additionalProperties": false, "x-review-interval": "P3M",
                     "properties": {"note": {"type": "string"}}}}}""".formatted(
                        WORKFLOWS.get(name),
                        rules.approvals(),
                        rules.areMembersOnly(),
                        rules.needsPayGroup()
                                ? ", \"x-requirements\": [{\"id\": \"pay\", \"name\": \"Pay is checked\","
                                        + " \"group\": \"pay\", \"changes\": [\"/compensation\"]}]"
                                : "");
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @AfterAll
    void stop() {
        node.close();
    }

    /** After the forgeries, because a walk leaves other versions of the workflows behind. */
    @Test
    @Order(2)
    void readersSeeOnlyWhatWasApproved() {
        long began = System.nanoTime();
        long seed = SEED == null ? new Random().nextLong() : SEED;
        int walks = 0;
        int steps = 0;
        var seeds = new Random(seed);
        var names = List.copyOf(TYPES.keySet());
        do {
            long own = SEED == null ? seeds.nextLong() : SEED;
            String type = names.get(Math.floorMod(own, names.size()));
            var all = RandomWalk.steps(own, STEPS);
            var fault = walk(type, all);
            if (fault.isPresent()) throw new AssertionError(report(own, type, all, fault.get()));
            walks++;
            steps += STEPS;
        } while (SEED == null
                && (walks < WALKS
                        || System.nanoTime() - began
                                < Duration.ofMinutes(MINUTES).toNanos()));
        var report = node.bean(Checker.class).run();
        assertThat(report.violations()).isEmpty();
        System.out.printf(
                "random walks: %d walks, %d steps, %d editions moved, %d entries in the ledger; 0 faults in %d s%n",
                walks, steps, RandomWalk.moved(), position(), (System.nanoTime() - began) / 1_000_000_000);
    }

    /** Takes the steps with new guides. Returns what went wrong. */
    private Optional<String> walk(String type, List<Step> steps) {
        long from = position();
        var walk = new RandomWalk(node, observed, type);
        int taken = 0;
        try {
            walk.restorePeople();
            for (var step : steps) {
                taken++;
                walk.take(step);
                judge(walk, from);
            }
            walk.finish();
            await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> judgeReaders(walk, from));
            judge(walk, from);
            if (TRACE) walk.trace().forEach(System.out::println);
            return Optional.empty();
        } catch (RuntimeException | AssertionError fault) {
            return Optional.of("after step " + taken + ": " + fault + "\n  " + String.join("\n  ", walk.trace()));
        } finally {
            walk.leave();
        }
    }

    /** A change of what is stored, such as nobody makes who wants to keep the rules. */
    private record Forgery(String what, Consumer<Facts> change) {}

    @Test
    @Order(1)
    void everyForgeryIsFound() {
        long from = position();
        var confirmed = confirmedGuide();
        var scheduled = scheduledGuide();
        String first = confirmed.id() + ".1";
        String second = scheduled.id() + ".1";
        var facts = facts(List.of(confirmed, scheduled), from);
        assertThat(Evidence.faults(observed, TYPES, facts)).isEmpty();

        var forgeries = List.of(
                new Forgery("an approval is missing", it -> remove(it, first, "APPROVED")),
                new Forgery(
                        "an approval of something else",
                        it -> entry(it, first, "APPROVED")
                                .get("revision", Document.class)
                                .put("contentHash", "sha256:0")),
                new Forgery(
                        "an approval of another revision",
                        it -> entry(it, first, "APPROVED")
                                .get("revision", Document.class)
                                .put("number", 2)),
                new Forgery("an approval by the editor", it -> by(it, first, "APPROVED", "editor")),
                new Forgery("an approval by no reviewer", it -> by(it, first, "APPROVED", "second-editor")),
                new Forgery("an approval by somebody who is not there", it -> by(it, first, "APPROVED", "nobody")),
                new Forgery("an approval outside of the limits", it -> by(it, first, "APPROVED", "of-ai")),
                new Forgery("two approvals by one person", it -> by(it, first, "APPROVED", "reviewer")),
                new Forgery(
                        "an approval without the role in the log",
                        it -> entry(it, first, "APPROVED")
                                .get("by", Document.class)
                                .put("roles", List.of("EDITOR"))),
                new Forgery(
                        "an approval by an expert, where only members count",
                        it -> entry(it, first, "APPROVED")
                                .get("by", Document.class)
                                .append("invitedBy", "second-reviewer")
                                .append("account", "expert:x")),
                new Forgery(
                        "an approval by the expert of the other reviewer",
                        it -> entry(it, first, "APPROVED")
                                .get("by", Document.class)
                                .append("invitedBy", "reviewer")),
                new Forgery("nobody of the group approved", it -> by(it, second, "APPROVED", "reviewer")),
                new Forgery("submitted again after the approvals", it -> add(it, first, "STAMPED", "SUBMITTED")),
                new Forgery(
                        "changes were requested after the approvals",
                        it -> add(it, first, "STAMPED", "CHANGES_REQUESTED")),
                new Forgery(
                        "the schedule was given up before its instant",
                        it -> add(it, second, "PUBLICATION_DUE", "SCHEDULE_DROPPED")),
                new Forgery(
                        "published before its instant",
                        it -> entry(it, second, "SCHEDULED")
                                .get("schedule", Document.class)
                                .put("publishAt", Date.from(node.clock().instant()))),
                new Forgery(
                        "scheduled with a release",
                        it -> entry(it, second, "SCHEDULED")
                                .get("schedule", Document.class)
                                .append("release", "x")),
                new Forgery("nobody confirmed it", it -> remove(it, first, "CONFIRMED")),
                new Forgery("an editor confirmed it", it -> by(it, first, "CONFIRMED", "editor")),
                new Forgery(
                        "it was confirmed in part",
                        it -> entry(it, first, "CONFIRMED").append("parts", List.of("/compensation"))),
                new Forgery(
                        "a stamp with another day",
                        it -> entry(it, first, "STAMPED")
                                .get("stamp", Document.class)
                                .put("reviewDue", new Date(0))),
                new Forgery(
                        "a stamp by somebody else",
                        it -> entry(it, first, "STAMPED")
                                .get("stamp", Document.class)
                                .getList("reviewers", Document.class)
                                .getFirst()
                                .put("account", "both")),
                new Forgery(
                        "another reviewer is named to readers",
                        it -> published(it, first)
                                .get("review", Document.class)
                                .getList("reviewedBy", Document.class)
                                .getFirst()
                                .put("name", "Somebody")),
                new Forgery(
                        "another day is named to readers",
                        it -> published(it, first).get("review", Document.class).put("lastReviewed", new Date(0))),
                new Forgery("no stamp", it -> remove(it, first, "STAMPED")),
                new Forgery(
                        "another revision is published",
                        it -> published(it, first).put("revision", 7)),
                new Forgery("other words in the revision", it -> words(it.revisions(), confirmed)),
                new Forgery("other words for readers", it -> words(it.published(), confirmed)),
                new Forgery("a position is missing", it -> it.ledger().remove(1)),
                new Forgery(
                        "two positions are exchanged",
                        it -> it.ledger().add(0, it.ledger().remove(1))),
                new Forgery(
                        "a position was written anew",
                        it -> published(it, first).put("hash", "0")),
                new Forgery(
                        "an entry of the log is missing",
                        it -> it.logs().get(first).remove(1)),
                new Forgery(
                        "an entry of the log was written anew",
                        it -> it.logs().get(first).get(1).put("hash", "0")),
                new Forgery(
                        "whoever approved it had edited it",
                        it -> it.revisions()
                                .get(confirmed.id() + "#1")
                                .put("contributors", List.of("reviewer", "second-reviewer"))));

        for (var forgery : forgeries) {
            var forged = facts.copy();
            forgery.change().accept(forged);
            assertThat(Evidence.faults(observed, TYPES, forged))
                    .as(forgery.what())
                    .isNotEmpty();
        }
        System.out.printf("forged logs: %d of %d are found%n", forgeries.size(), forgeries.size());
    }

    /** A guide that two people approved and one of them confirmed half a year later. */
    private Ref confirmedGuide() {
        var guide = submitted("members");
        decide("second-editor", guide, "facts-hold");
        decide("second-reviewer", guide, "approve");
        decide("reviewer", guide, "approve");
        node.clock().forward(Duration.ofDays(170));
        await().until(() -> node.guides().find("reviewer", guide).isPresent());
        decide("reviewer", guide, "confirm");
        await().until(() -> facts(List.of(guide), 0).ledger().stream()
                .anyMatch(row -> row.get("entry", Document.class).get("kind").equals("RESTAMP")
                        && row.get("entry", Document.class).get("id").equals(guide.id())));
        return guide;
    }

    /** A guide that was published at its instant. */
    private Ref scheduledGuide() {
        var guide = submitted("plain");
        var at = node.clock().instant().plus(Duration.ofHours(1));
        node.as("publisher")
                .put(guide.path() + "/schedule", Map.of("publishAt", at.toString()))
                .ok();
        decide("second-reviewer", guide, "approve");
        node.clock().forward(Duration.ofHours(2));
        await().until(() -> node.guides().read(guide).status() == 200);
        return guide;
    }

    private Ref submitted(String type) {
        String slug = "forged-" + Long.toString(System.nanoTime(), 36);
        var content = Map.of("title", "A job", "summary", "Words", "tags", List.of("law"));
        var created = node.as("editor")
                .post("/" + type, Map.of("slug", slug, "content", content))
                .ok();
        var guide = new Ref(type, created.get("id").asString(), slug);
        observed.changed(guide.id() + ".1", "editor", node.clock().instant());
        var etag = node.as("editor").get(guide.path() + "/draft").header("ETag");
        node.as("both")
                .patch(guide.path() + "/draft", Map.of("compensation", Map.of("note", "Pay")), "If-Match", etag)
                .ok();
        observed.changed(guide.id() + ".1", "both", node.clock().instant());
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
        return guide;
    }

    private void decide(String who, Ref guide, String outcome) {
        node.guides().decide(who, node.guides().task(who, guide), outcome).ok();
    }

    private static Document row(Facts facts, String edition, String kind) {
        return facts.logs().get(edition).stream()
                .filter(row -> row.get("entry", Document.class).get("kind").equals(kind))
                .findFirst()
                .orElseThrow();
    }

    private static Document entry(Facts facts, String edition, String kind) {
        return row(facts, edition, kind).get("entry", Document.class);
    }

    private static void by(Facts facts, String edition, String kind, String account) {
        entry(facts, edition, kind)
                .get("by", Document.class)
                .append("account", account)
                .append("roles", List.of("EDITOR", "REVIEWER"));
    }

    private static void remove(Facts facts, String edition, String kind) {
        facts.logs().get(edition).remove(row(facts, edition, kind));
    }

    /** Adds a copy of an entry as an entry of another kind in front of it, with right numbers and hashes. */
    private static void add(Facts facts, String edition, String before, String kind) {
        var log = facts.logs().get(edition);
        int at = log.indexOf(row(facts, edition, before));
        var added = Facts.copy(log.get(at));
        added.get("entry", Document.class).append("kind", kind).remove("stamp");
        log.add(at, added);
        for (int seq = 0; seq < log.size(); seq++) {
            var row = log.get(seq);
            row.get("entry", Document.class).put("seq", seq);
            row.append("hash", "h" + seq).append("previousHash", "h" + (seq - 1));
        }
    }

    private static Document published(Facts facts, String edition) {
        return facts.ledger().stream()
                .map(row -> row.get("entry", Document.class))
                .filter(entry -> edition.equals(entry.get("id") + "." + entry.get("edition")))
                .findFirst()
                .orElseThrow();
    }

    private static void words(Map<String, Document> rows, Ref guide) {
        rows.get(guide.id() + "#1").get("content", Document.class).put("summary", "Other words");
    }

    private void judge(RandomWalk walk, long from) {
        var faults = Evidence.faults(observed, TYPES, facts(walk.guides(), from));
        if (!faults.isEmpty()) throw new AssertionError(String.join("\n", faults));
    }

    private Facts facts(List<Ref> guides, long from) {
        return Facts.read(
                node.bean(MongoDatabase.class),
                from,
                guides.stream().map(Ref::id).toList());
    }

    /** What sites get is what the last entries of the ledger say. */
    private void judgeReaders(RandomWalk walk, long from) {
        var facts = facts(walk.guides(), from);
        var last = new TreeMap<String, Document>();
        facts.ledger()
                .forEach(row ->
                        last.put(row.get("entry", Document.class).getString("id"), row.get("entry", Document.class)));
        for (var guide : walk.guides()) {
            var entry = last.get(guide.id());
            String slug = entry == null ? guide.slug() : entry.getString("slug");
            var served = node.site().get("/" + guide.type() + "/" + slug);
            if (entry == null) assertThat(served.status()).isEqualTo(404);
            else if (entry.getString("kind").equals("UNPUBLISH"))
                assertThat(served.status()).isEqualTo(410);
            else {
                assertThat(served.ok().get("contentHash").asString()).isEqualTo(entry.getString("contentHash"));
                assertThat(served.json().at("/review/overdue").asBoolean())
                        .isEqualTo(entry.get("review", Document.class).getBoolean("overdue"));
            }
        }
        var logged = new HashSet<Long>();
        facts.logs()
                .values()
                .forEach(rows -> rows.forEach(row -> {
                    Object position = row.get("entry", Document.class).get("position");
                    if (position instanceof Number number) logged.add(number.longValue());
                }));
        for (var row : facts.ledger())
            if (row.get("entry", Document.class).getString("kind").matches("PUBLISH|UNPUBLISH"))
                assertThat(logged).contains(((Number) row.get("_id")).longValue());
    }

    private long position() {
        var last = node.bean(MongoDatabase.class)
                .getCollection("ledger")
                .find()
                .sort(Sorts.descending("_id"))
                .first();
        return last == null ? 0 : ((Number) last.get("_id")).longValue();
    }

    /** Leaves out steps as long as the walk fails without them. */
    private String report(long seed, String type, List<Step> steps, String fault) {
        var fewest = new ArrayList<>(steps);
        String last = fault;
        int repeats = 0;
        for (int size = Math.max(1, fewest.size() / 2); size >= 1; size /= 2)
            for (int at = fewest.size() - size; at >= 0 && repeats < REPEATS; at -= size, repeats++) {
                var fewer = new ArrayList<>(fewest);
                fewer.subList(at, Math.min(at + size, fewer.size())).clear();
                var again = walk(type, fewer);
                if (again.isEmpty()) continue;
                fewest = fewer;
                last = again.get();
            }
        return "seed %d, type %s: %s%nfewest steps: %s%n%s"
                .formatted(seed, type, fault.lines().findFirst().get(), fewest, last);
    }
}
