// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.access.NeedsScope;
import dev.imprimatur.comments.Discussions;
import dev.imprimatur.credentials.Scope;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.people.Person;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Comments on the revisions of a guide. */
@RestController
@RequestMapping(Api.ROOT + "/{type}")
class CommentsApi {
    private final Guides guides;
    private final Discussions discussions;

    CommentsApi(Guides guides, Discussions discussions) {
        this.guides = guides;
        this.discussions = discussions;
    }

    @GetMapping("/{id}/comments")
    @NeedsScope(Scope.READ)
    @PreAuthorize("isAuthenticated()")
    PageView<CommentView> comments(@PathVariable String type, @PathVariable String id) {
        return new PageView<>(
                discussions.of(guides.require(type, id)).stream()
                        .map(CommentView::of)
                        .toList(),
                null);
    }

    record NewComment(
            int revision,
            String pointer,
            @Nullable String quote,
            @Nullable String parent,
            String body) {}

    @PostMapping("/{id}/comments")
    @NeedsScope(Scope.COMMENT)
    @PreAuthorize("hasAnyRole('EDITOR', 'REVIEWER')")
    @ResponseStatus(HttpStatus.CREATED)
    CommentView comment(@PathVariable String type, @PathVariable String id, @RequestBody NewComment body, Person me) {
        return CommentView.of(discussions.say(
                guides.require(type, id),
                new Discussions.Remark(
                        body.revision(), body.pointer(), body.quote(), body.parent(), body.body(), me.request()),
                me));
    }

    record CommentPatch(boolean resolved) {}

    @PatchMapping(
            path = "/{id}/comments/{comment}",
            consumes = {"application/merge-patch+json", "application/json"})
    @NeedsScope(Scope.COMMENT)
    @PreAuthorize("hasAnyRole('EDITOR', 'REVIEWER')")
    CommentView resolve(
            @PathVariable String type,
            @PathVariable String id,
            @PathVariable String comment,
            @RequestBody CommentPatch patch,
            Person me) {
        return CommentView.of(discussions.resolve(guides.require(type, id), comment, patch.resolved(), me));
    }
}
