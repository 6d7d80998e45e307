// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.editing.Editions;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Http.Answer;
import dev.imprimatur.testing.Node;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Unpublishing ends the approval of a text. Whoever wrote the text stays a contributor, and cannot approve it again alone. */
@Tag("store")
class WithdrawnWordsTest {
    private final Node node = Node.shared();
    private final Guides guides = node.guides();

    /** Returns a published guide with text by somebody who also reviews. */
    private Guides.Ref writtenByBoth() {
        var guide = guides.drafted();
        guides.edit("both", guide, "Written by both.").ok();
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
        guides.decide("reviewer", guides.task("reviewer", guide), "approve").ok();
        return guide;
    }

    private void opened(Guides.Ref guide) {
        node.as("editor").post(guide.path() + "/editions", null).ok();
    }

    private void submitted(Guides.Ref guide) {
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
    }

    private void withdrawn(Guides.Ref guide) {
        node.as("publisher")
                .post(guide.path() + "/unpublish", Map.of("reason", "it is wrong"))
                .ok();
    }

    private void restored(Guides.Ref guide, int revision) {
        String etag = node.as("editor").get(guide.path() + "/draft").header("ETag");
        node.as("editor")
                .post(guide.path() + "/revisions/" + revision + "/restore", null, "If-Match", etag)
                .ok();
    }

    private Answer approvedBy(String username, Guides.Ref guide) {
        return guides.decide(username, guides.task(username, guide), "approve");
    }

    private void assertOnlyAnotherReviewerCanApprove(Guides.Ref guide) {
        var own = approvedBy("both", guide);

        assertThat(own.status()).as(own.body()).isEqualTo(403);
        assertThat(own.problem()).isEqualTo("contributor");
        assertThat(approvedBy("second-reviewer", guide).status()).isEqualTo(200);
        assertThat(guides.read(guide).status()).isEqualTo(200);
    }

    @Test
    void ownTextSubmittedUnchangedAfterUnpublishing() {
        var guide = writtenByBoth();
        withdrawn(guide);
        opened(guide);
        submitted(guide);

        assertThat(guides.state(guide).at("/edition/contributors").toString()).contains("both", "editor");
        assertOnlyAnotherReviewerCanApprove(guide);
    }

    @Test
    void aNextEditionOpenedWhileTheGuideWasPublished() {
        var guide = writtenByBoth();
        opened(guide);
        withdrawn(guide);
        submitted(guide);

        assertOnlyAnotherReviewerCanApprove(guide);
    }

    @Test
    void aNextEditionUnderReviewWhenTheGuideWasUnpublished() {
        var guide = writtenByBoth();
        guides.nextEditionSubmitted(guide, "One line of the editor's.");
        withdrawn(guide);

        assertOnlyAnotherReviewerCanApprove(guide);
    }

    @Test
    void textFromBeforeTheUnpublishedEdition() {
        var guide = writtenByBoth();
        guides.nextEditionSubmitted(guide, "One line of the editor's.");
        assertThat(approvedBy("both", guide).status())
                .as("somebody else vouched for the rest, and it was live")
                .isEqualTo(200);
        withdrawn(guide);
        opened(guide);
        submitted(guide);

        assertOnlyAnotherReviewerCanApprove(guide);
    }

    @Test
    void aDiscardedEditionInBetween() {
        var guide = writtenByBoth();
        withdrawn(guide);
        opened(guide);
        node.as("editor").delete(guide.path() + "/editions/current").ok();
        opened(guide);
        submitted(guide);

        assertOnlyAnotherReviewerCanApprove(guide);
    }

    @Test
    void aRestoredRevisionHasAllItsAuthorsAsContributors() {
        var guide = writtenByBoth();
        guides.nextEditionSubmitted(guide, "The editor's line.");
        approvedBy("second-reviewer", guide).ok();
        guides.nextEditionSubmitted(guide, "Another line of the editor's.");
        approvedBy("second-reviewer", guide).ok();
        opened(guide);
        restored(guide, 2);
        submitted(guide);

        assertOnlyAnotherReviewerCanApprove(guide);
    }

    @Test
    void ownTextConfirmedAfterItWasPublishedAgain() {
        var guide = writtenByBoth();
        withdrawn(guide);
        opened(guide);
        submitted(guide);
        approvedBy("second-reviewer", guide).ok();
        var editions = node.bean(Editions.class);
        var live = editions.of(guide.id()).getLast();

        assertThat(editions.contributors(live, live.submitted().orElseThrow())).contains("both");
    }

    @Test
    void authorsOfAPublishedGuideReviewTheChangesOfOthers() {
        var guide = writtenByBoth();
        guides.nextEditionSubmitted(guide, "The editor's line.");

        assertThat(approvedBy("both", guide).status()).isEqualTo(200);
    }
}
