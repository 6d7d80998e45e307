// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.review;

import dev.imprimatur.content.AssetIds;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.content.Labels;
import dev.imprimatur.invitations.ExpertReview;
import dev.imprimatur.media.AssetResponse;
import dev.imprimatur.media.Library;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.studio.DisplayText;
import dev.imprimatur.studio.Flash;
import dev.imprimatur.studio.revision.HistoryEvent;
import dev.imprimatur.studio.revision.Preview;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.LinkedHashMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.Resource;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The page that the link of an invitation opens: an expert without an account reads one revision, comments on it and decides. */
@Controller
@RequestMapping("/invited/{token}")
class InvitedPage {
    private final ExpertReview review;
    private final ContentTypes types;
    private final DisplayText words;
    private final Library library;

    InvitedPage(ExpertReview review, ContentTypes types, DisplayText words, Library library) {
        this.library = library;
        this.review = review;
        this.types = types;
        this.words = words;
    }

    @GetMapping
    String show(@PathVariable String token, HttpServletResponse response, Model model) {
        // The URL contains the secret, so it must not reach other sites or their logs as a referrer, nor a cache.
        response.setHeader("Referrer-Policy", "no-referrer");
        response.setHeader("X-Robots-Tag", "noindex");
        response.setHeader("Cache-Control", "private, no-store");
        var shown = review.show(token);
        var shape = types.require(shown.guide().type()).shape();
        var content = shown.revision().identifiedContent();
        var preview = Preview.of(shape, content).withPicturesAt("/invited/" + token + "/media/");
        var places = new LinkedHashMap<String, String>();
        preview.rows().forEach(row -> places.put(row.pointer(), row.label()));
        UnaryOperator<String> label = pointer -> Labels.of(shape, content.content(), pointer);
        var labels = new LinkedHashMap<String, String>();
        shown.comments()
                .forEach(it -> labels.put(
                        it.comment().pointer(), label.apply(it.comment().pointer())));
        var decided = shown.decided();
        if (decided != null)
            model.addAttribute(
                    "decision", HistoryEvent.of(decided, label, words::named).what());
        model.addAttribute("token", token);
        model.addAttribute("shown", shown);
        model.addAttribute("preview", preview);
        model.addAttribute("places", places);
        model.addAttribute("labels", labels);
        return "studio/invited";
    }

    /** A picture or a file that the revision names. */
    @GetMapping("/media/{id}/file")
    ResponseEntity<Resource> file(
            @PathVariable String token,
            @PathVariable String id,
            @RequestParam @Nullable Integer w,
            HttpServletRequest request) {
        var content = review.show(token).revision().content();
        var asset = library.find(id)
                .filter(it -> AssetIds.in(content).contains(it.id()))
                .orElseThrow(() -> Refusal.missing("nothing is shown here").raise());
        return AssetResponse.of(asset, library.content(asset, w), "private, no-store", request.getMethod());
    }

    /** The addresses of the forms, which a browser may keep, and the link with a slash that some mail programs add. */
    @GetMapping({"/", "/comments", "/decision"})
    String back(@PathVariable String token) {
        return "redirect:/invited/" + token;
    }

    @PostMapping("/comments")
    String comment(
            @PathVariable String token,
            @RequestParam(defaultValue = "") String pointer,
            @RequestParam String body,
            @RequestParam(defaultValue = "") String once,
            HttpServletRequest request,
            HttpServletResponse response,
            Model model,
            RedirectAttributes redirect) {
        mustBeGuest(request);
        try {
            review.comment(token, pointer, body.replace("\r\n", "\n"), once.isEmpty() ? null : once);
        } catch (Refused refused) {
            return again(refused, "comment", body, token, response, model);
        }
        Flash.notice(redirect, "Your comment is stored.");
        return "redirect:/invited/" + token;
    }

    @PostMapping("/decision")
    String decide(
            @PathVariable String token,
            @RequestParam String task,
            @RequestParam String outcome,
            @RequestParam(defaultValue = "") String message,
            HttpServletRequest request,
            HttpServletResponse response,
            Model model,
            RedirectAttributes redirect) {
        mustBeGuest(request);
        String said = message.replace("\r\n", "\n");
        try {
            review.decide(token, task, outcome, said.isBlank() ? null : said);
        } catch (Refused refused) {
            return again(refused, "message", message, token, response, model);
        }
        Flash.notice(redirect, "Your decision is recorded.");
        return "redirect:/invited/" + token;
    }

    /** Refuses somebody who is signed in: a member of the team decides with their own account, even if they got hold of the link. */
    private static void mustBeGuest(HttpServletRequest request) {
        if (request.getUserPrincipal() != null)
            throw Refusal.forbidden(
                            "has-account",
                            "this browser is signed in, and the link is for somebody without an account; use your account, or sign out first")
                    .raise();
    }

    /** Shows the page again with what was typed and why it was refused. */
    private String again(
            Refused refused, String field, String typed, String token, HttpServletResponse response, Model model) {
        if (refused.refusal().kind() == Refusal.Kind.MISSING
                || refused.refusal().kind() == Refusal.Kind.UNAVAILABLE) throw refused;
        response.setStatus(refused.refusal().kind().status());
        model.addAttribute("problem", DisplayText.sentence(refused.refusal().detail()));
        model.addAttribute(field, typed);
        return show(token, response, model);
    }
}
