// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.imprimatur.check.Checker;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Http.Answer;
import dev.imprimatur.testing.LedgerFeed;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Visitor;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Guides get other slugs, are duplicated and deleted, and their slugs are never those of two guides. */
@Tag("long")
@Tag("store")
class SlugsTest {
    private static final Node node = Node.start();
    private static final Guides guides = node.guides();
    private static final String DELIVERED = "/api/delivery/v1/role-guide/";

    @AfterAll
    static void nothingIsViolated() {
        var report = node.bean(Checker.class).run();
        assertThat(report.failure()).isNull();
        assertThat(report.violations()).isEmpty();
        node.close();
    }

    private static String fresh() {
        return "slug-" + Long.toString(System.nanoTime(), 36);
    }

    private static Answer rename(String who, Guides.Ref guide, String slug) {
        return node.as(who).post(guide.path() + "/slug", Map.of("slug", slug));
    }

    private static Answer read(String slug) {
        return node.site().get("/role-guide/" + slug);
    }

    private static Answer create(String slug) {
        return node.as("editor").post("/role-guide", Map.of("slug", slug, "content", Guides.content()));
    }

    private static void unpublish(Guides.Ref guide, Map<String, String> how) {
        node.as("publisher").post(guide.path() + "/unpublish", how).ok();
    }

    private static List<JsonNode> entries(Guides.Ref guide) {
        return LedgerFeed.of(node.site()).stream()
                .filter(entry -> entry.get("id").asString().equals(guide.id()))
                .toList();
    }

    private static List<String> kinds(Guides.Ref guide) {
        return node.as("editor").get(guide.path() + "/log").ok().get("items").values().stream()
                .map(entry -> entry.get("kind").asString())
                .toList();
    }

    private static void redirects(String from, String to) {
        for (String query : List.of("", "?format=html&fields=title", "?locale=en-US")) {
            var moved = node.site().get("/role-guide/" + from + query);
            assertThat(moved.status()).as(from + query).isEqualTo(301);
            assertThat(moved.header("Location")).isEqualTo(DELIVERED + to + query);
        }
        assertThat(node.site().get("/role-guide/" + from + "/schema.org").header("Location"))
                .isEqualTo(DELIVERED + to + "/schema.org");
    }

    private static JsonNode payload(JsonNode guide) {
        String signature = guide.at("/review/signature").asString();
        return Http.JSON.readTree(Base64.getUrlDecoder().decode(signature.split("\\.")[1]));
    }

