// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.editing;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import dev.imprimatur.check.Checker;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Http.Answer;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Visitor;
import java.time.Duration;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A deleted guide comes back as a draft, with its words, its people and its history. */
@Tag("long")
@Tag("store")
class DeletedGuidesTest {
    private static final Node node = Node.start();
    private static final Guides guides = node.guides();
    private static final String PAGE = "/studio/guides/deleted";

    @AfterAll
    static void nothingIsViolated() {
        var report = node.bean(Checker.class).run();
        assertThat(report.failure()).isNull();
        assertThat(report.violations()).isEmpty();
        assertThat(report.unfinished()).isEmpty();
        node.close();
    }

    private static Guides.Ref deleted() {
        var guide = guides.drafted();
        guides.edit("second-editor", guide, "Words to keep.").ok();
        delete(guide);
        return guide;
    }

    private static MongoDatabase database() {
        return node.bean(MongoDatabase.class);
    }

    /** The username of somebody who is an editor and a reviewer. */
    private static String chief() {
        String username = "chief-" + Long.toString(System.nanoTime(), 36);
        node.as("admin")
                .post(
                        "/accounts",
                        Map.of(
                                "username",
                                username,
                                "displayName",
                                username,
                                "password",
                                Node.PASSWORD,
                                "roles",
                                List.of("EDITOR", "REVIEWER")))
                .ok();
        return username;
    }

    private static void delete(Guides.Ref guide) {
        assertThat(node.as("editor").delete(guide.path()).status()).isEqualTo(204);
    }

    private static Answer undelete(String who, Guides.Ref guide, String... headers) {
        return node.as(who).send("POST", guide.path() + "/undelete", null, headers);
    }

    private static List<JsonNode> listed() {
        return List.copyOf(node.as("reviewer")
                .get("/deleted-guides?limit=100")
                .ok()
                .get("items")
                .values());
    }

    private static JsonNode entry(Guides.Ref guide) {
        return listed().stream()
                .filter(it -> it.get("id").asString().equals(guide.id()))
                .findFirst()
                .orElse(null);
    }

    private static List<String> kinds(Guides.Ref guide) {
        return node.as("editor").get(guide.path() + "/log").ok().get("items").values().stream()
                .map(entry -> entry.get("kind").asString())
                .toList();
    }

    @Test
    void aDeletedGuideComesBackAsADraft() {
        var guide = deleted();
        assertThat(entry(guide).get("slug").asString()).isEqualTo(guide.slug());
        assertThat(entry(guide).get("deletedBy").asString()).isEqualTo("editor");

        var back = undelete("second-editor", guide);

        assertThat(back.ok().at("/edition/state").asString()).isEqualTo("draft");
        assertThat(back.ok().at("/edition/number").asInt()).isEqualTo(2);
        assertThat(back.ok().at("/edition/contributors").values())
                .extracting(JsonNode::asString)
                .containsExactlyInAnyOrder("editor", "second-editor");
        var draft = node.as("editor").get(guide.path() + "/draft");
        assertThat(draft.header("ETag")).isEqualTo(back.header("ETag"));
        assertThat(draft.ok().at("/content/summary").asString()).isEqualTo("Words to keep.");
        assertThat(kinds(guide)).containsExactly("opened", "discarded", "deleted", "undeleted", "opened");
        assertThat(entry(guide)).isNull();
        assertThat(node.as("admin").get("/audit?action=guide-undeleted").ok().toString())
                .contains(guide.id());
        // the way to readers is the same as for any other guide
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
        assertThat(guides.decide("reviewer", guides.task("reviewer", guide), "approve")
                        .status())
                .isEqualTo(200);
        assertThat(node.site().get("/role-guide/" + guide.slug()).status()).isEqualTo(200);
    }

    @Test
    void whoeverWroteItCannotApproveIt() {
        var guide = guides.drafted();
        String chief = chief();
        guides.edit(chief, guide, "Mine.").ok();
        delete(guide);
        undelete("editor", guide).ok();
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();

        assertThat(guides.decide(chief, guides.task("reviewer", guide), "approve")
                        .status())
                .isEqualTo(403);
    }

    @Test
    void aGuideThatIsDeletedAgainComesBackAgain() {
        var guide = deleted();
        undelete("editor", guide).ok();
        delete(guide);
        assertThat(node.as("editor").get(guide.path()).status()).isEqualTo(404);

        assertThat(undelete("editor", guide).ok().at("/edition/number").asInt()).isEqualTo(3);
        assertThat(kinds(guide))
                .containsExactly(
                        "opened",
                        "discarded",
                        "deleted",
                        "undeleted",
                        "opened",
                        "discarded",
                        "deleted",
                        "undeleted",
                        "opened");
    }

