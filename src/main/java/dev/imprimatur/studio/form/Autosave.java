// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.form;

import dev.imprimatur.diff.Change;
import dev.imprimatur.drafts.EditConflict;
import dev.imprimatur.drafts.Edits;
import dev.imprimatur.drafts.EditsJson;
import dev.imprimatur.editing.Editing;
import dev.imprimatur.editing.Guide;
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

/** The endpoint of the edit page's script, which sends single edits and never the whole form. */
@Controller
@RequestMapping(
        path = "/studio/guides/{id}",
        headers = {FormOwnership.SCRIPT, FormOwnership.WRITER_HEADER})
class Autosave {
    private final Editing editing;
    private final Review review;
    private final DraftForm drafting;
    private final ActiveEditors presence;
    private final DisplayText words;

    Autosave(Editing editing, Review review, DraftForm drafting, ActiveEditors presence, DisplayText words) {
        this.editing = editing;
        this.review = review;
        this.drafting = drafting;
        this.presence = presence;
        this.words = words;
    }

    /**
     * The answer to edits.
     *
     * @param etag of the draft as it is now
     * @param savedAt when it was last changed
     * @param savedBy by whom, as colleagues see the name
     * @param before who had changed it last before the edits
     * @param values its texts by path
     * @param lists the ids of its items by the path of the list
     * @param outcomes one for each edit, in their order
     * @param missing what keeps the draft from being submitted
     * @param warnings what in the draft readers do not see as it was meant
     * @param here who else has it open
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
     * What the person is asked.
     *
     * @param pieces from theirs to mine
     */
    record Asking(
            String path,
            String label,
            EditConflict.Kind kind,
            @Nullable String mine,
            @Nullable String theirs,
            List<Change.Piece> pieces) {}

    /** Saves the edits of a person; without any, tells how the draft stands. */
    @PostMapping("/edits")
    @ResponseBody
    @PreAuthorize("hasAnyRole('EDITOR', 'REVIEWER')")
    Answer edits(@PathVariable String id, @RequestBody JsonNode body, Person me) {
        var guide = editing.require(id);
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
                fault == null ? null : drafting.told(guide, saved.draft(), fault),
                question == null ? null : asking(drafting.asked(guide, saved.draft(), question)));
    }

    private static Asking asking(ConflictQuestion asked) {
        var question = asked.question();
        return new Asking(
                question.path(), asked.label(), question.kind(), question.mine(), question.theirs(), asked.pieces());
    }

    /**
     * Why it was not submitted.
     *
     * @param faults what has to be mended, at its places
     */
    record NotSubmitted(String detail, List<DraftForm.Wrong> faults) {}

    /** Puts forward what the person has seen: exactly the version with that entity tag. */
    @PostMapping("/submit")
    @PreAuthorize("hasRole('EDITOR')")
    ResponseEntity<?> submit(
            @PathVariable String id,
            @RequestBody JsonNode body,
            HttpServletRequest request,
            HttpServletResponse response,
            Person me) {
        var guide = editing.require(id);
        String message = body.path("message").asString("");
        try {
            review.submit(guide, body.path("etag").asString(""), message.isBlank() ? null : message, me);
        } catch (Refused refused) {
            var refusal = refused.refusal();
            return ResponseEntity.status(refusal.kind().status())
                    .body(new NotSubmitted(
                            refusal.detail(), drafting.wrong(guide, editing.draft(guide), refusal.faults())));
        }
        String next = "/studio/guides/" + id + "/review";
        RequestContextUtils.getOutputFlashMap(request).put("told", "“" + guide.title() + "” is submitted for review.");
        RequestContextUtils.saveOutputFlashMap(next, request, response);
        return ResponseEntity.ok(Map.of("location", next));
    }

    private static int edition(JsonNode body) {
        return body.path("edition")
                .asIntOpt()
                .orElseThrow(() -> Refusal.malformed("/edition", "is a number").raise());
    }
}
