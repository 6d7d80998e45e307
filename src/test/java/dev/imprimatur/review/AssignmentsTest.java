// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.accounts.Accounts;
import dev.imprimatur.people.Person;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Visitor;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.Assertions;
import org.flowable.engine.TaskService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** No task stays assigned to a person who cannot complete it. */
@Tag("long")
class AssignmentsTest {
    private final Node node = Node.start();
    private final Guides guides = node.guides();
    private final Http admin = node.as("admin");

    @AfterEach
    void stop() {
        node.close();
    }

    private Guides.Ref claimed() {
        var guide = guides.submitted();
        node.as("reviewer")
                .post("/tasks/" + id(guides.task("reviewer", guide)) + "/claim", null)
                .ok();
        return guide;
    }

    private static String id(JsonNode task) {
        return task.get("id").asString();
    }

    private String assignee(Guides.Ref guide) {
        return guides.task("second-reviewer", guide).path("assignee").asString("");
    }

    @Test
    void whatSomebodyHadGoesBackAtOnceWhenTheyAreDeactivated() {
        var guide = claimed();
        assertThat(assignee(guide)).isEqualTo("reviewer");

        admin.delete("/accounts/reviewer");

        assertThat(assignee(guide)).isEmpty();
        guides.decide("second-reviewer", guides.task("second-reviewer", guide), "approve")
                .ok();
        assertThat(guides.read(guide).status()).isEqualTo(200);
    }

    @Test
    void whoLosesARoleKeepsWhatTheirOtherRolesMayTake() {
        var review = guides.submitted();
        var draft = guides.drafted();
        for (var guide : List.of(review, draft))
            admin.post("/tasks/" + id(guides.task("both", guide)) + "/assign", Map.of("account", "both"))
                    .ok();

        admin.patch("/accounts/both", Map.of("roles", List.of("EDITOR"))).ok();

        assertThat(assignee(review)).isEmpty();
        assertThat(guides.task("both", draft).get("assignee").asString()).isEqualTo("both");
    }

    @Test
    void nothingIsAssignedToWhoCannotTakeItEvenIfTheyCouldAMomentAgo() {
        var guide = guides.submitted();
        String task = id(guides.task("reviewer", guide));
        var stale = node.bean(Accounts.class).account("reviewer").orElseThrow().person();
        admin.delete("/accounts/reviewer");

        assertThat(admin.post("/tasks/" + task + "/assign", Map.of("account", "reviewer"))
                        .status())
                .isEqualTo(400);
        assertThat(admin.post("/tasks/" + task + "/assign", Map.of("account", "publisher"))
                        .problem())
                .isEqualTo("wrong-role");
        var by = new Person("admin", "Admin", null, Set.of("ADMIN"));
        Assertions.assertThatThrownBy(() -> node.bean(Claims.class).assign(task, stale, by))
                .hasMessageContaining("may not take this task");
        assertThat(assignee(guide)).isEmpty();
    }

    @Test
    void whatSlippedThroughIsGivenBackByTheReconciler() {
        var guide = guides.submitted();
        guides.drafted();
        var tasks = node.bean(TaskService.class);
        var stray = tasks.createTaskQuery().taskDefinitionKey("review").singleResult();
        tasks.setAssignee(stray.getId(), "publisher");
        assertThat(assignee(guide)).isEqualTo("publisher");

        node.bean(Reconciler.class).everyMinute();

        assertThat(assignee(guide)).isEmpty();
    }

    @Test
    void assigningManySaysOfEachWhatBecameOfIt() {
        var draft = guides.drafted();
        var review = guides.submitted();
        var live = guides.published();
        var administrator = Visitor.signedIn(node, "admin");

        administrator.post(
                "/studio/account",
                "/studio/guides/assign",
                "guide",
                draft.id(),
                "guide",
                review.id(),
                "guide",
                live.id(),
                "guide",
                "gone",
                "account",
                "reviewer");
        String page = administrator.get("/studio/guides").body();

        assertThat(page).contains("1 task assigned to \u2068The reviewer\u2069: “");
        assertThat(page)
                .contains("The reviewer does not have the role editor, which “Write draft” is for")
                .contains("nothing waits for anybody there")
                .contains("there is no guide with this id");
        assertThat(assignee(review)).isEqualTo("reviewer");

        administrator.post("/studio/account", "/studio/guides/assign", "guide", review.id(), "account", "reviewer");
        assertThat(administrator.get("/studio/guides").body())
                .contains("Nothing was assigned to \u2068The reviewer\u2069.")
                .contains("has “Review revision” already");

        var editor = Visitor.signedIn(node, "editor");
        editor.post("/studio/account", "/studio/guides/assign", "guide", review.id(), "account", "second-reviewer");
        assertThat(editor.get("/studio/guides").body())
                .contains("only somebody with the role reviewer or an administrator assigns “Review revision”");
    }
}
