// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.access.NeedsScope;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.credentials.Scope;
import dev.imprimatur.editing.DeletedGuides;
import dev.imprimatur.people.Person;
import dev.imprimatur.review.Review;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Guides that were deleted and can be brought back. */
@RestController
@RequestMapping(Api.ROOT)
class DeletedGuidesApi {
    private final DeletedGuides deleted;
    private final ContentTypes types;
    private final Review review;
    private final GuidesApi guides;

    DeletedGuidesApi(DeletedGuides deleted, ContentTypes types, Review review, GuidesApi guides) {
        this.deleted = deleted;
        this.types = types;
        this.review = review;
        this.guides = guides;
    }

    /** @param until when the guide cannot be brought back any more */
    record DeletedGuideView(
            String id,
            String type,
            String slug,
            String locale,
            String title,
            Instant deletedAt,
            String deletedBy,
            Instant until) {
        static DeletedGuideView of(DeletedGuides.DeletedGuide deleted) {
            var guide = deleted.guide();
            return new DeletedGuideView(
                    guide.id(),
                    guide.type(),
                    guide.slug(),
                    guide.locale(),
                    guide.title(),
                    deleted.deletedAt(),
                    deleted.deletedBy(),
                    deleted.until());
        }
    }

    @GetMapping("/deleted-guides")
    @NeedsScope(Scope.READ)
    @PreAuthorize("isAuthenticated()")
    PageView<DeletedGuideView> list(
            @RequestParam @Nullable String type,
            @RequestParam(defaultValue = "20") int limit,
            @RequestParam @Nullable String cursor) {
        String name = type == null ? null : types.require(type).name();
        return PageView.of(deleted.page(name, cursor, Api.pageSize(limit)).map(DeletedGuideView::of));
    }

    /** @param slug the slug that the guide is to have; null for the slug that it had */
    record Return(@Nullable String slug) {}

    @PostMapping("/{type}/{id}/undelete")
    @NeedsScope(Scope.DRAFT)
    @PreAuthorize("hasRole('EDITOR')")
    ResponseEntity<GuideView> undelete(
            @PathVariable String type,
            @PathVariable String id,
            @RequestBody(required = false) @Nullable Return body,
            Person me) {
        return guides.withDraft(review.undelete(type, id, body == null ? null : body.slug(), me));
    }
}