    @Test
    void aGuideWhoseSlugIsTakenGetsAnother() {
        var guide = deleted();
        var created = node.as("editor").post("/role-guide", Map.of("slug", guide.slug(), "content", Guides.content()));
        assertThat(created.status()).isEqualTo(201);

        assertThat(undelete("editor", guide).problem()).isEqualTo("slug-taken");
        assertThat(node.as("editor").get(guide.path()).status()).isEqualTo(404);
        assertThat(kinds(guide)).endsWith("deleted");
        assertThat(entry(guide)).isNotNull();
        for (String bad : List.of("No Slug", "", "a--b"))
            assertThat(node.as("editor")
                            .post(guide.path() + "/undelete", Map.of("slug", bad))
                            .status())
                    .as(bad)
                    .isEqualTo(400);
        var back = node.as("editor").post(guide.path() + "/undelete", Map.of("slug", guide.slug() + "-2"));

        assertThat(back.ok().get("slug").asString()).isEqualTo(guide.slug() + "-2");
        assertThat(kinds(guide)).containsExactly("opened", "discarded", "deleted", "renamed", "undeleted", "opened");
    }

    @Test
    void aSlugThatRedirectsReadersIsNotTaken() {
        var guide = deleted();
        var published = guides.published();
        node.as("publisher")
                .post(published.path() + "/slug", Map.of("slug", published.slug() + "-2"))
                .ok();

        assertThat(node.as("editor")
                        .post(guide.path() + "/undelete", Map.of("slug", published.slug()))
                        .problem())
                .isEqualTo("slug-reserved");
        undelete("editor", guide).ok();
    }

    @Test
    void aRepeatedRequestHasOneEffect() {
        var guide = deleted();

        var first = undelete("editor", guide, "Idempotency-Key", guide.slug());
        var second = undelete("editor", guide, "Idempotency-Key", guide.slug());

        assertThat(second.status()).isEqualTo(first.status()).isEqualTo(200);
        assertThat(second.body()).isEqualTo(first.body());
        assertThat(undelete("editor", guide).problem()).isEqualTo("not-deleted");
        assertThat(kinds(guide)).containsOnlyOnce("undeleted");
    }

    @Test
    void manyWhoBringItBackAtOnceBringItBackOnce() {
        for (int round = 0; round < 5; round++) {
            var guide = deleted();

            var answers = IntStream.range(0, 6)
                    .mapToObj(i -> CompletableFuture.supplyAsync(
                            () -> undelete(i % 2 == 0 ? "editor" : "second-editor", guide)))
                    .toList()
                    .stream()
                    .map(CompletableFuture::join)
                    .toList();

            assertThat(answers).extracting(Answer::status).contains(200).isSubsetOf(200, 409);
            assertThat(kinds(guide)).containsExactly("opened", "discarded", "deleted", "undeleted", "opened");
            assertThat(guides.state(guide).at("/edition/state").asString()).isEqualTo("draft");
        }
    }

