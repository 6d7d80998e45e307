// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.review;

import dev.imprimatur.editing.Guides;
import dev.imprimatur.invitations.Invitations;
import dev.imprimatur.people.Person;
import dev.imprimatur.studio.Flash;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/** Invites experts from the review page, and revokes their invitations there. */
@Controller
@RequestMapping("/studio/guides/{id}/invitations")
class InvitationForm {
    private final Invitations invitations;
    private final Guides guides;

    InvitationForm(Invitations invitations, Guides guides) {
        this.invitations = invitations;
        this.guides = guides;
    }

    @PostMapping
    @PreAuthorize("hasAnyRole('EDITOR', 'REVIEWER')")
    String invite(
            @PathVariable String id,
            @RequestParam int revision,
            @RequestParam String name,
            @RequestParam(defaultValue = "") String title,
            @RequestParam String email,
            Person me,
            RedirectAttributes redirect) {
        var fresh = invitations.invite(
                guides.require(id),
                new Invitations.Wanted(name, title.isBlank() ? null : title, email, revision, null),
                me);
        Flash.text(
                redirect,
                "invitationLink",
                ServletUriComponentsBuilder.fromCurrentContextPath().toUriString() + fresh.url());
        Flash.text(redirect, "invited", fresh.invitation().name());
        Flash.at(redirect, "invitedUntil", fresh.invitation().expiresAt());
        return "redirect:/studio/guides/" + id + "/review";
    }

    @PostMapping("/{invitation}/revoke")
    @PreAuthorize("hasAnyRole('EDITOR', 'REVIEWER', 'ADMIN')")
    String revoke(@PathVariable String id, @PathVariable String invitation, Person me, RedirectAttributes redirect) {
        invitations.revoke(guides.require(id), invitation, me);
        Flash.notice(redirect, "The invitation is revoked; its link shows nothing any more.");
        return "redirect:/studio/guides/" + id + "/review";
    }
}
