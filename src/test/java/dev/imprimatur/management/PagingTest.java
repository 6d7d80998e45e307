// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Node;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.flowable.engine.TaskService;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Lists that change while a client pages through them, on real stores. */
@Tag("store")
@Tag("long")
class PagingTest {
    private final Node node = Node.shared();
    private final Guides guides = node.guides();
    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    /** Reads all pages, runs an action between pages, and returns the ids. */
    private static List<String> walk(Http who, String list, Consumer<Integer> between) {
        var seen = new ArrayList<String>();
        String cursor = "";
        for (int page = 0; ; page++) {
            var answer = who.get(list + cursor).ok();
            for (var item : answer.get("items").values()) seen.add(idOf(item));
            if (!answer.has("next")) return seen;
            cursor = "&cursor=" + answer.get("next").asString();
            between.accept(page);
        }
    }

    private static String idOf(JsonNode item) {
        return item.has("guide")
                ? item.get("guide").get("id").asString()
                : item.get("id").asString();
    }

    private String create(String slug, String title) {
        return node.as("editor")
                .post("/role-guide", Map.of("slug", slug, "content", Map.of("title", title)))
                .ok()
                .get("id")
                .asString();
    }

    private void retitle(String id, String title) {
        String etag = node.as("editor").get("/role-guide/" + id + "/draft").header("ETag");
        node.as("editor")
                .patch("/role-guide/" + id + "/draft", Map.of("title", title), "If-Match", etag)
                .ok();
    }

    private String title() {
        return List.of("Alpha", "alpha", "Émile", "Zulu", "Zulu", "李", "🇩🇪", "Mike")
                .get(random.nextInt(8));
    }

    @ParameterizedTest
    @ValueSource(strings = {"created", "-created", "title", "-title", "updated", "-updated", "reviewDue", "-reviewDue"})
    void aGuideThatNobodyTouchesIsOnExactlyOnePage(String sort) {
        String mark = "walk-" + Long.toString(System.nanoTime(), 36);
        var all = new ArrayList<String>();
        for (int i = 0; i < 20; i++) all.add(create(mark + "-" + i, title()));
        var untouched = new HashSet<>(all);

        var seen = walk(node.as("reviewer"), "/role-guide?limit=3&q=" + mark + "&sort=" + sort, page -> {
            for (int i = 0; i < 2; i++) {
                String changed = all.get(random.nextInt(all.size()));
                retitle(changed, title() + " " + random.nextInt(1000));
                untouched.remove(changed);
            }
            if (page < 10) create(mark + "-new-" + page, title());
        });

        for (String id : untouched)
            assertThat(seen).as(sort + ", seed " + seed).filteredOn(id::equals).hasSize(1);
        if (sort.endsWith("created"))
            for (String id : all)
                assertThat(seen)
                        .as(sort + ", seed " + seed)
                        .filteredOn(id::equals)
                        .hasSize(1);
        // a changed guide moves to the front, to a page that was read already
        if (sort.equals("-updated")) assertThat(seen).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/tasks?limit=4&group=REVIEWER", "/tasks?limit=4", "/tasks?limit=4&type=role-guide"})
    void aTaskThatNobodyTouchesIsOnExactlyOnePage(String list) {
        var all = new ArrayList<Guides.Ref>();
        for (int i = 0; i < 14; i++) all.add(guides.submitted());
        var engine = node.bean(TaskService.class);
        var due = new Date(node.clock().instant().toEpochMilli() - 1_000_000_000L);
        for (var guide : all)
            if (random.nextInt(3) > 0)
                engine.setDueDate(
                        engine.createTaskQuery()
                                .processInstanceBusinessKey(guide.id() + ".1")
                                .singleResult()
                                .getId(),
                        new Date(due.getTime() + random.nextInt(3)));
        var untouched = new ArrayList<>(all);

        var seen = walk(node.as("reviewer"), list, page -> {
            if (page > 8) return;
            var done = all.get(random.nextInt(all.size()));
            if (untouched.remove(done))
                guides.decide("reviewer", guides.task("reviewer", done), "approve")
                        .ok();
            guides.submitted();
        });

        for (var guide : untouched)
            assertThat(seen).as("seed " + seed).filteredOn(guide.id()::equals).hasSize(1);
    }

    @Test
    void theAuditIsPagedWhileItGrows() {
        var seen = walk(
                node.as("admin"),
                "/audit?limit=7&action=account-created",
                page -> node.as("editor").post("/tasks/nothing/complete", Map.of()));

        assertThat(seen)
                .doesNotHaveDuplicates()
                .isEqualTo(walk(node.as("admin"), "/audit?limit=100&action=account-created", page -> {}));
    }

    @Test
    void aCursorThatWasMadeUpOrMadeForAnotherListIsRefused() {
        guides.submitted();
        guides.submitted();
        String cursor =
                node.as("editor").get("/role-guide?limit=1").ok().get("next").asString();

        assertThat(node.as("editor")
                        .get("/role-guide?limit=50&cursor=" + cursor)
                        .status())
                .isEqualTo(200);
        for (String other : List.of(
                "/role-guide?sort=title&cursor=",
                "/role-guide?q=x&cursor=",
                "/role-guide?state=draft&cursor=",
                "/role-guide?reviewDueBefore=2030-01-01&cursor=",
                "/tasks?cursor=")) {
            var answer = node.as("editor").get(other + cursor);
            assertThat(answer.status()).as(other).isEqualTo(400);
            assertThat(answer.json().get("detail").asString()).contains("leave it out to begin with the first page");
        }
        for (String garbage : List.of("MjA", "x", "%21", "AAAAAAAAAAAAAAAA", cursor + "=", cursor.toLowerCase()))
            assertThat(node.as("editor").get("/role-guide?cursor=" + garbage).status())
                    .as(garbage)
                    .isEqualTo(400);
    }

    @Test
    void aCursorWhoseKeyWasForgedIsRefusedAndNeverAFailure() {
        guides.submitted();
        guides.submitted();
        for (String list : List.of(
                "/role-guide?limit=1&sort=-updated",
                "/role-guide?limit=1&sort=created",
                "/tasks?limit=1",
                "/tasks?limit=1&mine=false&type=role-guide")) {
            String cursor = node.as("both").get(list).ok().get("next").asString();
            String text = new String(Base64.getUrlDecoder().decode(cursor));
            String forged = Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString((text.substring(0, text.indexOf(' ')) + " not:a:key").getBytes());

            assertThat(node.as("both").get(list + "&cursor=" + forged).status())
                    .as(list)
                    .isEqualTo(400);
        }
    }
}
