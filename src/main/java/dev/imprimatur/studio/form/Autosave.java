// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.form;

import dev.imprimatur.diff.Change;
import dev.imprimatur.drafts.EditConflict;
import dev.imprimatur.drafts.Edits;
import dev.imprimatur.drafts.EditsJson;
import dev.imprimatur.editing.Drafts;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.review.Review;
import dev.imprimatur.studio.DisplayText;
import dev.imprimatur.studio.FormOwnership;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseBody;
import org.springframework.web.servlet.support.RequestContextUtils;
import tools.jackson.databind.JsonNode;

/** The endpoint for the script of the edit page, which sends single edits and never the whole form. */
@Controller
@RequestMapping(
        path = "/studio/guides/{id}",
        headers = {FormOwnership.SCRIPT, FormOwnership.WRITER_HEADER})
class Autosave {
    private final Guides guides;
    private final Drafts drafts;
    private final Review review;
    private final DraftForm drafting;
    private final ActiveEditors presence;
    private final DisplayText words;

    Autosave(
            Guides guides,
            Drafts drafts,
            Review review,
            DraftForm drafting,
            ActiveEditors presence,
            DisplayText words) {
        this.guides = guides;
        this.drafts = drafts;
        this.review = review;
        this.drafting = drafting;
        this.presence = presence;
        this.words = words;
    }

    /**
     * The answer to a request with edits.
     *
     * @param etag the entity tag of the draft after the edits
     * @param savedAt when the draft was last changed
     * @param savedBy who last changed the draft, as a display name
     * @param before who had last changed the draft before these edits
     * @param values the texts of the draft, by path
     * @param lists the ids of each list's items, by the path of the list
     * @param outcomes one outcome for each edit, in their order
     * @param missing the faults that prevent a submission
     * @param warnings what readers do not see as it was meant
     * @param here the display names of the others who have the draft open
     */
    record Answer(
            String etag,
            Instant savedAt,
            String savedBy,
            String before,
            Map<String, String> values,
            Map<String, List<String>> lists,
            List<Outcome> outcomes,
            List<DraftForm.Wrong> missing,
            List<DraftForm.Wrong> warnings,
            List<String> here) {}

    /** @param saved whether the edit is in the draft */
    record Outcome(
            boolean saved,
            DraftForm.@Nullable Wrong fault,
            @Nullable Asking question) {}

    /**
     * A conflict that the person is asked to resolve.
     *
     * @param pieces the difference from their text to mine
     */
    record Asking(
            String path,
            String label,
            EditConflict.Kind kind,
            @Nullable String mine,
            @Nullable String theirs,
            List<Change.Piece> pieces) {}

    /** Saves edits. A request without edits only returns the state of the draft. */
    @PostMapping("/edits")
    @ResponseBody
    @PreAuthorize("hasAnyRole('EDITOR', 'REVIEWER')")
    Answer edits(@PathVariable String id, @RequestBody JsonNode body, Person me) {
        var guide = guides.require(id);
        var saved = drafting.save(guide, edition(body), EditsJson.read(body.path("edits")), me);
        return new Answer(
                saved.copy().etag(),
                saved.copy().updatedAt(),
                words.name(saved.copy().updatedBy()),
                before(saved.found().updatedBy(), me),
                saved.draft().values(),
                saved.draft().lists(),
                saved.outcomes().stream()
                        .map(outcome -> outcome(guide, saved, outcome))
                        .toList(),
                drafting.missing(guide, saved.copy()),
                drafting.warnings(guide, saved.copy()),
                presence.open(id, me.account()).stream().map(words::name).toList());
    }

    private String before(String account, Person me) {
        return account.equals(me.account()) ? "somebody signed in as you" : words.name(account);
    }

    private Outcome outcome(Guide guide, DraftForm.Saved saved, Edits.Outcome outcome) {
        var fault = outcome.fault();
        var question = outcome.conflict();
        return new Outcome(
                outcome.saved(),
                fault == null ? null : drafting.describe(guide, saved.draft(), fault),
                question == null ? null : asking(drafting.asked(guide, saved.draft(), question)));
    }

    private static Asking asking(ConflictQuestion asked) {
        var question = asked.question();
        return new Asking(
                question.path(), asked.label(), question.kind(), question.mine(), question.theirs(), asked.pieces());
    }

    /**
     * The reason why the draft was not submitted.
     *
     * @param faults the faults to correct, with their places
     */
    record NotSubmitted(String detail, List<DraftForm.Wrong> faults) {}

    /** Submits exactly the version of the draft that has the given entity tag, which is the version that the person has seen. */
    @PostMapping("/submit")
    @PreAuthorize("hasRole('EDITOR')")
    ResponseEntity<?> submit(
            @PathVariable String id,
            @RequestBody JsonNode body,
            HttpServletRequest request,
            HttpServletResponse response,
            Person me) {
        var guide = guides.require(id);
        String message = body.path("message").asString("");
        try {
            review.submit(guide, body.path("etag").asString(""), message.isBlank() ? null : message, me);
        } catch (Refused refused) {
            var refusal = refused.refusal();
            return ResponseEntity.status(refusal.kind().status())
                    .body(new NotSubmitted(
                            refusal.detail(), drafting.wrong(guide, drafts.of(guide), refusal.faults())));
        }
        String next = "/studio/guides/" + id + "/review";
        RequestContextUtils.getOutputFlashMap(request)
                .put("notice", DisplayText.quoted(guide.title()) + " is submitted for review.");
        RequestContextUtils.saveOutputFlashMap(next, request, response);
        return ResponseEntity.ok(Map.of("location", next));
    }

    private static int edition(JsonNode body) {
        return body.path("edition")
                .asIntOpt()
                .orElseThrow(() -> Refusal.malformed("/edition", "is a number").raise());
    }
}