    @Test
    void aFormerSlugOfAPublishedGuideRedirectsForGood() {
        var guide = guides.published();
        var before = read(guide.slug()).ok();
        String second = fresh();
        String third = fresh();

        var answer = rename("publisher", guide, second).ok();

        assertThat(answer.get("slug").asString()).isEqualTo(second);
        redirects(guide.slug(), second);
        var now = read(second).ok();
        assertThat(now.get("content")).isEqualTo(before.get("content"));
        assertThat(now.at("/review/reviewedAt")).isEqualTo(before.at("/review/reviewedAt"));
        assertThat(now.get("publishedAt")).isEqualTo(before.get("publishedAt"));
        assertThat(now.get("position").asLong())
                .isGreaterThan(before.get("position").asLong());
        assertThat(payload(now).get("slug").asString()).isEqualTo(second);
        assertThat(payload(now).get("contentHash")).isEqualTo(before.get("contentHash"));

        rename("publisher", guide, third).ok();
        redirects(guide.slug(), third);
        redirects(second, third);
        rename("publisher", guide, guide.slug()).ok();
        redirects(second, guide.slug());
        redirects(third, guide.slug());
        assertThat(read(guide.slug()).status()).isEqualTo(200);
        assertThat(entries(guide))
                .extracting(it -> it.get("kind").asString())
                .containsExactly("publish", "rename", "rename", "rename");
        assertThat(entries(guide).get(1).get("previousSlug").asString()).isEqualTo(guide.slug());
        assertThat(kinds(guide)).endsWith("published", "renamed", "renamed", "renamed");
        var list = node.site().get("/role-guide?limit=100&q=" + "machine").ok();
        assertThat(list.get("items").values().stream()
                        .filter(it -> it.get("id").asString().equals(guide.id())))
                .hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void aRenamedGuideGoesOnThroughItsWorkflow() {
        var guide = guides.published();
        String slug = fresh();
        rename("publisher", guide, slug).ok();
        var renamed = new Guides.Ref(guide.id(), slug);

        guides.nextEditionSubmitted(renamed, "Another summary.");
        String again = fresh();
        rename("publisher", renamed, again).ok();
        guides.decide("reviewer", guides.task("reviewer", renamed), "approve").ok();

        assertThat(read(again).ok().at("/content/summary").asString()).isEqualTo("Another summary.");
        assertThat(payload(read(again).ok()).get("slug").asString()).isEqualTo(again);
        redirects(guide.slug(), again);
        redirects(slug, again);
    }

    @Test
    void aFormerSlugOfAnUnpublishedGuideAnswersAsTheGuideDoes() {
        var gone = guides.published();
        String slug = fresh();
        rename("publisher", gone, slug).ok();
        String back = fresh();
        var replaced = guides.published();
        rename("publisher", replaced, back).ok();
        var target = guides.published();
        String targetNow = fresh();

        unpublish(gone, Map.of("reason", "x"));
        unpublish(replaced, Map.of("reason", "x", "redirectTo", target.slug()));
        rename("publisher", target, targetNow).ok();

        assertThat(read(gone.slug()).status()).isEqualTo(410);
        assertThat(read(slug).status()).isEqualTo(410);
        redirects(replaced.slug(), targetNow);
        redirects(back, targetNow);
        var own = guides.published();
        rename("publisher", own, fresh()).ok();
        assertThat(node.as("publisher")
                        .post(own.path() + "/unpublish", Map.of("reason", "x", "redirectTo", own.slug()))
                        .status())
                .isEqualTo(400);
        assertThat(node.as("publisher")
                        .post(
                                own.path() + "/unpublish",
                                Map.of("reason", "x", "redirectTo", "/api/delivery/v1/role-guide/" + own.slug()))
                        .json()
                        .at("/errors/0/pointer")
                        .asString())
                .isEqualTo("/redirectTo");
    }

    @Test
    void anUnpublishedGuideGetsItsSlugForTheNextPublication() {
        var guide = guides.published();
        var replaced = guides.published();
        var target = guides.published();
        unpublish(guide, Map.of("reason", "x"));
        unpublish(replaced, Map.of("reason", "x", "redirectTo", target.slug()));
        String passing = fresh();
        String slug = fresh();

        assertThat(rename("editor", guide, slug).status()).isEqualTo(403);
        rename("publisher", guide, passing).ok();
        rename("publisher", guide, slug).ok();
        rename("publisher", replaced, fresh()).ok();

        assertThat(guides.state(guide).get("slug").asString()).isEqualTo(slug);
        assertThat(read(guide.slug()).status()).isEqualTo(410);
        redirects(replaced.slug(), target.slug());
        assertThat(read(slug).status()).isEqualTo(404);
        assertThat(create(guide.slug()).problem()).isEqualTo("slug-reserved");
        assertThat(create(slug).problem()).isEqualTo("slug-taken");
        assertThat(create(passing).status()).isEqualTo(201);
        assertThat(entries(guide)).hasSize(2);

        guides.nextEditionSubmitted(guide, "Once more.");
        guides.decide("reviewer", guides.task("reviewer", guide), "approve").ok();

        assertThat(read(slug).ok().get("slug").asString()).isEqualTo(slug);
        redirects(guide.slug(), slug);
        assertThat(entries(guide))
                .extracting(it -> it.get("kind").asString())
                .containsExactly("publish", "unpublish", "publish", "rename");
        rename("publisher", guide, guide.slug()).ok();
        redirects(slug, guide.slug());
    }

    @Test
    void aGuideThatIsRenamedAndUnpublishedAtOnceKeepsItsAddresses() throws Exception {
        for (int round = 0; round < 5; round++) {
            var guide = guides.published();
            String slug = fresh();

            var answers = concurrently(List.of(
                    () -> rename("publisher", guide, slug),
                    () -> node.as("publisher").post(guide.path() + "/unpublish", Map.of("reason", "x"))));

            assertThat(answers).extracting(Answer::status).containsOnly(200);
            assertThat(guides.state(guide).get("slug").asString()).isEqualTo(slug);
            assertThat(read(guide.slug()).status()).isEqualTo(410);
        }
    }

    @Test
    void aGuideThatWaitsForItsPublicationIsDeletedByWhoMayEndTheSchedule() {
        node.as("admin")
                .post(
                        "/accounts",
                        Map.of(
                                "username",
                                "chief",
                                "displayName",
                                "The chief",
                                "password",
                                Node.PASSWORD,
                                "roles",
                                List.of("EDITOR", "PUBLISHER")))
                .ok();
        var guide = guides.submitted();
        String at = node.clock().instant().plusSeconds(3600).toString();
        node.as("publisher")
                .put(guide.path() + "/schedule", Map.of("publishAt", at))
                .ok();
        guides.decide("reviewer", guides.task("reviewer", guide), "approve").ok();

        var refused = node.as("editor").delete(guide.path());
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.problem()).isEqualTo("scheduled");
        assertThat(guides.state(guide).at("/edition/state").asString()).isEqualTo("scheduled");

        assertThat(node.as("chief").delete(guide.path()).status()).isEqualTo(204);
        assertThat(node.as("editor").get(guide.path()).status()).isEqualTo(404);
        assertThat(kinds(guide)).endsWith("discarded", "deleted");
        assertThat(read(guide.slug()).status()).isEqualTo(404);
    }

