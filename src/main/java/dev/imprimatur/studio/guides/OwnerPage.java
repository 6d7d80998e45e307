// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.guides;

import dev.imprimatur.editing.Guides;
import dev.imprimatur.people.Person;
import dev.imprimatur.review.Owners;
import dev.imprimatur.studio.DisplayText;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The form on the page of a guide that says who owns it. */
@Controller
class OwnerPage {
    private final Guides guides;
    private final Owners owners;
    private final DisplayText words;

    OwnerPage(Guides guides, Owners owners, DisplayText words) {
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
        redirect.addFlashAttribute(
                "notice",
                username.isEmpty()
                        ? "Nobody owns “" + guide.title() + "” now."
                        : words.named(username) + " owns “" + guide.title() + "” now.");
        return "redirect:/studio/guides/" + id + "/history";
    }
}
