// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Visitor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A change of some fields needs the approval of somebody in a group. */
class RequirementsTest {
    private static final Path TYPES = Path.of("seed-content/types");

    @TempDir
    private static Path types;

    private static Node node;

    @BeforeAll
    static void start() throws IOException {
        var schema = schema();
        schema.putArray("x-requirements").add(requirement("pay", "/compensation", "pay"));
        Files.writeString(types.resolve("role-guide.schema.json"), schema.toString());
        node = Node.start("imprimatur.content-types", "file:" + types + "/");
        for (String name : List.of("payer", "second-payer"))
            node.as("admin")
                    .post(
                            "/accounts",
                            Map.of(
                                    "username",
                                    name,
                                    "displayName",
                                    "The " + name,
                                    "password",
                                    Node.PASSWORD,
                                    "roles",
                                    List.of("EDITOR", "REVIEWER"),
                                    "groups",
                                    List.of("pay")))
                    .ok();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static ObjectNode schema() throws IOException {
        return (ObjectNode) JsonMapper.shared().readTree(Files.readString(TYPES.resolve("role-guide.schema.json")));
    }

    private static ObjectNode requirement(String id, String pointer, String group) {
        var requirement = JsonMapper.shared().createObjectNode();
        requirement.put("id", id).put("name", "Pay is checked").put("group", group);
        requirement.putArray("changes").add(pointer);
        return requirement;
    }

    private final Guides guides = node.guides();

    @Test
    void aFirstPublicationNeedsTheGroup() {
        var guide = guides.submitted();
        assertThat(requirement(guide).has("metBy")).isFalse();
        guides.decide("reviewer", guides.task("reviewer", guide), "approve").ok();
        assertThat(guides.read(guide).status()).isEqualTo(404);

        var idle = guides.decide("second-reviewer", guides.task("second-reviewer", guide), "approve");
        assertThat(idle.status()).isEqualTo(403);
        assertThat(idle.problem()).isEqualTo("requirement-open");
        assertThat(Visitor.signedIn(node, "second-reviewer")
                        .get("/studio/guides/" + guide.id() + "/review")
                        .body())
                .contains("Required approvals")
                .contains("waits for somebody of the group pay")
                .contains("What is missing is the approval of somebody of the group pay");
        guides.decide("payer", guides.task("payer", guide), "approve").ok();
        assertThat(guides.read(guide).status()).isEqualTo(200);

        guides.nextEditionSubmitted(guide, "Another summary.");
        guides.decide("reviewer", guides.task("reviewer", guide), "approve").ok();
        assertThat(guides.read(guide).json().at("/content/summary").asString()).isEqualTo("Another summary.");
    }

    @Test
    void aReleaseSaysOfWhichGroupAnApprovalIsMissing() {
        var publisher = node.as("publisher");
        String release = "/releases/"
                + publisher
                        .post("/releases", Map.of("name", "Pay"))
                        .ok()
                        .get("id")
                        .asString();
        var guide = guides.submitted();

        var added = publisher.put(release + "/guides/" + guide.id(), Map.of()).ok();
        assertThat(added.get("missing").asString()).endsWith("needs 1 more approval, by somebody of the group pay");
        guides.decide("reviewer", guides.task("reviewer", guide), "approve").ok();
        assertThat(publisher.get(release + "/check").ok().at("/items/0/missing").asString())
                .endsWith("needs 1 more approval, by somebody of the group pay");
        guides.decide("payer", guides.task("payer", guide), "approve").ok();
        assertThat(publisher.get(release + "/check").ok().get("ready").asBoolean())
                .isTrue();
    }

    /** Requirements are about changes (ADR 47). */
    @Test
    void aConfirmationShowsNoRequirement() {
        var guide = guides.submitted();
        guides.decide("payer", guides.task("payer", guide), "approve").ok();

        node.clock().forward(Duration.ofDays(200));
        node.renewTokens();

        await().atMost(Duration.ofSeconds(30))
                .until(() -> guides.find("second-reviewer", guide).isPresent());
        assertThat(guides.task("second-reviewer", guide).has("requirements")).isFalse();
        assertThat(Visitor.signedIn(node, "second-reviewer")
                        .get("/studio/guides/" + guide.id() + "/review")
                        .body())
                .contains("Confirm")
                .doesNotContain("Required approvals");
        guides.decide("second-reviewer", guides.task("second-reviewer", guide), "confirm")
                .ok();
    }

    @Test
    void aChangeOfTheFieldNeedsTheGroupAndANewRevisionNeedsItAgain() {
        var guide = guides.submitted();
        guides.decide("payer", guides.task("payer", guide), "approve").ok();
        node.as("editor").post(guide.path() + "/editions", null).ok();
        changePay("editor", guide, "Another note.");
        guides.decide("reviewer", guides.task("reviewer", guide), "approve").ok();
        assertThat(requirement(guide).get("group").asString()).isEqualTo("pay");

        changePay("payer", guide, "By somebody of the group.");
        assertThat(guides.decide("payer", guides.task("payer", guide), "approve")
                        .problem())
                .isEqualTo("contributor");
        guides.decide("reviewer", guides.task("reviewer", guide), "approve").ok();
        assertThat(guides.read(guide).json().get("edition").asInt()).isEqualTo(1);
        guides.decide("second-payer", guides.task("second-payer", guide), "approve")
                .ok();
        assertThat(guides.read(guide).json().get("edition").asInt()).isEqualTo(2);

        node.as("admin")
                .patch("/accounts/second-payer", Map.of("groups", List.of()))
                .ok();
        assertThat(node.as("admin").get("/ledger/verification").ok().toString())
                .doesNotContain("was approved by nobody");
        node.as("admin")
                .patch("/accounts/second-payer", Map.of("groups", List.of("pay")))
                .ok();
    }

    private static void changePay(String who, Guides.Ref guide, String note) {
        String etag = node.as("editor").get(guide.path() + "/draft").header("ETag");
        node.as(who)
                .patch(guide.path() + "/draft", Map.of("compensation", Map.of("note", note)), "If-Match", etag)
                .ok();
        node.as(who).post(guide.path() + "/submit", Map.of()).ok();
    }

    private static JsonNode requirement(Guides.Ref guide) {
        return node.guides().state(guide).at("/task/requirements/0");
    }

    @Test
    void aWrongRequirementStopsTheStart() throws IOException {
        for (var wrong : Map.of(
                        "/x-requirements/0/changes/0", requirement("pay", "/salary", "pay"),
                        "/x-requirements/0/group", requirement("pay", "/compensation", ""),
                        "/x-requirements/0/id", requirement("", "/compensation", "pay"))
                .entrySet()) {
            var schema = schema();
            schema.putArray("x-requirements").add(wrong.getValue());
            assertThatThrownBy(() -> new ContentType("role-guide", schema)).hasMessageContaining(wrong.getKey());
        }
        var schema = schema();
        schema.putArray("x-requirements")
                .add(requirement("pay", "/compensation", "pay"))
                .add(requirement("pay", "/title", "pay"));
        assertThatThrownBy(() -> new ContentType("role-guide", schema)).hasMessageContaining("/x-requirements/1/id");
    }
}