    @Test
    void theContributorsOfAPublishedGuideAreThoseOfItsRevision() {
        var guide = guides.submitted();
        guides.edit("second-editor", guide, "Never submitted.").ok();
        assertThat(contributors(guide)).containsExactlyInAnyOrder("editor", "second-editor");

        guides.decide("reviewer", guides.task("reviewer", guide), "approve").ok();

        assertThat(contributors(guide)).containsExactly("editor");
        node.as("editor").post(guide.path() + "/editions", null).ok();
        assertThat(contributors(guide)).contains("second-editor");
    }

    private static List<String> contributors(Guides.Ref guide) {
        return guides.state(guide).at("/edition/contributors").values().stream()
                .map(JsonNode::asString)
                .toList();
    }

    @Test
    void aFormerSlugStaysReservedForItsGuide() {
        var guide = guides.published();
        String slug = fresh();
        rename("publisher", guide, slug).ok();
        var other = guides.published();

        assertThat(create(guide.slug()).problem()).isEqualTo("slug-reserved");
        assertThat(rename("publisher", other, guide.slug()).problem()).isEqualTo("slug-reserved");
        assertThat(create(slug).problem()).isEqualTo("slug-taken");
        assertThat(rename("publisher", other, slug).problem()).isEqualTo("slug-taken");
        assertThat(rename("publisher", other, "No Slug").status()).isEqualTo(400);
        assertThat(read(other.slug()).status()).isEqualTo(200);
        redirects(guide.slug(), slug);
    }

