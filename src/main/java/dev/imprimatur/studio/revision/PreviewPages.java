// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.revision;

import dev.imprimatur.editing.Guides;
import dev.imprimatur.people.Person;
import dev.imprimatur.preview.PreviewLinks;
import dev.imprimatur.studio.Flash;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Creates preview links, which show a guide before it is published, from the edit page and the review page. */
@Controller
class PreviewPages {
    private final PreviewLinks links;
    private final Guides guides;

    PreviewPages(PreviewLinks links, Guides guides) {
        this.links = links;
        this.guides = guides;
    }

    /** @param revision the number of the revision; null for the working copy */
    @PostMapping("/studio/guides/{id}/previews")
    @PreAuthorize("hasAnyRole('EDITOR', 'REVIEWER', 'PUBLISHER')")
    String make(
            @PathVariable String id, @RequestParam @Nullable Integer revision, Person me, RedirectAttributes redirect) {
        var fresh = links.make(guides.require(id), revision, null, me);
        Flash.text(redirect, "link", fresh.url());
        Flash.at(redirect, "linkUntil", fresh.preview().expiresAt());
        return "redirect:/studio/guides/" + id + (revision == null ? "/edit" : "/review");
    }
}
