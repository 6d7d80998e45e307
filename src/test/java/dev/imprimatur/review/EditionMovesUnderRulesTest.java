// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.imprimatur.check.Checker;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Guides.Ref;
import dev.imprimatur.testing.Http.Answer;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Visitor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.flowable.engine.RuntimeService;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A move to another version of the workflow neither meets a requirement nor loses one, nor what an expert or a part of a guide needs. */
@Tag("long")
@Tag("store")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EditionMovesUnderRulesTest {
    private static final String ID = WorkflowVersions.ID;
    private static final String PART = "/compensation";
    private static final Pattern TASK = Pattern.compile("name=\"task\" value=\"([^\"]+)\"");

    private Path types;
    private int typeVersion;
    private Node node;
    private Guides guides;
    private int one;
    private int parallel;
    private int renamed;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        types = folder;
        writeType(2, false);
        node = Node.start("imprimatur.content-types", folder.toUri() + "/", "imprimatur.review.reconcile-every", "1h");
        guides = node.guides();
        node.as("admin")
                .post(
                        "/accounts",
                        Map.of(
                                "username",
                                "payer",
                                "displayName",
                                "The payer",
                                "password",
                                Node.PASSWORD,
                                "roles",
                                List.of("REVIEWER"),
                                "groups",
                                List.of("pay")))
                .ok();
        one = WorkflowVersions.deploy(node, WorkflowVersions.asVersionOne());
        parallel = WorkflowVersions.deploy(node, WorkflowVersions.file("parallel-review"));
        renamed = WorkflowVersions.deploy(node, WorkflowVersions.file(ID).replace("\"review\"", "\"second-look\""));
        node.clock().forward(Duration.ofSeconds(11));
    }

    private void writeType(int approvals, boolean areMembersOnly) throws IOException {
        var schema = (ObjectNode)
                JsonMapper.shared().readTree(Files.readString(Path.of("seed-content/types/role-guide.schema.json")));
        schema.put("x-approvals", approvals).put("x-members-only", areMembersOnly);
        // an earlier file is not taken for a later one
        schema.put("$comment", "version " + ++typeVersion);
        schema.putArray("x-requirements")
                .addObject()
                .put("id", "pay")
                .put("name", "Pay is checked")
                .put("group", "pay")
                .putArray("changes")
                .add(PART);
        ((ObjectNode) schema.at("/properties/compensation")).put("x-review-interval", "P3M");
        Files.writeString(types.resolve("role-guide.schema.json"), schema.toString());
    }

    @AfterAll
    void stop() {
        assertThat(node.bean(Checker.class).run().violations()).isEmpty();
        node.close();
    }

    @BeforeEach
    void renewTokens() {
        node.renewTokens();
    }

    private Answer move(Ref guide, int to, boolean isDryRun) {
        return node.as("admin")
                .post(
                        "/workflows/" + ID + "/migrate",
                        Map.of(
                                "to",
                                to,
                                "dryRun",
                                isDryRun,
                                "editions",
                                List.of(Map.of("edition", guide.id() + ".1"))));
    }

    private JsonNode preview(Ref guide, int to) {
        return move(guide, to, true).ok().at("/editions/0/preview");
    }

    private void moved(Ref guide, int to) {
        assertThat(move(guide, to, false).ok().get("moved")).hasSize(1);
    }

    private Ref submitted() {
        var guide = guides.drafted();
        moved(guide, one);
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
        return guide;
    }

    private Answer approve(String who, Ref guide, String step) {
        var task = guides.tasks(who, guide).stream()
                .filter(it -> it.get("id").asString().contains("." + step + "."))
                .findFirst()
                .orElseThrow(() -> new AssertionError(step + " is not open to " + who));
        return guides.decide(who, task, "approve");
    }

    private Edition edition(Ref guide) {
        return node.bean(Editions.class).get(new EditionId(guide.id(), 1));
    }

    private List<String> approvers(Ref guide) {
        return edition(guide).approvals().stream().map(it -> it.by().name()).toList();
    }

    private JsonNode requirement(Ref guide) {
        return guides.state(guide).at("/task/requirements/0");
    }

    @Test
    void aRequirementThatWasMetStaysMetAsLongAsTheApprovalCounts() {
        var guide = submitted();
        approve("payer", guide, "review").ok();
        assertThat(requirement(guide).get("metBy").asString()).isEqualTo("payer");

        moved(guide, parallel);
        assertThat(requirement(guide).has("metBy")).isTrue();

        // in this version the approval was given on a step that is not there
        assertThat(preview(guide, renamed).get("dropped")).hasSize(1);
        moved(guide, renamed);
        assertThat(requirement(guide).has("metBy")).isFalse();
        approve("reviewer", guide, "second-look").ok();
        approve("second-reviewer", guide, "second-look").ok();
        assertThat(approve("both", guide, "second-look").problem()).isEqualTo("requirement-open");
        assertThat(guides.read(guide).status()).isEqualTo(404);
        approve("payer", guide, "second-look").ok();
        assertThat(guides.read(guide).ok().at("/review/reviewedBy")).hasSize(3);
    }

    @Test
    void aMoveBackMeetsTheRequirementAgainAndPublishesNothing() {
        var guide = submitted();
        approve("payer", guide, "review").ok();
        moved(guide, renamed);
        approve("reviewer", guide, "second-look").ok();

        // back there the approval of the payer counts, and that of the reviewer does not
        var back = preview(guide, one);
        assertThat(back.get("carried")).hasSize(1);
        assertThat(back.get("approvalsMissing").asInt()).isEqualTo(1);
        moved(guide, one);
        assertThat(edition(guide).state()).isEqualTo(Edition.State.IN_REVIEW);
        assertThat(requirement(guide).has("metBy")).isTrue();
        approve("second-reviewer", guide, "review").ok();
        assertThat(edition(guide).state()).isEqualTo(Edition.State.PUBLISHED);
    }

    @Test
    void theApprovalOfAnExpertCarriesOverAndADroppedOneCountsForNothing() {
        var guide = submitted();
        String link = node.as("reviewer")
                .post(
                        guide.path() + "/invitations",
                        Map.of("name", "Ada Lovelace", "title", "Economist", "email", "ada@example.org"))
                .ok()
                .get("url")
                .asString();
        assertThat(decide(link, "approve").status()).isEqualTo(302);

        moved(guide, parallel);
        assertThat(approvers(guide)).containsExactly("Ada Lovelace");
        assertThat(Visitor.stranger(node).get(link).body())
                .contains("value=\"request-changes\"")
                .doesNotContain("value=\"approve\"");

        moved(guide, renamed);
        assertThat(approvers(guide)).isEmpty();
        approve("reviewer", guide, "second-look").ok();
        // the inviter has approved, and counts as one with the expert
        assertThat(decide(link, "approve").status()).isEqualTo(403);
        assertThat(approvers(guide)).containsExactly("The reviewer");
        assertThat(guides.read(guide).status()).isEqualTo(404);
        approve("payer", guide, "second-look").ok();
        assertThat(guides.read(guide).ok().at("/review/reviewedBy").toString()).doesNotContain("Ada");
    }

    private Answer decide(String link, String outcome) {
        var visitor = Visitor.stranger(node);
        var task = TASK.matcher(visitor.get(link).body());
        assertThat(task.find()).isTrue();
        return visitor.post(link, link + "/decision", "task", task.group(1), "outcome", outcome, "message", "So.");
    }

    /** What a content type asks for today is no reason to take back, or to lose, what was published before. */
    @Test
    void whatIsPublishedKeepsTheRulesOfItsTime() throws IOException {
        var guide = submitted();
        String link = node.as("reviewer")
                .post(
                        guide.path() + "/invitations",
                        Map.of("name", "Emmy Noether", "title", "Economist", "email", "emmy@example.org"))
                .ok()
                .get("url")
                .asString();
        assertThat(decide(link, "approve").status()).isEqualTo(302);
        approve("payer", guide, "review").ok();
        String bytes = guides.read(guide).body();

        restartWith(3, true);
        try {
            assertThat(guides.read(guide).body()).isEqualTo(bytes);
            moved(guide, parallel);
            loseProcess(guide);
            assertThat(edition(guide).state()).isEqualTo(Edition.State.PUBLISHED);
            assertThat(guides.read(guide).body()).isEqualTo(bytes);
            assertThat(node.bean(Checker.class).run().violations()).isEmpty();

            guides.nextEditionSubmitted(guide, "Under the rules of today.");
            guides.decide("payer", guides.task("payer", guide), "approve").ok();
            assertThat(guides.read(guide).body()).isEqualTo(bytes);
        } finally {
            restartWith(2, false);
        }
        assertThat(guides.read(guide).body()).isEqualTo(bytes);
    }

    private void restartWith(int approvals, boolean areMembersOnly) {
        node.restart(() -> {
            try {
                writeType(approvals, areMembersOnly);
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        });
    }

    private void loseProcess(Ref guide) {
        var runtime = node.bean(RuntimeService.class);
        runtime.createProcessInstanceQuery()
                .processInstanceBusinessKey(guide.id() + ".1")
                .list()
                .forEach(process -> runtime.deleteProcessInstance(process.getId(), "lost"));
        node.bean(GuideReconciler.class).reconcile(guide.id());
    }

    @Test
    void aPartThatIsDueStaysDueAndItsConfirmationRenewsNothingElse() {
        var guide = submitted();
        approve("payer", guide, "review").ok();
        approve("reviewer", guide, "review").ok();
        var stamp = guides.read(guide).ok().get("review");
        node.clock().forward(Duration.ofDays(85));
        node.renewTokens();
        node.bean(GuideReconciler.class).reconcile(guide.id());
        await().untilAsserted(
                        () -> assertThat(guides.find("second-reviewer", guide)).isPresent());
        Instant due =
                Instant.parse(guides.task("second-reviewer", guide).get("due").asString());

        moved(guide, parallel);
        var task = guides.task("second-reviewer", guide);
        assertThat(task.toString()).contains(PART);
        assertThat(Instant.parse(task.get("due").asString())).isEqualTo(due);
        guides.decide("second-reviewer", task, "confirm").ok();

        await().untilAsserted(
                        () -> assertThat(guides.find("second-reviewer", guide)).isEmpty());
        var after = guides.read(guide).ok().get("review");
        assertThat(after.get("lastReviewed")).isEqualTo(stamp.get("lastReviewed"));
        assertThat(after.get("reviewDue")).isEqualTo(stamp.get("reviewDue"));
        assertThat(after.at("/parts").get(PART).get("lastReviewed").asString())
                .isEqualTo(node.clock().instant().toString().substring(0, 10));
    }
}
