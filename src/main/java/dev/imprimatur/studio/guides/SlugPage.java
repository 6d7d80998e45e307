// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.guides;

import dev.imprimatur.editing.Guides;
import dev.imprimatur.people.Person;
import dev.imprimatur.review.Review;
import dev.imprimatur.studio.DisplayText;
import dev.imprimatur.studio.Flash;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The forms on the page of a guide that change its slug, duplicate it and delete it. */
@Controller
@RequestMapping("/studio/guides/{id}")
class SlugPage {
    private final Guides guides;
    private final Review review;

    SlugPage(Guides guides, Review review) {
        this.guides = guides;
        this.review = review;
    }

    @PostMapping("/slug")
    @PreAuthorize("hasAnyRole('EDITOR', 'PUBLISHER')")
    String rename(@PathVariable String id, @RequestParam String slug, Person me, RedirectAttributes redirect) {
        var guide = guides.require(id);
        review.rename(guide, slug, me);
        Flash.notice(redirect, "The slug of " + DisplayText.quoted(guide.title()) + " is “" + slug + "”.");
        return "redirect:/studio/guides/" + id + "/history";
    }

    @PostMapping("/duplicate")
    @PreAuthorize("hasRole('EDITOR')")
    String duplicate(@PathVariable String id, @RequestParam String slug, Person me, RedirectAttributes redirect) {
        var original = guides.require(id);
        var guide = review.duplicate(original, slug, me);
        Flash.notice(redirect, "This is a duplicate of " + DisplayText.quoted(original.title()) + ".");
        return "redirect:/studio/guides/" + guide.id() + "/edit?write=yes";
    }

    @PostMapping("/delete")
    @PreAuthorize("hasRole('EDITOR')")
    String delete(@PathVariable String id, Person me, RedirectAttributes redirect) {
        var guide = guides.require(id);
        review.delete(guide.type(), id, me);
        Flash.notice(redirect, DisplayText.quoted(guide.title()) + " is deleted.");
        return "redirect:/studio/guides";
    }
}
