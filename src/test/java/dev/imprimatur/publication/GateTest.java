// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.history.Decision;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.history.Revision;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Node;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bson.Document;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Invariants 1 and 2: nothing is published without the gate, and exactly the approved content is served. */
@Tag("store")
class GateTest {
    private final Node node = Node.shared();
    private final Guides guides = node.guides();

    @Test
    void aContributorCannotApproveTheirOwnWork() {
        var guide = guides.submitted();
        guides.edit("both", guide, "By somebody who also reviews.").ok();

        var answer = guides.decide("both", guides.task("both", guide), "approve");

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.problem()).isEqualTo("contributor");
        assertThat(guides.read(guide).status()).isEqualTo(404);
    }

    @Test
    void thePersonWhoSubmitsIsAContributor() {
        var guide = guides.drafted();
        node.as("both").post(guide.path() + "/submit", Map.of()).ok();

        assertThat(guides.decide("both", guides.task("both", guide), "approve").status())
                .isEqualTo(403);
    }

    @Test
    void theAuthorsOfARestoredRevisionAreContributors() {
        var guide = guides.drafted();
        guides.edit("both", guide, "Written by both.").ok();
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
        guides.decide("reviewer", guides.task("reviewer", guide), "approve").ok();
        guides.nextEditionSubmitted(guide, "Without them.");
        guides.decide("reviewer", guides.task("reviewer", guide), "approve").ok();
        node.as("editor").post(guide.path() + "/editions", null).ok();
        String etag = node.as("editor").get(guide.path() + "/draft").header("ETag");
        node.as("editor")
                .post(guide.path() + "/revisions/1/restore", null, "If-Match", etag)
                .ok();
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();

        assertThat(guides.decide("both", guides.task("both", guide), "approve").status())
                .isEqualTo(403);
        assertThat(guides.decide("reviewer", guides.task("reviewer", guide), "approve")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void anAdministratorCannotBypassTheGate() {
        var guide = guides.submitted();
        var task = guides.task("reviewer", guide);

        assertThat(guides.decide("admin", task, "approve").status()).isEqualTo(403);
        assertThat(guides.decide("publisher", task, "approve").status()).isEqualTo(403);
        assertThatThrownBy(() -> node.bean(Publication.class).publish(new EditionId(guide.id(), 1)))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("not approved");
    }

    @Test
    void approvalOfAChangedRevisionIsRefused() {
        var guide = guides.submitted();
        var task = guides.task("reviewer", guide);
        guides.edit("editor", guide, "Another salary.").ok();
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();

        var answer = guides.decide("reviewer", task, "approve");

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.problem()).isEqualTo("review-is-stale");
        assertThat(guides.read(guide).status()).isEqualTo(404);
        var fresh = guides.task("reviewer", guide);
        assertThat(fresh.get("revision").asInt()).isEqualTo(2);
        guides.decide("reviewer", fresh, "approve").ok();
        assertThat(guides.read(guide).json().at("/content/summary").asString()).isEqualTo("Another salary.");
    }

    @Test
    void aTypeThatRequiresMoreApprovalsNowGetsThem() {
        var guide = guides.submitted();
        var edition = new EditionId(guide.id(), 1);
        var seen = new Revision.Ref(
                1, guides.task("reviewer", guide).get("contentHash").asString());
        var reviewer = new Person("reviewer", "The reviewer", null, Set.of("REVIEWER"));
        var approval = new Decision("review", 1, "approve", Decision.Effect.APPROVE, seen, null, null, null, reviewer);

        var decided = node.bean(Editions.class).decide(edition, approval, 2, List.of());

        assertThat(decided.state()).isEqualTo(Edition.State.IN_REVIEW);
        assertThat(decided.approvalsMissing()).isEqualTo(1);
        assertThatThrownBy(() -> node.bean(Publication.class).publish(edition)).isInstanceOf(Refused.class);
        assertThat(guides.read(guide).status()).isEqualTo(404);
    }

    @Test
    void aRevisionAlteredInTheStoreIsNotPublished() {
        var guide = guides.submitted();
        var task = guides.task("reviewer", guide);
        var revisions = node.bean(MongoDatabase.class).getCollection("revisions", Document.class);
        revisions.updateOne(Filters.eq("_id", guide.id() + "#000001"), Updates.set("content.summary", "Slipped in."));

        var answer = guides.decide("reviewer", task, "approve");

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.problem()).isEqualTo("content-damaged");
        assertThat(guides.read(guide).status()).isEqualTo(404);
    }

    @Test
    void anApprovalForgedIntoTheLogByAContributorDoesNotCount() {
        var guide = guides.submitted();
        var hash = guides.state(guide).at("/task/contentHash").asString();
        var log = node.bean(MongoDatabase.class).getCollection("edition_log", Document.class);
        var submitted = log.find(Filters.eq("_id", guide.id() + ".1#000001")).first();
        for (int seq = 2; seq < 4; seq++) {
            var entry = new Document(submitted.get("entry", Document.class));
            entry.put("seq", seq);
            entry.put("kind", seq == 2 ? "APPROVED" : "STAMPED");
            if (seq == 3)
                entry.put(
                        "stamp",
                        new Document("reviewed", new Document("number", 1).append("contentHash", hash))
                                .append("reviewers", List.of(new Document("name", "Forged")))
                                .append("reviewedAt", new Date())
                                .append("lastReviewed", new Date())
                                .append("reviewDue", new Date())
                                .append("origin", "HERE"));
            log.insertOne(new Document("_id", guide.id() + ".1#00000" + seq).append("entry", entry));
        }

        assertThatThrownBy(() -> node.bean(Publication.class).publish(new EditionId(guide.id(), 1)))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("log of this edition was changed");
        assertThat(guides.read(guide).status()).isEqualTo(404);
    }

    @Test
    void aTypeThatAsksForTwoApprovalsGetsTwoPeople() {
        String slug = "faq-" + System.nanoTime();
        var guide = node.as("editor")
                .post("/faq", Map.of("slug", slug, "content", Map.of("question", "Why?", "answer", "*Because*")))
                .ok();
        var ref = new Guides.Ref(guide.get("id").asString(), slug);
        node.as("editor").post("/faq/" + ref.id() + "/submit", Map.of()).ok();
        var check = guides.task("second-editor", ref);
        assertThat(check.get("name").asString()).isEqualTo("Check facts");
        guides.decide("second-editor", check, "facts-hold").ok();

        var first = guides.task("reviewer", ref);
        guides.decide("reviewer", first, "approve").ok();
        assertThat(node.site().get("/faq/" + slug).status()).isEqualTo(404);
        var second = guides.task("reviewer", ref);
        assertThat(guides.decide("reviewer", second, "approve").problem()).isEqualTo("already-approved");
        guides.decide("second-reviewer", second, "approve").ok();

        var delivered = node.site().get("/faq/" + slug + "?format=html").json();
        assertThat(delivered.at("/content/answer").asString()).isEqualTo("<p><em>Because</em></p>");
        assertThat(delivered.at("/review/reviewedBy").values()).hasSize(2);
    }
}