    @Test
    void whileItIsDeletedAgainAndBroughtBackItIsOneOfBoth() {
        var guide = deleted();

        var all = IntStream.range(0, 12)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> i % 2 == 0
                        ? undelete("editor", guide)
                        : node.as("second-editor").delete(guide.path())))
                .toList();

        assertThat(all.stream().map(CompletableFuture::join).toList())
                .extracting(Answer::status)
                .isSubsetOf(200, 204, 404, 409);
        var state = node.as("editor").get(guide.path()).status();
        assertThat(state).isIn(200, 404);
        // whichever it is, it can be brought back
        if (state == 404) undelete("editor", guide).ok();
        assertThat(guides.state(guide).get("slug").asString()).isEqualTo(guide.slug());
    }

    @Test
    void aCardThatACrashLeftIsTakenAway() {
        var guide = deleted();
        var cards = database().getCollection("guides");
        var kept = database().getCollection("deleted_guides");
        var row = kept.find(Filters.eq("_id", guide.id())).first();
        // as if the process had ended after it stored the card, and before it recorded that the guide is back
        cards.insertOne(row.get("card", Document.class));
        assertThat(node.as("editor").delete(guide.path()).status()).isEqualTo(204);

        assertThat(cards.countDocuments(Filters.eq("_id", guide.id()))).isZero();
        undelete("editor", guide).ok();
        // as if it had ended before it forgot the kept card
        kept.insertOne(row);
        assertThat(undelete("editor", guide).problem()).isEqualTo("not-deleted");
        kept.deleteOne(Filters.eq("_id", guide.id()));
    }

    @Test
    void aGuideWhoseCardIsMissingAfterItCameBackGetsIt() {
        var guide = deleted();
        var kept = database().getCollection("deleted_guides");
        var row = kept.find(Filters.eq("_id", guide.id())).first();
        undelete("editor", guide).ok();
        database().getCollection("guides").deleteOne(Filters.eq("_id", guide.id()));
        kept.insertOne(row);

        assertThat(undelete("editor", guide).ok().at("/edition/state").asString())
                .isEqualTo("draft");
        assertThat(kinds(guide)).containsOnlyOnce("undeleted");
    }

    @Test
    void afterItsTimeItIsGone() {
        var guide = deleted();
        database()
                .getCollection("deleted_guides")
                .updateOne(
                        Filters.eq("_id", guide.id()),
                        Updates.set(
                                "deletedAt",
                                Date.from(node.clock()
                                        .instant()
                                        .minus(Duration.ofDays(30).plusSeconds(1)))));

        assertThat(entry(guide)).isNull();
        assertThat(undelete("editor", guide).status()).isEqualTo(404);
        node.bean(DeletedGuides.class).clean();
        assertThat(database().getCollection("deleted_guides").countDocuments(Filters.eq("_id", guide.id())))
                .isZero();
        assertThat(kinds(guide)).endsWith("deleted");
    }

    @Test
    void thePagesOfTheListHoldEachGuideOnce() {
        var mine = new HashSet<String>();
        for (int i = 0; i < 5; i++) mine.add(deleted().id());
        var seen = new HashSet<String>();
        String next = "";
        int pages = 0;
        do {
            var page = node.as("editor")
                    .get("/deleted-guides?type=role-guide&limit=2" + (next.isEmpty() ? "" : "&cursor=" + next))
                    .ok();
            page.get("items")
                    .forEach(it -> assertThat(seen.add(it.get("id").asString())).isTrue());
            next = page.path("next").asString("");
            pages++;
        } while (!next.isEmpty());

        assertThat(seen).containsAll(mine);
        assertThat(pages).isGreaterThanOrEqualTo(3);
        assertThat(node.as("editor").get("/deleted-guides?type=nothing").status())
                .isEqualTo(404);
        assertThat(node.as("editor").get("/deleted-guides?cursor=x").status()).isEqualTo(400);
        assertThat(node.as("editor").post("/role-guide/nothing/undelete", null).status())
                .isEqualTo(404);
    }

    @Test
    void onlyAnEditorWhoseRoleCoversItBringsItBack() {
        var guide = deleted();
        String limited = chief();
        node.as("admin")
                .patch(
                        "/accounts/" + limited,
                        Map.of("grants", List.of(Map.of("role", "EDITOR", "tags", List.of("no such tag")))))
                .ok();

        assertThat(undelete("reviewer", guide).status()).isEqualTo(403);
        assertThat(undelete(limited, guide).problem()).isEqualTo("out-of-scope");
        for (String who : List.of("reviewer", limited))
            assertThat(Visitor.signedIn(node, who).get(PAGE).body())
                    .contains(guide.slug())
                    .doesNotContain(guide.id() + "/undelete");
        assertThat(kinds(guide)).endsWith("deleted");
    }

    @Test
    void thePageOfDeletedGuidesBringsThemBack() {
        var guide = deleted();
        var visitor = Visitor.signedIn(node, "editor");
        assertThat(visitor.get("/studio/guides").body()).contains("href=\"" + PAGE + "\"");
        assertThat(visitor.get(PAGE).body()).contains(guide.slug(), "deleted by");

        String form = "/studio/guides/role-guide/" + guide.id() + "/undelete";
        assertThat(visitor.post(PAGE, form, "slug", "No Slug").status()).isEqualTo(400);
        var answer = visitor.post(PAGE, form, "slug", guide.slug());

        assertThat(answer.header("Location")).endsWith("/studio/guides/" + guide.id() + "/edit");
        assertThat(visitor.get("/studio/guides/" + guide.id() + "/edit").body())
                .contains("is back, as a draft.", "Words to keep.");
        assertThat(visitor.get(PAGE).body()).doesNotContain(guide.slug());
        // in another tab
        assertThat(visitor.post("/studio", form, "slug", guide.slug()).status()).isEqualTo(409);
    }
}
