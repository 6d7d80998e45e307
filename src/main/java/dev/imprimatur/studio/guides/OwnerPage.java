// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.guides;

import dev.imprimatur.editing.Guides;
import dev.imprimatur.people.Person;
import dev.imprimatur.review.NamedReviewers;
import dev.imprimatur.review.Owners;
import dev.imprimatur.studio.DisplayText;
import dev.imprimatur.studio.Flash;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The forms on the page of a guide that say who owns it, and which reviewers it names. */
@Controller
class OwnerPage {
    private final Guides guides;
    private final Owners owners;
    private final NamedReviewers reviewers;
    private final DisplayText words;

    OwnerPage(Guides guides, Owners owners, NamedReviewers reviewers, DisplayText words) {
        this.reviewers = reviewers;
        this.guides = guides;
        this.owners = owners;
        this.words = words;
    }

    /** @param owner a username; empty if nobody is to own the guide */
    @PostMapping("/studio/guides/{id}/owner")
    @PreAuthorize("hasAnyRole('EDITOR', 'PUBLISHER', 'ADMIN')")
    String set(@PathVariable String id, @RequestParam String owner, Person me, RedirectAttributes redirect) {
        var guide = guides.require(id);
        String username = owner.strip();
        owners.set(guide, username.isEmpty() ? null : username, me);
        Flash.notice(
                redirect,
                username.isEmpty()
                        ? "Nobody owns " + DisplayText.quoted(guide.title()) + " now."
                        : words.named(username) + " owns " + DisplayText.quoted(guide.title()) + " now.");
        return "redirect:/studio/guides/" + id + "/history";
    }

    /**
     * Names the reviewers.
     *
     * @param reviewers usernames, separated by commas, the first choice first
     * @param seen the version of the reviewers that the page showed
     */
    @PostMapping("/studio/guides/{id}/reviewers")
    @PreAuthorize("hasAnyRole('EDITOR', 'PUBLISHER', 'ADMIN')")
    String name(
            @PathVariable String id,
            @RequestParam String reviewers,
            @RequestParam(required = false) @Nullable String seen,
            Person me,
            RedirectAttributes redirect) {
        var usernames = Arrays.stream(reviewers.split(",", -1))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList();
        var guide = this.reviewers.set(guides.require(id), usernames, seen, me);
        Flash.notice(
                redirect,
                usernames.isEmpty()
                        ? DisplayText.quoted(guide.title()) + " names no reviewer now."
                        : DisplayText.quoted(guide.title()) + " names as reviewers: " + words.inOrder(usernames) + ".");
        return "redirect:/studio/guides/" + id + "/history";
    }
}
