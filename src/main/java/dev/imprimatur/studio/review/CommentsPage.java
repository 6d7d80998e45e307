// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.review;

import dev.imprimatur.comments.Comment;
import dev.imprimatur.comments.Discussions;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.GuideRevisions;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.history.Revision;
import dev.imprimatur.people.Person;
import dev.imprimatur.studio.FormOwnership;
import java.util.Set;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.context.request.WebRequest;

/**
 * Adds comments and answers, and resolves comments. The answer to a script is the one thread; a form without JavaScript is redirected to
 * the page.
 */
@Controller
@RequestMapping("/studio/guides/{id}/comments")
@PreAuthorize("hasAnyRole('EDITOR', 'REVIEWER')")
class CommentsPage {
    private final Guides guides;
    private final GuideRevisions guideRevisions;
    private final Discussions discussions;
    private final Threads threads;

    CommentsPage(Guides guides, GuideRevisions guideRevisions, Discussions discussions, Threads threads) {
        this.guides = guides;
        this.guideRevisions = guideRevisions;
        this.discussions = discussions;
        this.threads = threads;
    }

    /** @param once the unique key of the form, so that a form that is sent twice creates one comment */
    @PostMapping
    String say(
            @PathVariable String id,
            @RequestParam int revision,
            @RequestParam(defaultValue = "") String pointer,
            @RequestParam(defaultValue = "") String quote,
            @RequestParam(defaultValue = "") String parent,
            @RequestParam String body,
            @RequestParam(defaultValue = "") String once,
            @RequestParam(defaultValue = "both") String view,
            @RequestParam(defaultValue = "") String against,
            WebRequest request,
            Person me,
            Model model) {
        var guide = guides.require(id);
        String passage = quote.replace("\r\n", "\n").strip();
        var comment = discussions.say(
                guide,
                new Discussions.Remark(
                        revision,
                        pointer,
                        passage.isEmpty() ? null : passage,
                        parent.isBlank() ? null : parent,
                        body.replace("\r\n", "\n"),
                        once.isBlank() ? null : once),
                me);
        return answer(guide, comment, guideRevisions.require(guide, revision), view, against, request, me, model);
    }

    @PostMapping("/{comment}")
    String resolve(
            @PathVariable String id,
            @PathVariable String comment,
            @RequestParam boolean resolved,
            @RequestParam int revision,
            @RequestParam(defaultValue = "both") String view,
            @RequestParam(defaultValue = "") String against,
            WebRequest request,
            Person me,
            Model model) {
        var guide = guides.require(id);
        var done = discussions.resolve(guide, comment, resolved, me);
        return answer(guide, done, guideRevisions.require(guide, revision), view, against, request, me, model);
    }

    private String answer(
            Guide guide,
            Comment said,
            Revision revision,
            String view,
            String against,
            WebRequest request,
            Person me,
            Model model) {
        String parent = said.parent();
        String first = parent == null ? said.id() : parent;
        if (request.getHeader(FormOwnership.SCRIPT) == null)
            return "redirect:" + ReviewLink.address(guide, revision.edition(), view, against) + "#thread-" + first;
        model.addAttribute("me", me);
        model.addAttribute("guide", guide);
        model.addAttribute("revision", revision);
        model.addAttribute("view", ReviewLink.view(view));
        model.addAttribute("againstName", against);
        model.addAttribute(
                "answered",
                threads.of(guide, revision.identifiedContent(), Set.of(said.pointer())).all().stream()
                        .filter(thread -> thread.id().equals(first))
                        .toList());
        return "studio/threads :: answer";
    }
}
