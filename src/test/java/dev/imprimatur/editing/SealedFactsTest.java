// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.editing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import dev.imprimatur.content.ReviewIntervals;
import dev.imprimatur.drafts.WorkingCopies;
import dev.imprimatur.history.Decision;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.history.EditionLog;
import dev.imprimatur.history.Revision;
import dev.imprimatur.history.Revisions;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.publication.Publication;
import dev.imprimatur.signing.Damage;
import dev.imprimatur.signing.Damages;
import dev.imprimatur.signing.Seals;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Visitor;
import java.time.Period;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Documents that somebody writes directly into the logs, revisions and drafts in MongoDB have no effect, are reported, and do not
 * disturb other guides.
 */
@Tag("long")
@Tag("store")
class SealedFactsTest {
    private static final Map<String, Visitor> visitors = new HashMap<>();
    private static Node node;
    private static Guides guides;

    @BeforeAll
    static void start() {
        node = Node.start("imprimatur.review.reconcile-every", "1s");
        guides = node.guides();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static MongoCollection<Document> stored(String collection) {
        return node.bean(MongoDatabase.class).getCollection(collection, Document.class);
    }

    private static String entry(Guides.Ref guide, int seq) {
        return guide.id() + ".1#%06d".formatted(seq);
    }

    private static Document log(Guides.Ref guide, int seq) {
        return stored("edition_log").find(Filters.eq("_id", entry(guide, seq))).first();
    }

    private static void put(Document document) {
        stored("edition_log").deleteOne(Filters.eq("_id", document.get("_id")));
        stored("edition_log").insertOne(document);
    }

    private static List<Damage> damagesOf(Guides.Ref guide, List<Damage> all) {
        return all.stream().filter(damage -> guide.id().equals(damage.guide())).toList();
    }

    private static List<Damage> damagesOf(Guides.Ref guide) {
        return damagesOf(guide, node.bean(Damages.class).all());
    }

    private static Visitor visitor(String username) {
        return visitors.computeIfAbsent(username, name -> Visitor.signedIn(node, name));
    }

    private static String homeOf(String username) {
        return visitor(username).get("/studio").body();
    }

    /** A forged approval of the submitted revision. */
    private static Document approval(Guides.Ref guide, String account) {
        var submitted = log(guide, 1);
        var entry = new Document(submitted.get("entry", Document.class));
        var by = new Document(entry.get("by", Document.class))
                .append("account", account)
                .append("name", "The " + account)
                .append("roles", List.of("REVIEWER"));
        entry.append("seq", 2)
                .append("kind", "APPROVED")
                .append("by", by)
                .append("task", "review")
                .append("outcome", "approve");
        return new Document("_id", entry(guide, 2)).append("entry", entry);
    }

    private static void assertNeitherPublishedNorBuiltOn(Guides.Ref guide) {
        await().until(() -> !damagesOf(guide).isEmpty());
        assertThatThrownBy(() -> node.bean(Publication.class).publish(new EditionId(guide.id(), 1)))
                .isInstanceOfSatisfying(
                        Refused.class, no -> assertThat(no.refusal().name()).isEqualTo("log-damaged"));
        assertThat(guides.read(guide).status()).isEqualTo(404);
        assertThat(damagesOf(guide, node.bean(Evidence.class).logs())).hasSize(1);
    }

    @ParameterizedTest
    @MethodSource
    void anApprovalInsertedByHandIsNotPublishedAndToldToAdministrators(
            String what, BiConsumer<Guides.Ref, Guides.Ref> plant) {
        var source = guides.published();
        var guide = guides.submitted();
        var task = guides.task("reviewer", guide);
        plant.accept(guide, source);

        assertNeitherPublishedNorBuiltOn(guide);
        var refused = guides.decide("reviewer", task, "approve");
        assertThat(refused.status()).as(refused.body()).isEqualTo(503);
        assertThat(refused.problem()).isEqualTo("log-damaged");
        assertThat(homeOf("admin")).contains("The log of edition 1 of guide " + guide.id());
        assertThat(node.as("editor").get(guide.path() + "/log").problem()).isEqualTo("log-damaged");
        assertThat(visitor("editor")
                        .get("/studio/guides/" + guide.id() + "/history")
                        .body())
                .contains("Somebody changed the log of this edition");
        assertThat(homeOf("editor")).doesNotContain(guide.id() + " is not as it was written");
        assertThat(node.as("reviewer").get("/tasks?limit=100").status()).isEqualTo(200);
        assertThat(node.nobody().get("/actuator/health/readiness").status()).isEqualTo(200);

        stored("edition_log").deleteOne(Filters.eq("_id", entry(guide, 2)));
        guides.decide("reviewer", task, "approve").ok();
        assertThat(guides.read(guide).status()).isEqualTo(200);
        await().until(() -> damagesOf(guide).isEmpty());
    }

    static Stream<Arguments> anApprovalInsertedByHandIsNotPublishedAndToldToAdministrators() {
        return Stream.of(
                planted("by nobody", (guide, source) -> put(approval(guide, "nobody-has-this"))),
                planted("by a reviewer, without a seal", (guide, source) -> put(approval(guide, "second-reviewer"))),
                planted(
                        "with the seal of another guide’s",
                        (guide, source) -> put(new Document(log(source, 2)).append("_id", entry(guide, 2)))),
                planted(
                        "with the words of this one and the seal of another",
                        (guide, source) -> put(approval(guide, "second-reviewer")
                                .append("previousHash", log(guide, 1).get("hash"))
                                .append("hash", log(source, 2).get("hash"))
                                .append("signature", log(source, 2).get("signature")))));
    }

    private static Arguments planted(String what, BiConsumer<Guides.Ref, Guides.Ref> plant) {
        return Arguments.of(what, plant);
    }

    @Test
    void aSealedApprovalOfAnotherEditionOrRevisionDoesNotCount() {
        var guide = guides.published();
        var approval = log(guide, 2);
        guides.nextEditionSubmitted(guide, "Of the second edition.");
        var moved = new Document(approval.get("entry", Document.class));
        moved.append("edition", new Document("guide", guide.id()).append("number", 2));
        stored("edition_log")
                .insertOne(new Document(approval)
                        .append("_id", guide.id() + ".2#000002")
                        .append("entry", moved));

        assertThat(node.bean(Editions.class).get(new EditionId(guide.id(), 2)).damage())
                .hasValueSatisfying(fault -> assertThat(fault).contains("entry 2"));
        assertThatThrownBy(() -> node.bean(Publication.class).publish(new EditionId(guide.id(), 2)))
                .isInstanceOf(Refused.class);
        assertThat(guides.read(guide).json().at("/content/summary").asString()).isNotEqualTo("Of the second edition.");

        stored("edition_log").deleteOne(Filters.eq("_id", guide.id() + ".2#000002"));
        guides.decide("reviewer", guides.task("reviewer", guide), "request-changes")
                .ok();
        guides.edit("editor", guide, "Once more.").ok();
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
        var first = stored("edition_log")
                .find(Filters.eq("_id", guide.id() + ".2#000000"))
                .first();
        assertThat(first.getString("previousHash")).isEqualTo(log(guide, 4).getString("hash"));
    }

    @Test
    void anEditionThatNobodyOpenedIsNone() {
        var guide = guides.published();
        var opened = new Document(log(guide, 0)).append("_id", guide.id() + ".2#000000");
        opened.get("entry", Document.class).append("edition", new Document("guide", guide.id()).append("number", 2));
        stored("edition_log").insertOne(opened);

        assertThat(damagesOf(guide, node.bean(Evidence.class).logs())).hasSize(1);
        assertThat(node.as("editor").post(guide.path() + "/editions", null).problem())
                .isEqualTo("log-damaged");
        assertThat(visitor("editor")
                        .get("/studio/guides/" + guide.id() + "/history")
                        .status())
                .isEqualTo(200);
        assertThat(guides.read(guide).status()).isEqualTo(200);

        stored("edition_log").deleteOne(Filters.eq("_id", guide.id() + ".2#000000"));
        node.as("editor").post(guide.path() + "/editions", null).ok();
    }

    @ParameterizedTest
    @MethodSource
    void aLogThatWasChangedIsSeen(String what, Consumer<Guides.Ref> change) {
        var guide = guides.published();
        var before = stored("edition_log")
                .find(Filters.regex("_id", "^" + guide.id()))
                .into(new ArrayList<>());
        assertThat(damagesOf(guide, node.bean(Evidence.class).logs())).isEmpty();

        change.accept(guide);

        assertThat(damagesOf(guide, node.bean(Evidence.class).logs())).as(what).hasSize(1);
        assertThat(damagesOf(guide, evidenceOfANodeThatKnowsNothing().logs()))
                .as(what)
                .hasSize(1);
        assertThat(homeOf("admin")).contains(guide.id());
        assertThat(guides.read(guide).status()).isEqualTo(200);
        assertThat(guides.state(guide).at("/edition/state").asString()).isEqualTo("published");
        var withdrawn = node.as("publisher").post(guide.path() + "/unpublish", Map.of("reason", "x"));
        assertThat(withdrawn.problem()).isEqualTo("log-damaged");
        assertThat(guides.read(guide).status()).isEqualTo(410);

        before.forEach(SealedFactsTest::put);
        node.as("publisher")
                .post(guide.path() + "/unpublish", Map.of("reason", "x"))
                .ok();
        assertThat(damagesOf(guide, node.bean(Evidence.class).logs())).isEmpty();
        assertThat(guides.state(guide).at("/edition/state").asString()).isEqualTo("unpublished");
    }

    /** The evidence as a restarted node has it: without the state of any log. */
    private static Evidence evidenceOfANodeThatKnowsNothing() {
        return new Evidence(
                new EditionLog(node.bean(MongoDatabase.class), node.bean(Seals.class), new Damages()),
                node.bean(dev.imprimatur.editing.Guides.class),
                node.bean(Revisions.class),
                node.bean(WorkingCopies.class));
    }

    static Stream<Arguments> aLogThatWasChangedIsSeen() {
        return Stream.of(
                changed(
                        "an entry removed from the middle",
                        guide -> stored("edition_log").deleteOne(Filters.eq("_id", entry(guide, 2)))),
                changed(
                        "the end removed",
                        guide -> stored("edition_log").deleteMany(Filters.in("_id", entry(guide, 3), entry(guide, 4)))),
                changed(
                        "all of it removed",
                        guide -> stored("edition_log").deleteMany(Filters.regex("_id", "^" + guide.id()))),
                changed("two exchanged", guide -> {
                    var one = log(guide, 2);
                    var other = log(guide, 3);
                    put(new Document(one).append("_id", other.get("_id")));
                    put(new Document(other).append("_id", one.get("_id")));
                }),
                set("entry.at", new Date(0)),
                set("entry.by.account", "second-reviewer"),
                set("entry.by.name", "Somebody else"),
                set("entry.outcome", "request-changes"),
                set("entry.message", "I never said this"),
                set("entry.revision.contentHash", "sha256:" + "0".repeat(64)),
                set("entry.added", "by hand"),
                set("previousHash", "0".repeat(64)),
                set("hash", "0".repeat(64)),
                set("signature", "a.b.c"));
    }

    private static Arguments changed(String what, Consumer<Guides.Ref> change) {
        return Arguments.of(what, change);
    }

    private static Arguments set(String field, Object value) {
        return changed(
                field,
                guide ->
                        stored("edition_log").updateOne(Filters.eq("_id", entry(guide, 2)), Updates.set(field, value)));
    }

    @Test
    void aRejectionThatWasCutOffWhileTheServerWasDownRevivesNoApproval() {
        String slug = "faq-" + System.nanoTime();
        var faq = node.as("editor")
                .post("/faq", Map.of("slug", slug, "content", Map.of("question", "Why?", "answer", "Because")))
                .ok();
        var guide = new Guides.Ref(faq.get("id").asString(), slug);
        node.as("editor").post("/faq/" + guide.id() + "/submit", Map.of()).ok();
        guides.decide("second-editor", guides.task("second-editor", guide), "facts-hold")
                .ok();
        guides.decide("reviewer", guides.task("reviewer", guide), "approve").ok();
        var task = guides.task("second-reviewer", guide);
        guides.decide("second-reviewer", task, "request-changes").ok();

        stored("edition_log").deleteOne(Filters.eq("_id", entry(guide, 4)));
        node.restart(() -> {});
        visitors.clear();

        assertThat(guides.decide("second-reviewer", task, "approve").status()).isNotEqualTo(200);
        var seen = new Revision.Ref(1, task.get("contentHash").asString());
        var reviewer = new Person("second-reviewer", "The second reviewer", null, Set.of("REVIEWER"));
        var revived = new Decision("approval", 2, "approve", Decision.Effect.APPROVE, seen, null, null, null, reviewer);
        assertThatThrownBy(() -> node.bean(Editions.class).decide(new EditionId(guide.id(), 1), revived, 2, List.of()))
                .isInstanceOfSatisfying(
                        Refused.class, no -> assertThat(no.refusal().name()).isEqualTo("log-damaged"));
        assertThat(node.site().get("/faq/" + slug).status()).isEqualTo(404);
        assertThat(damagesOf(guide)).hasSize(1);
    }

    @Test
    void onlyReviewersWhoseAccountsThereAreCount() {
        for (var person : List.of(
                new Person("publisher", "The publisher", null, Set.of("PUBLISHER")),
                new Person("no-account-has-this", "A ghost", null, Set.of("REVIEWER")))) {
            var guide = guides.submitted();
            var id = new EditionId(guide.id(), 1);
            var seen = new Revision.Ref(
                    1, guides.task("reviewer", guide).get("contentHash").asString());
            node.bean(Editions.class)
                    .decide(
                            id,
                            new Decision(
                                    "review", 1, "approve", Decision.Effect.APPROVE, seen, null, null, null, person),
                            1,
                            List.of());
            node.bean(Editions.class).stamp(id, new ReviewIntervals(Period.ofMonths(6), Map.of()));

            assertThatThrownBy(() -> node.bean(Publication.class).publish(id))
                    .isInstanceOf(Refused.class)
                    .hasMessageContaining("not been approved by enough");
            assertThat(guides.read(guide).status()).isEqualTo(404);
        }
    }

    @ParameterizedTest
    @MethodSource
    void aRevisionThatWasChangedIsNotShownNotDecidedOnAndNotPublished(String field, Object value) {
        var guide = guides.submitted();
        var task = guides.task("reviewer", guide);
        var filter = Filters.eq("_id", guide.id() + "#000001");
        var before = stored("revisions").find(filter).first();
        stored("revisions").updateOne(filter, Updates.set(field, value));

        for (String path : List.of("/revisions/1", "/revisions", "/revisions/1/diff/1"))
            assertThat(node.as("editor").get(guide.path() + path).problem())
                    .as(path)
                    .isEqualTo("content-damaged");
        assertThat(guides.decide("reviewer", task, "approve").problem()).isEqualTo("content-damaged");
        assertThat(visitor("reviewer")
                        .get("/studio/guides/" + guide.id() + "/review")
                        .status())
                .isEqualTo(503);
        assertThat(guides.read(guide).status()).isEqualTo(404);
        assertThat(damagesOf(guide, node.bean(Evidence.class).revisions())).hasSize(1);
        assertThat(homeOf("admin")).contains("Revision 1 of guide " + guide.id());
        assertThat(guides.read(guides.published()).status()).isEqualTo(200);

        stored("revisions").replaceOne(filter, before);
        guides.decide("reviewer", task, "approve").ok();
        assertThat(damagesOf(guide)).isEmpty();
    }

    static Stream<Arguments> aRevisionThatWasChangedIsNotShownNotDecidedOnAndNotPublished() {
        return Stream.of(
                Arguments.of("content.summary", "Slipped in."),
                Arguments.of("submittedBy", "second-editor"),
                Arguments.of("contributors", List.of("second-editor")),
                Arguments.of("parent", 7));
    }

    @Test
    void whoeverGoesOnFromADraftThatWasChangedDoesSoKnowinglyAndContributes() {
        var guide = guides.submitted();
        guides.edit("both", guide, "By both.").ok();
        var task = guides.task("both", guide);
        String etag = node.as("editor").get(guide.path() + "/draft").header("ETag");
        stored("working_copies")
                .updateOne(
                        Filters.eq("_id", guide.id() + ".1"),
                        Updates.combine(
                                Updates.set("content.summary", "Slipped in."),
                                Updates.set("contributors", List.of("second-editor"))));

        var read = node.as("second-editor").get(guide.path() + "/draft");
        assertThat(read.json().get("altered").asBoolean()).isTrue();
        assertThat(homeOf("admin")).contains("The draft of edition 1 of guide " + guide.id());
        assertThat(damagesOf(guide, node.bean(Evidence.class).workingCopies())).hasSize(1);
        assertThat(guides.decide("both", task, "approve").problem()).isEqualTo("content-damaged");
        assertThat(node.as("editor").post(guide.path() + "/submit", Map.of()).problem())
                .isEqualTo("content-damaged");
        var stale = node.as("editor").patch(guide.path() + "/draft", Map.of("summary", "Mine."), "If-Match", etag);
        assertThat(stale.status()).isEqualTo(412);
        var page = visitor("second-editor").get("/studio/guides/" + guide.id() + "/edit");
        assertThat(page.body()).contains("Somebody changed this draft in the database");

        var saved = node.as("second-editor")
                .put(guide.path() + "/draft", read.json().get("content"), "If-Match", read.header("ETag"))
                .ok();
        assertThat(saved.has("altered")).isFalse();
        assertThat(saved.get("contributors").values().stream().map(it -> it.asString()))
                .contains("editor", "second-editor");
        assertThat(damagesOf(guide)).isEmpty();
        node.as("second-editor").post(guide.path() + "/submit", Map.of()).ok();
        guides.decide("reviewer", guides.task("reviewer", guide), "approve").ok();
        assertThat(guides.read(guide).json().at("/content/summary").asString()).isEqualTo("Slipped in.");
    }

    @Test
    void aDraftOfWhichOnlyTheContributorsWereChangedIsTakenOverInTheStudio() throws Exception {
        var guide = guides.drafted();
        stored("working_copies")
                .updateOne(Filters.eq("_id", guide.id() + ".1"), Updates.set("contributors", List.of("second-editor")));
        var visitor = visitor("second-editor");
        String page = visitor.get("/studio/guides/" + guide.id() + "/edit").body();
        var etag = Pattern.compile("name=\"etag\" value=\"([^\"]+)\"").matcher(page);
        assertThat(etag.find()).isTrue();

        visitor.post(
                "/studio/guides/" + guide.id() + "/edit",
                "/studio/guides/" + guide.id() + "/take-over",
                "etag",
                etag.group(1));

        assertThat(node.as("editor").get(guide.path() + "/draft").ok().has("altered"))
                .isFalse();
        assertThat(damagesOf(guide, node.bean(Evidence.class).workingCopies())).isEmpty();
    }
}
