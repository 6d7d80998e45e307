// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.access.NeedsScope;
import dev.imprimatur.credentials.Scope;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.people.Person;
import dev.imprimatur.publication.Integrity;
import dev.imprimatur.review.Owners;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The owner of a guide, to whom its reviews are announced. */
@RestController
@RequestMapping(Api.ROOT + "/{type}/{id}/owner")
@PreAuthorize("hasAnyRole('EDITOR', 'PUBLISHER', 'ADMIN')")
@NeedsScope(Scope.PUBLISH)
class OwnersApi {
    private final Guides guides;
    private final Owners owners;
    private final Integrity integrity;

    OwnersApi(Guides guides, Owners owners, Integrity integrity) {
        this.guides = guides;
        this.owners = owners;
        this.integrity = integrity;
    }

    record Owner(String username) {}

    @PutMapping
    GuideView set(@PathVariable String type, @PathVariable String id, @RequestBody Owner body, Person me) {
        return GuideView.of(owners.set(guides.require(type, id), body.username(), me), integrity);
    }

    @DeleteMapping
    GuideView drop(@PathVariable String type, @PathVariable String id, Person me) {
        return GuideView.of(owners.set(guides.require(type, id), null, me), integrity);
    }
}
