// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Node;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class InboxTest {
    private final Node node = Node.shared();
    private final Guides guides = node.guides();

    private static String path(JsonNode task) {
        return "/tasks/" + task.get("id").asString();
    }

    @Test
    void aTaskIsClaimedByOneGivenBackAndAssigned() {
        var guide = guides.submitted();
        var task = guides.task("reviewer", guide);

        assertThat(node.as("reviewer")
                        .post(path(task) + "/claim", null)
                        .ok()
                        .get("assignee")
                        .asString())
                .isEqualTo("reviewer");
        assertThat(node.as("second-reviewer").post(path(task) + "/claim", null).problem())
                .isEqualTo("claimed");
        assertThat(guides.decide("second-reviewer", task, "approve").problem()).isEqualTo("claimed");
        assertThat(node.as("second-reviewer")
                        .post(path(task) + "/unclaim", null)
                        .status())
                .isEqualTo(403);
        assertThat(node.as("editor").post(path(task) + "/claim", null).status()).isEqualTo(403);
        assertThat(node.as("reviewer").get("/tasks?mine=true&limit=100").body()).contains(guide.id());

        node.as("reviewer").post(path(task) + "/unclaim", null).ok();
        assertThat(node.as("reviewer")
                        .post(path(task) + "/assign", Map.of("account", "editor"))
                        .problem())
                .isEqualTo("wrong-role");
        assertThat(node.as("reviewer")
                        .post(path(task) + "/assign", Map.of("account", "nobody"))
                        .status())
                .isEqualTo(400);
        node.as("admin")
                .post(path(task) + "/assign", Map.of("account", "second-reviewer"))
                .ok();
        guides.decide("second-reviewer", task, "approve").ok();
        assertThat(guides.read(guide).status()).isEqualTo(200);
    }

    @Test
    void outcomesAreThoseOfTheWorkflow() {
        var guide = guides.submitted();
        var task = guides.task("reviewer", guide);

        assertThat(guides.decide("reviewer", task, "publish-now")
                        .json()
                        .at("/errors/0/detail")
                        .asString())
                .contains("approve, request-changes");
        var silent = Map.of(
                "outcome",
                "request-changes",
                "revision",
                1,
                "contentHash",
                task.get("contentHash").asString());
        assertThat(node.as("reviewer")
                        .post(path(task) + "/complete", silent)
                        .json()
                        .at("/errors/0/pointer")
                        .asString())
                .isEqualTo("/message");
        var ahead = task.get("id").asString().replace(".review.1", ".re-review.1");
        assertThat(node.as("reviewer")
                        .post(
                                "/tasks/" + ahead + "/complete",
                                Map.of(
                                        "outcome",
                                        "confirm",
                                        "revision",
                                        1,
                                        "contentHash",
                                        task.get("contentHash").asString()))
                        .status())
                .isEqualTo(409);
        assertThat(node.as("reviewer").post("/tasks/nonsense/claim", null).status())
                .isEqualTo(404);
    }

    @Test
    void theInboxIsFilteredByGroupTypeAndDueDate() {
        var guide = guides.submitted();

        assertThat(node.as("editor").get("/tasks?group=REVIEWER&limit=100").body())
                .contains(guide.id());
        assertThat(node.as("reviewer").get("/tasks?type=faq&limit=100").body()).doesNotContain(guide.id());
        assertThat(node.as("reviewer").get("/tasks?due=2026-01-01&limit=100").body())
                .doesNotContain(guide.id());
        assertThat(node.as("reviewer").get("/tasks?due=soon").status()).isEqualTo(400);
    }
}
