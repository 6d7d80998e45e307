// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.drafts;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Visitor;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What was written between two submissions can be looked at and put back, and nothing that is put aside is lost. */
@Tag("store")
class DraftVersionsTest {
    private final Node node = Node.start();
    private final Guides guides = node.guides();

    /** A version is kept at the end of each five minutes: a test begins with new ones, so that they do not end by themselves. */
    @BeforeEach
    void beginAtTheStartOfAStretch() {
        long stretch = Duration.ofMinutes(5).toMillis();
        node.clock().to(Instant.ofEpochMilli((node.clock().millis() / stretch + 1) * stretch));
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private Http.Answer write(String who, Guides.Ref guide, String summary) {
        return guides.edit(who, guide, summary);
    }

    private void minutesPass(int minutes) {
        node.clock().forward(Duration.ofMinutes(minutes));
    }

    private JsonNode versions(Guides.Ref guide) {
        return node.as("publisher").get(guide.path() + "/draft/versions").ok().get("items");
    }

    private List<String> names(Guides.Ref guide) {
        return versions(guide)
                .valueStream()
                .map(it -> it.get("version").asString())
                .toList();
    }

    private Http.Answer version(Guides.Ref guide, String name) {
        return node.as("publisher").get(guide.path() + "/draft/versions/" + name);
    }

    private String etag(Guides.Ref guide) {
        return node.as("editor").get(guide.path() + "/draft").header("ETag");
    }

    private Http.Answer restore(String who, Guides.Ref guide, String name, String etag) {
        return node.as(who).send("POST", guide.path() + "/draft/versions/" + name + "/restore", null, "If-Match", etag);
    }

    private String summary(Guides.Ref guide) {
        return node.as("editor")
                .get(guide.path() + "/draft")
                .ok()
                .at("/content/summary")
                .asString();
    }

    @Test
    void ofEveryFewMinutesTheLastVersionIsKept() {
        var guide = guides.drafted();
        assertThat(names(guide)).isEmpty();
        minutesPass(5);
        for (String words : List.of("One.", "Two.", "Three."))
            write("editor", guide, words).ok();
        String third = etag(guide).replace("\"", "");
        minutesPass(5);
        write("second-editor", guide, "Four.").ok();

        // the draft as it was created is the last version of its minutes, too
        assertThat(names(guide)).containsExactly(third, "1-1");
        var kept = versions(guide).get(0);
        assertThat(kept.get("updatedBy").asString()).isEqualTo("editor");
        assertThat(kept.has("content")).isFalse();
        var read = version(guide, third).ok();
        assertThat(read.at("/content/summary").asString()).isEqualTo("Three.");
        assertThat(read.get("contributors").valueStream().map(JsonNode::asString))
                .containsExactly("editor");
    }

    @Test
    void aVersionIsPutBackAndWhatItReplacesIsKept() {
        var guide = guides.drafted();
        write("editor", guide, "Good words.").ok();
        String good = etag(guide).replace("\"", "");
        minutesPass(6);
        write("second-editor", guide, "A mistake.").ok();
        String mistake = etag(guide);

        assertThat(restore("editor", guide, good, "\"1-1\"").status()).isEqualTo(412);
        assertThat(summary(guide)).isEqualTo("A mistake.");
        var restored = restore("editor", guide, good, mistake).ok();
        assertThat(restored.at("/content/summary").asString()).isEqualTo("Good words.");
        assertThat(names(guide)).contains(mistake.replace("\"", ""), good);

        restore("editor", guide, mistake.replace("\"", ""), etag(guide)).ok();
        assertThat(summary(guide)).isEqualTo("A mistake.");
    }

    @Test
    void aRevisionThatIsPutBackReplacesNothingForGood() {
        var guide = guides.published();
        node.as("editor").post(guide.path() + "/editions", null).ok();
        write("editor", guide, "In no revision.").ok();
        String before = etag(guide);

        node.as("editor")
                .post(guide.path() + "/revisions/1/restore", null, "If-Match", before)
                .ok();

        assertThat(version(guide, before.replace("\"", ""))
                        .ok()
                        .at("/content/summary")
                        .asString())
                .isEqualTo("In no revision.");
    }

    @Test
    void theDraftOfAnEditionThatWasGivenUpIsPutIntoTheNext() {
        var guide = guides.published();
        node.as("second-editor").post(guide.path() + "/editions", null).ok();
        write("second-editor", guide, "Given up.").ok();
        String last = etag(guide).replace("\"", "");
        node.as("editor").delete(guide.path() + "/editions/current").ok();
        assertThat(names(guide)).containsExactly(last);
        assertThat(restore("editor", guide, last, "\"" + last + "\"").status()).isEqualTo(409);

        node.as("editor").post(guide.path() + "/editions", null).ok();
        assertThat(summary(guide)).isNotEqualTo("Given up.");
        var restored = restore("editor", guide, last, etag(guide)).ok();

        assertThat(restored.at("/content/summary").asString()).isEqualTo("Given up.");
        assertThat(restored.get("contributors").valueStream().map(JsonNode::asString))
                .contains("editor", "second-editor");
    }

    /** Four eyes: whoever wrote the words that are put back cannot approve them. */
    @Test
    void whoeverWroteAVersionContributesToTheEditionThatItIsPutInto() {
        var guide = guides.published();
        node.as("editor").post(guide.path() + "/editions", null).ok();
        write("reviewer", guide, "The reviewer's words.").ok();
        String theirs = etag(guide).replace("\"", "");
        node.as("editor").delete(guide.path() + "/editions/current").ok();
        node.as("editor").post(guide.path() + "/editions", null).ok();
        restore("editor", guide, theirs, etag(guide)).ok();
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();

        var task = guides.task("second-reviewer", guide);
        assertThat(guides.decide("reviewer", task, "approve").status()).isEqualTo(403);
        guides.decide("second-reviewer", task, "approve").ok();
    }

    @Test
    void aLostAnswerToARestoreIsTheSameWhenAskedAgain() {
        var guide = guides.drafted();
        write("editor", guide, "Good words.").ok();
        String good = etag(guide).replace("\"", "");
        minutesPass(6);
        write("editor", guide, "A mistake.").ok();
        String mistake = etag(guide);
        String path = guide.path() + "/draft/versions/" + good + "/restore";

        var first = node.as("editor").send("POST", path, null, "If-Match", mistake, "Idempotency-Key", "again");
        var second = node.as("editor").send("POST", path, null, "If-Match", mistake, "Idempotency-Key", "again");

        assertThat(second.ok()).isEqualTo(first.ok());
        assertThat(summary(guide)).isEqualTo("Good words.");
    }

    @Test
    void namesOfNoVersionAreNotFound() {
        var guide = guides.drafted();
        var other = guides.drafted();
        minutesPass(6);
        write("editor", other, "Another guide.").ok();

        for (String name : List.of("1-1", "1-999", "2-1", "0-1", "1", "x", "1-1-altered", "99999999999-1", "1--1"))
            assertThat(version(guide, name).status()).as(name).isEqualTo(404);
        assertThat(restore("editor", guide, "1-7", etag(guide)).status()).isEqualTo(404);
        assertThat(version(other, "1-1").status()).isEqualTo(200);
        assertThat(restore("reviewer", other, "1-1", etag(other)).status()).isEqualTo(403);
        assertThat(restore("publisher", other, "1-1", etag(other)).status()).isEqualTo(403);
    }

    @Test
    void aVersionThatSomebodyChangedInTheDatabaseIsNotPutBack() {
        var guide = guides.drafted();
        minutesPass(6);
        write("editor", guide, "Later words.").ok();
        var stored = node.bean(MongoDatabase.class).getCollection("draft_versions");
        stored.updateMany(Filters.empty(), Updates.set("copy.content", "{\"summary\":\"Forged.\"}"));

        assertThat(versions(guide).get(0).get("altered").asBoolean()).isTrue();
        var refused = restore("editor", guide, "1-1", etag(guide));
        assertThat(refused.status()).as("%s", refused).isEqualTo(503);
        assertThat(refused.problem()).isEqualTo("content-damaged");
        assertThat(summary(guide)).isEqualTo("Later words.");
        var page = Visitor.signedIn(node, "editor").get("/studio/guides/" + guide.id() + "/history?draft=1-1");
        assertThat(page.body()).contains("so it cannot be restored").doesNotContain("Put this version into the draft");
        assertThat(stored.countDocuments(new Document())).isEqualTo(1);
    }

    /** A restore that came too late keeps the last draft of an edition that is given up, which is listed in any case. */
    @Test
    void aVersionIsListedOnceAlsoIfItWasChangedInTheDatabase() {
        var guide = guides.published();
        node.as("editor").post(guide.path() + "/editions", null).ok();
        write("editor", guide, "Given up.").ok();
        String last = etag(guide).replace("\"", "");
        node.as("editor").delete(guide.path() + "/editions/current").ok();
        node.bean(DraftVersions.class)
                .keep(node.bean(WorkingCopies.class)
                        .find(new EditionId(guide.id(), 2))
                        .orElseThrow());
        assertThat(names(guide)).containsExactly(last);

        node.bean(MongoDatabase.class)
                .getCollection("draft_versions")
                .updateMany(Filters.empty(), Updates.set("copy.updatedBy", "somebody"));

        assertThat(names(guide)).containsExactly(last);
        assertThat(versions(guide).get(0).get("altered").asBoolean()).isTrue();
    }

    @Test
    void aRestoreWhoseAnswerIsLostIsAnsweredAlsoAfterTheSubmission() {
        var guide = guides.drafted();
        write("editor", guide, "Good words.").ok();
        String good = etag(guide).replace("\"", "");
        minutesPass(6);
        write("editor", guide, "A mistake.").ok();
        String mistake = etag(guide);
        String path = guide.path() + "/draft/versions/" + good + "/restore";
        node.as("editor")
                .send("POST", path, null, "If-Match", mistake, "Idempotency-Key", "lost")
                .ok();
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
        var approval = guides.task("reviewer", guide);
        guides.decide("reviewer", approval, "approve").ok();

        // as after a crash: only the draft knows the request
        node.bean(MongoDatabase.class).getCollection("idempotency_keys").deleteMany(Filters.empty());

        node.as("editor")
                .send("POST", path, null, "If-Match", mistake, "Idempotency-Key", "lost")
                .ok();
    }

    @Test
    void versionsAreDeletedAfterTheirTime() {
        var guide = guides.drafted();
        minutesPass(6);
        write("editor", guide, "Early.").ok();
        node.clock().forward(Duration.ofDays(20));
        write("editor", guide, "Later.").ok();
        node.clock().forward(Duration.ofDays(11));

        node.bean(DraftVersions.class).clean();

        assertThat(names(guide)).hasSize(1);
        assertThat(version(guide, "1-1").status()).isEqualTo(404);
    }

    @Test
    void thePageOfTheHistoryComparesAVersionAndPutsItBack() {
        var guide = guides.drafted();
        write("editor", guide, "Good words.").ok();
        String good = etag(guide).replace("\"", "");
        minutesPass(6);
        write("editor", guide, "Bad words.").ok();
        var visitor = Visitor.signedIn(node, "editor");
        String history = "/studio/guides/" + guide.id() + "/history";

        assertThat(visitor.get(history).body()).contains("Versions of drafts", ">" + good + "<");
        assertThat(visitor.get(history + "?draft=" + good).body())
                .contains("Version " + good + " to the draft now: +1 −1 words", "Put this version into the draft");
        var answer = visitor.post(
                history,
                "/studio/guides/" + guide.id() + "/restore-version",
                "version",
                good,
                "etag",
                etag(guide).replace("\"", ""));
        assertThat(answer.status()).as("%s", answer).isLessThan(400);
        assertThat(summary(guide)).isEqualTo("Good words.");
        assertThat(Visitor.signedIn(node, "reviewer")
                        .get(history + "?draft=" + good)
                        .body())
                .doesNotContain("Put this version into the draft");
    }
}
