// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.guides;

import dev.imprimatur.editing.DeletedGuides;
import dev.imprimatur.editing.Permissions;
import dev.imprimatur.people.Person;
import dev.imprimatur.review.Review;
import dev.imprimatur.studio.DisplayText;
import dev.imprimatur.studio.Flash;
import dev.imprimatur.studio.PageLinks;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The list of deleted guides, from which editors bring them back. */
@Controller
@RequestMapping("/studio/guides")
class DeletedGuidesPage {
    private static final String PATH = "/studio/guides/deleted";
    private static final int PAGE = 50;

    private final DeletedGuides deleted;
    private final Permissions permissions;
    private final Review review;

    DeletedGuidesPage(DeletedGuides deleted, Permissions permissions, Review review) {
        this.permissions = permissions;
        this.deleted = deleted;
        this.review = review;
    }

    /** @param mayUndelete whether the person may bring the guide back */
    public record Row(DeletedGuides.DeletedGuide deleted, boolean mayUndelete) {}

    @GetMapping("/deleted")
    String list(@RequestParam(defaultValue = "") String cursor, Person me, Model model) {
        var page = deleted.page(null, cursor, PAGE).map(it -> new Row(it, permissions.allowsDeleted(me, it.guide())));
        model.addAttribute("rows", page.items());
        model.addAttribute("pages", PageLinks.of(PATH, page));
        return "studio/deleted-guides";
    }

    @PostMapping("/{type}/{id}/undelete")
    @PreAuthorize("hasRole('EDITOR')")
    String undelete(
            @PathVariable String type,
            @PathVariable String id,
            @RequestParam String slug,
            Person me,
            RedirectAttributes redirect) {
        var guide = review.undelete(type, id, slug, me);
        Flash.notice(redirect, DisplayText.quoted(guide.title()) + " is back, as a draft.");
        return "redirect:/studio/guides/" + id + "/edit";
    }
}
