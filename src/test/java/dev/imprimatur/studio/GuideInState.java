// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio;

import static org.awaitility.Awaitility.await;

import dev.imprimatur.editing.Editions;
import dev.imprimatur.history.Decision;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.people.Person;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Node;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.scheduling.annotation.ScheduledAnnotationBeanPostProcessor;
import tools.jackson.databind.JsonNode;

/**
 * A guide in one of the states of its life.
 *
 * @param name describes the state
 * @param decides the role that has to decide next; null if no decision is open
 */
record GuideInState(String name, Guides.Ref guide, String decides) {
    private static final Duration HALF_A_YEAR = Duration.ofDays(187);

    /** Creates a guide in each state. Moves the clock of the node. */
    static List<GuideInState> all(Node node) {
        var guides = node.guides();
        var editor = node.as("editor");
        var overdue = guides.published();
        node.clock().forward(Duration.ofDays(10));
        var due = guides.published();
        var revised = guides.published();
        node.clock().forward(HALF_A_YEAR.minusDays(10));
        await().atMost(Duration.ofSeconds(60))
                .until(() -> guides.find("reviewer", due).isPresent()
                        && guides.find("reviewer", revised).isPresent()
                        && guides.find("reviewer", overdue).isPresent()
                        && node.bean(dev.imprimatur.editing.Guides.class)
                                .require(overdue.id())
                                .overdue());
        guides.decide("reviewer", guides.task("reviewer", revised), "revise").ok();

        var all = new ArrayList<GuideInState>();
        all.add(new GuideInState("review due, re-review open", due, "REVIEWER"));
        all.add(new GuideInState("overdue", overdue, "REVIEWER"));
        all.add(new GuideInState("next edition called for by its re-review", revised, null));
        all.add(new GuideInState("draft, never submitted", guides.drafted(), null));
        var sentBack = guides.submitted();
        comment(node, sentBack);
        guides.decide("reviewer", guides.task("reviewer", sentBack), "request-changes")
                .ok();
        all.add(new GuideInState("draft after changes were requested", sentBack, null));
        var inReview = guides.submitted();
        comment(node, inReview);
        all.add(new GuideInState("in review", inReview, "REVIEWER"));
        var edited = guides.submitted();
        guides.edit("second-editor", edited, "Edited after it was submitted.").ok();
        all.add(new GuideInState("in review, edited since", edited, "REVIEWER"));
        var claimed = guides.submitted();
        node.as("reviewer")
                .post("/tasks/" + id(guides.task("reviewer", claimed)) + "/claim", null)
                .ok();
        all.add(new GuideInState("in review, claimed", claimed, "REVIEWER"));
        all.add(new GuideInState("live", guides.published(), null));
        var nextDraft = guides.published();
        editor.post(nextDraft.path() + "/editions", null).ok();
        all.add(new GuideInState("live, next in draft", nextDraft, null));
        all.add(new GuideInState(
                "live, next in review", guides.nextEditionSubmitted(guides.published(), "Another."), "REVIEWER"));
        var superseded = guides.nextEditionSubmitted(guides.published(), "A second edition.");
        guides.decide("reviewer", guides.task("reviewer", superseded), "approve")
                .ok();
        all.add(new GuideInState("live, first edition superseded", superseded, null));
        var unpublished = guides.published();
        node.as("publisher")
                .post(unpublished.path() + "/unpublish", Map.of("reason", "wrong"))
                .ok();
        all.add(new GuideInState("unpublished", unpublished, null));
        var redirected = guides.published();
        node.as("publisher")
                .post(redirected.path() + "/unpublish", Map.of("reason", "moved", "redirectTo", superseded.slug()))
                .ok();
        all.add(new GuideInState("unpublished with a redirect", redirected, null));
        var reopened = guides.published();
        node.as("publisher")
                .post(reopened.path() + "/unpublish", Map.of("reason", "wrong"))
                .ok();
        editor.post(reopened.path() + "/editions", null).ok();
        all.add(new GuideInState("unpublished, next in draft", reopened, null));
        var discarded = guides.submitted();
        editor.delete(discarded.path() + "/editions/current").ok();
        all.add(new GuideInState("given up, never live", discarded, null));
        var discardedNext = guides.nextEditionSubmitted(guides.published(), "To be given up.");
        editor.delete(discardedNext.path() + "/editions/current").ok();
        all.add(new GuideInState("live, next given up", discardedNext, null));
        var planned = guides.submitted();
        schedule(node, planned, "publishAt");
        all.add(new GuideInState("in review, publication scheduled", planned, "REVIEWER"));
        var waiting = guides.submitted();
        schedule(node, waiting, "publishAt");
        guides.decide("reviewer", guides.task("reviewer", waiting), "approve").ok();
        all.add(new GuideInState("approved, waits for its publication", waiting, null));
        var ending = guides.published();
        schedule(node, ending, "unpublishAt");
        all.add(new GuideInState("live, end of the publication scheduled", ending, null));
        all.add(new GuideInState("another type, facts to be checked", question(node, "facts"), "EDITOR"));
        var half = question(node, "half");
        guides.decide("second-editor", guides.task("second-editor", half), "facts-hold")
                .ok();
        guides.decide("reviewer", guides.task("reviewer", half), "approve").ok();
        all.add(new GuideInState("another type, one approval of two", half, "REVIEWER"));
        all.add(new GuideInState("approved, not yet published", approved(node), null));
        return all;
    }

    private static String id(JsonNode task) {
        return task.get("id").asString();
    }

    private static void schedule(Node node, Guides.Ref guide, String what) {
        String at = node.clock().instant().plus(HALF_A_YEAR).toString();
        node.as("publisher").put(guide.path() + "/schedule", Map.of(what, at)).ok();
    }

    private static void comment(Node node, Guides.Ref guide) {
        node.as("reviewer")
                .post(guide.path() + "/comments", Map.of("revision", 1, "pointer", "/summary", "body", "Shorter?"))
                .ok();
    }

    private static Guides.Ref question(Node node, String slug) {
        var content = Map.of("question", "Why?", "answer", "Because.");
        var created = node.as("editor")
                .post("/faq", Map.of("slug", slug, "content", content))
                .ok();
        node.as("editor").post("/faq/" + id(created) + "/submit", Map.of()).ok();
        return new Guides.Ref(id(created), slug);
    }

    /**
     * The state after a crash between the approval and its consequences. The reconciler is stopped, so that it does not repair the
     * state.
     */
    private static Guides.Ref approved(Node node) {
        var guide = node.guides().submitted();
        var scheduler = node.bean(ScheduledAnnotationBeanPostProcessor.class);
        scheduler.postProcessBeforeDestruction(
                node.bean("processesHealthIndicator", Object.class), "processesHealthIndicator");
        var edition = new EditionId(guide.id(), 1);
        var editions = node.bean(Editions.class);
        var by = new Person("reviewer", "The reviewer", null, Set.of("REVIEWER"));
        editions.decide(
                edition,
                new Decision(
                        "review",
                        1,
                        "approve",
                        Decision.Effect.APPROVE,
                        editions.get(edition).submitted().orElseThrow(),
                        null,
                        null,
                        null,
                        by),
                1,
                List.of());
        return guide;
    }
}
