// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.access.NeedsScope;
import dev.imprimatur.credentials.Scope;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.people.Person;
import dev.imprimatur.review.NamedReviewers;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The reviewers that a guide names. */
@RestController
@RequestMapping(Api.ROOT + "/{type}/{id}/reviewers")
class ReviewersApi {
    private final Guides guides;
    private final NamedReviewers reviewers;

    ReviewersApi(Guides guides, NamedReviewers reviewers) {
        this.guides = guides;
        this.reviewers = reviewers;
    }

    /** @param reviewers usernames, the first choice first */
    record Reviewers(List<String> reviewers) {}

    @GetMapping
    @NeedsScope(Scope.READ)
    @PreAuthorize("isAuthenticated()")
    ResponseEntity<Reviewers> get(@PathVariable String type, @PathVariable String id) {
        return answer(guides.require(type, id));
    }

    private static ResponseEntity<Reviewers> answer(Guide guide) {
        return ResponseEntity.ok()
                .eTag(Api.etag(NamedReviewers.version(guide)))
                .body(new Reviewers(guide.namedReviewers()));
    }

    /** @param ifMatch the ETag of the reviewers that the change was made from; null to replace any */
    @PutMapping
    @NeedsScope(Scope.PUBLISH)
    @PreAuthorize("hasAnyRole('EDITOR', 'PUBLISHER', 'ADMIN')")
    ResponseEntity<Reviewers> set(
            @PathVariable String type,
            @PathVariable String id,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch,
            @RequestBody Reviewers body,
            Person me) {
        return answer(reviewers.set(guides.require(type, id), body.reviewers(), Api.ifMatchAny(ifMatch), me));
    }
}