    @Test
    void aGuideThatWasNeverPublishedIsRenamedWithoutATrace() {
        var guide = guides.submitted();
        String slug = fresh();

        rename("editor", guide, slug).ok();
        guides.decide("reviewer", guides.task("reviewer", guide), "approve").ok();

        assertThat(kinds(guide)).containsExactly("opened", "submitted", "renamed", "approved", "stamped", "published");
        assertThat(entries(guide)).hasSize(1);
        assertThat(read(guide.slug()).status()).isEqualTo(404);
        assertThat(read(slug).status()).isEqualTo(200);
        assertThat(create(guide.slug()).status()).isEqualTo(201);
        assertThat(rename("editor", guide, fresh()).status()).isEqualTo(403);
        assertThat(rename("reviewer", guide, fresh()).status()).isEqualTo(403);
    }

    @Test
    void aSlugIsOfOneGuide() throws Exception {
        for (int round = 0; round < 5; round++) {
            String slug = fresh();
            var one = guides.published();
            var other = guides.drafted();

            var answers = concurrently(List.of(
                    () -> rename("publisher", one, slug), () -> rename("editor", other, slug), () -> create(slug)));

            assertThat(answers)
                    .filteredOn(it -> it.status() / 100 == 2)
                    .as(answers.toString())
                    .hasSize(1);
            assertThat(answers).filteredOn(it -> it.status() == 409).hasSize(2);
        }
    }

    @Test
    void twoRenamesOfOneGuideAtOnceEndInOneSlug() throws Exception {
        for (int round = 0; round < 5; round++) {
            var guide = guides.published();
            String left = fresh() + "-a";
            String right = fresh() + "-b";

            var answers = concurrently(List.of(
                    () -> rename("publisher", guide, left),
                    () -> rename("publisher", guide, right),
                    () -> rename("publisher", guide, left)));

            assertThat(answers).extracting(Answer::status).contains(200).doesNotContain(500, 404);
            String now = guides.state(guide).get("slug").asString();
            assertThat(read(now).status()).isEqualTo(200);
            redirects(guide.slug(), now);
        }
    }

    private static List<Answer> concurrently(List<Callable<Answer>> calls) throws Exception {
        var answers = new ArrayList<Answer>();
        try (var pool = Executors.newFixedThreadPool(calls.size())) {
            for (var done : pool.invokeAll(calls)) answers.add(done.get());
        }
        return answers;
    }

    @Test
    void theSameRequestAgainRenamesOnce() {
        var guide = guides.published();
        String slug = fresh();
        var body = Map.of("slug", slug);

        var first = node.as("publisher").post(guide.path() + "/slug", body, "Idempotency-Key", slug);
        var again = node.as("publisher").post(guide.path() + "/slug", body, "Idempotency-Key", slug);

        assertThat(again.ok()).isEqualTo(first.ok());
        rename("publisher", guide, slug).ok();
        assertThat(entries(guide)).hasSize(2);
    }

    @Test
    void theSlugOfADraftThatWasGivenUpIsFreeAgain() {
        var guide = guides.drafted();
        node.as("editor").delete(guide.path() + "/editions/current");

        var created = create(guide.slug());

        assertThat(created.status()).isEqualTo(201);
        assertThat(guides.state(guide).get("slug").asString()).startsWith(guide.slug() + "-");
        assertThat(kinds(guide)).containsExactly("opened", "discarded", "renamed");
        var other = guides.drafted();
        node.as("editor").delete(other.path() + "/editions/current");
        rename("editor", guides.drafted(), other.slug()).ok();
    }

    @Test
    void aGuideThatWasNeverPublishedIsDeleted() {
        var guide = guides.submitted();
        node.as("reviewer")
                .post(guide.path() + "/comments", Map.of("revision", 1, "pointer", "/summary", "body", "Sure?"))
                .ok();

        assertThat(node.as("reviewer").delete(guide.path()).status()).isEqualTo(403);
        assertThat(node.as("editor").delete(guide.path()).status()).isEqualTo(204);
        assertThat(node.as("editor").delete(guide.path()).status()).isEqualTo(204);

        assertThat(node.as("editor").get(guide.path()).status()).isEqualTo(404);
        assertThat(node.as("editor").get(guide.path() + "/draft").status()).isEqualTo(404);
        assertThat(node.as("editor").post(guide.path() + "/editions", null).status())
                .isEqualTo(404);
        assertThat(guides.find("reviewer", guide)).isEmpty();
        assertThat(node.as("editor")
                        .get("/role-guide?limit=100&q=" + guide.slug())
                        .ok()
                        .get("items"))
                .isEmpty();
        assertThat(kinds(guide)).containsExactly("opened", "submitted", "discarded", "deleted");
        assertThat(node.as("admin").get("/audit?action=guide-deleted").ok().toString())
                .contains(guide.id());
        assertThat(create(guide.slug()).status()).isEqualTo(201);
        assertThat(node.as("editor").delete("/role-guide/nothing").status()).isEqualTo(404);
    }

