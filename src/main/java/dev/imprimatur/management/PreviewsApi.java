// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.access.NeedsScope;
import dev.imprimatur.credentials.Scope;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.people.Person;
import dev.imprimatur.preview.Preview;
import dev.imprimatur.preview.PreviewLinks;
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

/** Preview links, which show unpublished content of a guide. */
@RestController
@RequestMapping(Api.ROOT + "/{type}/{id}/previews")
@PreAuthorize("hasAnyRole('EDITOR', 'REVIEWER', 'PUBLISHER')")
class PreviewsApi {
    private final PreviewLinks links;
    private final Guides guides;

    PreviewsApi(PreviewLinks links, Guides guides) {
        this.links = links;
        this.guides = guides;
    }

    /** @param revision null for the working copy */
    record PreviewView(String id, @Nullable Integer revision, String createdBy, Instant createdAt, Instant expiresAt) {
        static PreviewView of(Preview preview) {
            return new PreviewView(
                    preview.id(), preview.revision(), preview.by(), preview.createdAt(), preview.expiresAt());
        }
    }

    record NewPreview(@Nullable Integer revision, @Nullable String expiresIn) {}

    record FreshPreview(String id, String url, Instant expiresAt) {}

    @PostMapping
    @NeedsScope(Scope.DRAFT)
    @ResponseStatus(HttpStatus.CREATED)
    FreshPreview make(@PathVariable String type, @PathVariable String id, @RequestBody NewPreview body, Person me) {
        var expiresIn = body.expiresIn() == null ? null : Api.duration("/expiresIn", body.expiresIn());
        var fresh = links.make(guides.require(type, id), body.revision(), expiresIn, me);
        return new FreshPreview(
                fresh.preview().id(), fresh.url(), fresh.preview().expiresAt());
    }

    @GetMapping
    @NeedsScope(Scope.READ)
    PageView<PreviewView> list(@PathVariable String type, @PathVariable String id) {
        return new PageView<>(
                links.of(guides.require(type, id)).stream().map(PreviewView::of).toList(), null);
    }

    @DeleteMapping("/{preview}")
    @NeedsScope(Scope.DRAFT)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void revoke(@PathVariable String type, @PathVariable String id, @PathVariable String preview, Person me) {
        links.revoke(guides.require(type, id), preview, me);
    }
}
