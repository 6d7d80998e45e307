// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.editing;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import dev.imprimatur.testing.Guides.Ref;
import dev.imprimatur.testing.Node;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A guide is shown with its last published title; if the title of the draft differs, it is shown beside it. */
class TitlesTest {
    private final Node node = Node.shared();

    private void retitle(Ref guide, String title) {
        String etag = node.as("editor").get(guide.path() + "/draft").header("ETag");
        node.as("editor")
                .patch(guide.path() + "/draft", Map.of("title", title), "If-Match", etag)
                .ok();
    }

    private static String titles(JsonNode guide) {
        return guide.get("title").asString()
                + (guide.has("draftTitle")
                        ? ", draft: " + guide.get("draftTitle").asString()
                        : "");
    }

    private String titles(Ref guide) {
        return titles(node.guides().state(guide));
    }

    private void submitAndApprove(Ref guide) {
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
        node.guides()
                .decide("reviewer", node.guides().task("reviewer", guide), "approve")
                .ok();
    }

    private Ref published(String title) {
        var guide = node.guides().drafted();
        retitle(guide, title);
        submitAndApprove(guide);
        return guide;
    }

    @Test
    void aGuideThatWasNeverLiveHasTheTitleOfItsDraft() {
        var guide = node.guides().drafted();
        retitle(guide, "First");
        assertThat(titles(guide)).isEqualTo("First");
        retitle(guide, "Second");
        assertThat(titles(guide)).isEqualTo("Second");

        node.as("editor").delete(guide.path() + "/editions/current").ok();

        assertThat(titles(guide)).isEqualTo("Second");
    }

    @Test
    void theDraftsTitleStandsBesideTheLiveOneUntilItIsPublished() {
        var guide = published("Live title");
        node.as("editor").post(guide.path() + "/editions", null).ok();
        assertThat(titles(guide)).isEqualTo("Live title");

        retitle(guide, "Other title");
        assertThat(titles(guide)).isEqualTo("Live title, draft: Other title");
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
        assertThat(titles(guide)).isEqualTo("Live title, draft: Other title");
        assertThat(titles(node.guides().task("reviewer", guide).get("guide")))
                .isEqualTo("Live title, draft: Other title");

        node.guides()
                .decide("reviewer", node.guides().task("reviewer", guide), "approve")
                .ok();
        assertThat(titles(guide)).isEqualTo("Other title");
    }

    @Test
    void aTitleThatWasGivenUpNeverStandsForTheGuide() {
        var guide = published("Live title");
        node.as("editor").post(guide.path() + "/editions", null).ok();
        retitle(guide, "Given up " + guide.slug());
        node.as("editor").delete(guide.path() + "/editions/current").ok();

        assertThat(titles(guide)).isEqualTo("Live title");
        assertThat(found("Given up " + guide.slug())).isZero();
        node.as("editor").post(guide.path() + "/editions", null).ok();
        assertThat(titles(guide)).isEqualTo("Live title");
    }

    @Test
    void whatReadersNoLongerSeeKeepsTheTitleTheySaw() {
        var guide = published("Live title");
        node.as("publisher")
                .post(guide.path() + "/unpublish", Map.of("reason", "wrong"))
                .ok();
        assertThat(titles(guide)).isEqualTo("Live title");

        node.as("editor").post(guide.path() + "/editions", null).ok();
        retitle(guide, "Other title");
        assertThat(titles(guide)).isEqualTo("Live title, draft: Other title");
    }

    @Test
    void aDraftWithoutATitleIsKnownByItsSlug() {
        var guide = published("Live title");
        node.as("editor").post(guide.path() + "/editions", null).ok();

        retitle(guide, "  ");

        assertThat(titles(guide)).isEqualTo("Live title, draft: " + guide.slug());
    }

    /** Cards of an earlier version have the title of the draft, without {@code titleOf} and {@code drafted}. */
    @Test
    void aCardOfAnEarlierVersionIsReadAndBroughtUpToTheFacts() {
        var guide = published("Live title");
        node.as("editor").post(guide.path() + "/editions", null).ok();
        retitle(guide, "Other title");
        node.bean(MongoDatabase.class)
                .getCollection("guides")
                .updateOne(
                        Filters.eq("_id", guide.id()),
                        Updates.combine(
                                Updates.set("title", "Other title"),
                                Updates.unset("titleOf"),
                                Updates.unset("drafted")));
        assertThat(titles(guide)).isEqualTo("Other title");

        node.bean(Editions.class).refreshCard(guide.id());

        assertThat(titles(guide)).isEqualTo("Live title, draft: Other title");
    }

    @Test
    void anOlderVersionOfADraftNeverTakesThePlaceOfALaterOne() {
        var guide = node.guides().drafted();
        var guides = node.bean(Guides.class);
        retitle(guide, "Earlier");
        var earlier = guides.find(guide.id()).orElseThrow();
        retitle(guide, "Later");

        guides.retitle(earlier);

        assertThat(titles(guide)).isEqualTo("Later");
    }

    @Test
    void aGuideIsFoundByBothTitles() {
        var guide = published("Live of " + node.guides().drafted().slug());
        String live = titles(guide);
        node.as("editor").post(guide.path() + "/editions", null).ok();
        retitle(guide, "Draft of " + guide.slug());

        assertThat(found(live)).isOne();
        assertThat(found("draft of " + guide.slug())).isOne();
    }

    private int found(String text) {
        return node.as("editor")
                .get("/role-guide?q=" + text.replace(" ", "%20"))
                .ok()
                .get("items")
                .size();
    }
}