    @Test
    void aGuideThatWasPublishedIsNotDeleted() {
        var guide = guides.published();
        assertThat(node.as("editor").delete(guide.path()).problem()).isEqualTo("guide-was-published");
        unpublish(guide, Map.of("reason", "x"));
        assertThat(node.as("editor").delete(guide.path()).problem()).isEqualTo("guide-was-published");
        assertThat(read(guide.slug()).status()).isEqualTo(410);
    }

    @Test
    void aDuplicateHasTheDraftAndItsContributors() {
        var guide = guides.published();
        node.as("editor").post(guide.path() + "/editions", null).ok();
        guides.edit("editor", guide, "In work.").ok();
        String slug = fresh();

        var created = node.as("second-editor").post(guide.path() + "/duplicate", Map.of("slug", slug));

        assertThat(created.status()).isEqualTo(201);
        var copy = new Guides.Ref(created.ok().get("id").asString(), slug);
        assertThat(created.header("Location")).endsWith(copy.path());
        var draft = node.as("editor").get(copy.path() + "/draft");
        assertThat(draft.header("ETag")).isEqualTo(created.header("ETag"));
        assertThat(draft.ok().at("/content/summary").asString()).isEqualTo("In work.");
        assertThat(guides.state(copy).at("/edition/contributors").values())
                .extracting(JsonNode::asString)
                .contains("editor", "second-editor");
        assertThat(node.as("editor")
                        .post(guide.path() + "/duplicate", Map.of("slug", slug))
                        .problem())
                .isEqualTo("slug-taken");
        var ofLive = guides.published();
        var other = node.as("second-editor")
                .post(ofLive.path() + "/duplicate", Map.of("slug", fresh()))
                .ok();
        assertThat(other.at("/edition/contributors").values())
                .extracting(JsonNode::asString)
                .contains("editor", "second-editor");
    }

    private static List<JsonNode> compact(long from) {
        var entries = new ArrayList<JsonNode>();
        for (long after = from; ; ) {
            var page = node.site()
                    .get("/ledger?compact=true&guides=true&limit=100&after=" + after)
                    .ok();
            entries.addAll(page.get("entries").values());
            if (!page.has("next")) return entries;
            after = page.get("next").asLong();
        }
    }

    @Test
    void aSyncSeesTheGuideOnceUnderItsSlug() {
        var guide = guides.published();
        long after = read(guide.slug()).ok().get("position").asLong();
        rename("publisher", guide, fresh()).ok();
        String slug = fresh();
        rename("publisher", guide, slug).ok();

        for (long from : List.of(0L, after - 1, after)) {
            var entries = compact(from);
            assertThat(entries)
                    .filteredOn(entry -> entry.get("id").asString().equals(guide.id()))
                    .as("after " + from)
                    .singleElement()
                    .satisfies(entry ->
                            assertThat(entry.at("/guide/slug").asString()).isEqualTo(slug));
        }
    }

