// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.administration;

import dev.imprimatur.history.EditionId;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.review.EditionMoves;
import dev.imprimatur.review.EditionMoves.Wanted;
import dev.imprimatur.review.WorkflowDesign;
import dev.imprimatur.studio.DisplayText;
import dev.imprimatur.studio.Flash;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Shows administrators the editions that follow a workflow, and where they would stand in another version; moves those that are chosen. */
@Controller
@RequestMapping("/studio/workflows/{id}/editions")
@PreAuthorize("hasRole('ADMIN')")
class WorkflowEditionsPage {
    private static final int ON_A_PAGE = 50;
    private static final String PUBLISHED = "published";

    private final WorkflowDesign design;
    private final EditionMoves moves;

    WorkflowEditionsPage(WorkflowDesign design, EditionMoves moves) {
        this.design = design;
        this.moves = moves;
    }

    /**
     * @param state {@code in-progress} or {@code published}
     * @param to the version for which a preview is wanted; null for the current one, if it was uploaded
     */
    @GetMapping
    String editions(
            @PathVariable String id,
            @RequestParam(defaultValue = "in-progress") String state,
            @RequestParam(required = false) @Nullable Integer to,
            @RequestParam(required = false) @Nullable String cursor,
            Model model) {
        var workflow = design.require(id);
        var usable = design.versions(id).stream()
                .filter(version -> version.usable() && version.number() > 0)
                .toList();
        var wanted = to != null || usable.isEmpty()
                ? to
                : Integer.valueOf(usable.getFirst().number());
        var query = new EditionMoves.Query(id, state.equals(PUBLISHED), null, wanted);
        var page = moves.list(query, cursor, ON_A_PAGE);
        model.addAttribute("workflow", workflow);
        model.addAttribute("usable", usable);
        model.addAttribute("to", wanted);
        model.addAttribute("state", query.live() ? PUBLISHED : "in-progress");
        model.addAttribute("editions", page.items());
        model.addAttribute("nextCursor", page.next());
        return "studio/workflow-editions";
    }

    /** @param chosen the id of each edition, a colon, and the length of its log on the page */
    @PostMapping
    String move(
            @PathVariable String id,
            @RequestParam int to,
            @RequestParam(defaultValue = "in-progress") String state,
            @RequestParam(name = "edition", required = false) @Nullable List<String> chosen,
            Person me,
            Model model,
            RedirectAttributes redirect) {
        try {
            var wanted = chosen == null
                    ? List.<Wanted>of()
                    : chosen.stream()
                            .distinct()
                            .map(WorkflowEditionsPage::wanted)
                            .toList();
            if (wanted.isEmpty())
                throw Refusal.malformed("/edition", "choose the editions to move")
                        .raise();
            var outcome = moves.move(id, to, wanted, false, me);
            Flash.notice(redirect, notice(outcome, to));
            redirect.addAttribute("to", to);
            redirect.addAttribute("state", state);
            return "redirect:/studio/workflows/{id}/editions";
        } catch (Refused refused) {
            model.addAttribute("refusal", refused.refusal());
            return editions(id, state, to, null, model);
        }
    }

    private static String notice(EditionMoves.Outcome outcome, int to) {
        String moved = DisplayText.count(outcome.moved().size(), "edition") + " moved to version " + to + ".";
        return outcome.changed().isEmpty()
                ? moved
                : moved + " " + DisplayText.count(outcome.changed().size(), "edition")
                        + " changed since you looked, and did not move: look again.";
    }

    private static Wanted wanted(String chosen) {
        int colon = chosen.lastIndexOf(':');
        try {
            return new Wanted(
                    EditionId.parse(chosen.substring(0, Math.max(0, colon))),
                    Integer.valueOf(chosen.substring(colon + 1)),
                    "/edition");
        } catch (IllegalArgumentException wrong) {
            throw Refusal.malformed("/edition", "is not an edition of this page")
                    .raise();
        }
    }
}
