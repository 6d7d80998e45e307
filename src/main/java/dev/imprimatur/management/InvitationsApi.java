// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.access.NeedsScope;
import dev.imprimatur.credentials.Scope;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.invitations.Invitation;
import dev.imprimatur.invitations.Invitations;
import dev.imprimatur.people.Person;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Invitations of experts without an account to review one revision. */
@RestController
@RequestMapping(Api.ROOT + "/{type}/{id}/invitations")
class InvitationsApi {
    private final Invitations invitations;
    private final Guides guides;

    InvitationsApi(Invitations invitations, Guides guides) {
        this.invitations = invitations;
        this.guides = guides;
    }

    /** @param account under which logs and comments name the expert */
    record InvitationView(
            String id,
            int revision,
            String account,
            String name,
            @Nullable String title,
            String email,
            String invitedBy,
            Instant createdAt,
            Instant expiresAt) {
        static InvitationView of(Invitation it) {
            return new InvitationView(
                    it.id(),
                    it.revision().number(),
                    it.account(),
                    it.name(),
                    it.title(),
                    it.email(),
                    it.by(),
                    it.createdAt(),
                    it.expiresAt());
        }
    }

    record FreshInvitation(String id, String url, Instant expiresAt) {}

    @PostMapping
    @NeedsScope(Scope.REVIEW)
    @PreAuthorize("hasAnyRole('EDITOR', 'REVIEWER')")
    @ResponseStatus(HttpStatus.CREATED)
    FreshInvitation invite(
            @PathVariable String type, @PathVariable String id, @RequestBody Invitations.Wanted body, Person me) {
        var fresh = invitations.invite(guides.require(type, id), body, me);
        return new FreshInvitation(
                fresh.invitation().id(), fresh.url(), fresh.invitation().expiresAt());
    }

    @GetMapping
    @NeedsScope(Scope.REVIEW)
    @PreAuthorize("hasAnyRole('EDITOR', 'REVIEWER', 'ADMIN')")
    PageView<InvitationView> list(@PathVariable String type, @PathVariable String id, Person me) {
        return new PageView<>(
                invitations.of(guides.require(type, id), me).stream()
                        .map(InvitationView::of)
                        .toList(),
                null);
    }

    @DeleteMapping("/{invitation}")
    @NeedsScope(Scope.REVIEW)
    @PreAuthorize("hasAnyRole('EDITOR', 'REVIEWER', 'ADMIN')")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void revoke(@PathVariable String type, @PathVariable String id, @PathVariable String invitation, Person me) {
        invitations.revoke(guides.require(type, id), invitation, me);
    }
}