    @Test
    void aSearchAndAListFindTheGuideUnderItsSlug() {
        var guide = guides.drafted();
        String word = "zebra" + Long.toString(System.nanoTime(), 36);
        guides.edit("editor", guide, "About a " + word + ".").ok();
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
        guides.decide("reviewer", guides.task("reviewer", guide), "approve").ok();
        var before = node.clock().instant();
        found(word, guide.slug());
        String slug = fresh();

        rename("publisher", guide, slug).ok();

        found(word, slug);
        assertThat(node.site().get("/role-guide?slug=" + slug).ok().get("items"))
                .hasSize(1);
        assertThat(node.site().get("/role-guide?slug=" + guide.slug()).ok().get("items"))
                .isEmpty();
        var past = node.site().get("/role-guide/" + guide.slug() + "?asOf=" + before);
        assertThat(past.ok().get("slug").asString()).isEqualTo(guide.slug());
        rename("publisher", guide, guide.slug()).ok();
        found(word, guide.slug());
        unpublish(guide, Map.of("reason", "x"));
        assertThat(node.site()
                        .get("/role-guide/" + guide.slug() + "?asOf=" + before)
                        .status())
                .isEqualTo(410);
        assertThat(node.site().get("/role-guide/" + slug + "?asOf=" + before).status())
                .isEqualTo(410);
    }

    private static void found(String word, String slug) {
        await().untilAsserted(() -> assertThat(node.site()
                        .get("/role-guide?q=" + word)
                        .ok()
                        .get("items")
                        .values())
                .extracting(it -> it.get("slug").asString())
                .containsExactly(slug));
    }

    @Test
    void aGuideThatIsPublishedWhileItIsRenamedEndsUnderTheNewSlug() throws Exception {
        for (int round = 0; round < 5; round++) {
            var guide = guides.submitted();
            var task = guides.task("reviewer", guide);
            String slug = fresh();

            var answers = concurrently(
                    List.of(() -> rename("publisher", guide, slug), () -> guides.decide("reviewer", task, "approve")));

            assertThat(answers)
                    .as(answers.toString())
                    .extracting(Answer::status)
                    .containsOnly(200);
            assertThat(read(slug).status()).isEqualTo(200);
            assertThat(read(guide.slug()).status()).isIn(301, 404);
            assertThat(guides.state(guide).get("slug").asString()).isEqualTo(slug);
        }
    }

    @Test
    void theStudioOffersWhatARoleMayDo() {
        var guide = guides.published();
        var draft = guides.drafted();
        String review = "/studio/guides/" + guide.id() + "/review";
        String edit = "/studio/guides/" + draft.id() + "/edit";
        var editor = Visitor.signedIn(node, "editor");
        var publisher = Visitor.signedIn(node, "publisher");
        String slug = fresh();

        assertThat(editor.get(review).body()).contains("/duplicate\"").doesNotContain("/slug\"", "/delete\"");
        assertThat(publisher.get(review).body()).contains("/slug\"").doesNotContain("/duplicate\"", "/delete\"");
        assertThat(editor.get(edit).body()).contains("/slug\"", "/duplicate\"", "/delete\"");
        assertThat(Visitor.signedIn(node, "reviewer").get(review).body())
                .doesNotContain("/slug\"", "/duplicate\"", "/delete\"");
        String base = "/studio/guides/" + guide.id();
        assertThat(editor.post(review, base + "/slug", "slug", slug, "sure", "yes")
                        .status())
                .isEqualTo(403);
        assertThat(publisher
                        .post(review, base + "/slug", "slug", slug, "sure", "yes")
                        .status())
                .isEqualTo(302);
        redirects(guide.slug(), slug);
        assertThat(editor.get(base + "/history").body()).contains("changed the slug from");
        assertThat(editor.post(review, base + "/duplicate", "slug", slug).status())
                .isEqualTo(409);
        assertThat(editor.post(review, base + "/duplicate", "slug", fresh()).status())
                .isEqualTo(302);
        assertThat(editor.post(edit, "/studio/guides/" + draft.id() + "/delete", "sure", "yes")
                        .status())
                .isEqualTo(302);
        assertThat(node.as("editor").get(draft.path()).status()).isEqualTo(404);
    }
}
