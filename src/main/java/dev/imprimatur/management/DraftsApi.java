// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.access.NeedsScope;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.credentials.Scope;
import dev.imprimatur.drafts.WorkingCopy;
import dev.imprimatur.editing.Drafts;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.people.Person;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** The draft of a guide: reading and changing it. A write names the version that it was made from. */
@RestController
@RequestMapping(Api.ROOT + "/{type}")
class DraftsApi {
    private final Guides guides;
    private final Drafts drafts;
    private final ContentTypes types;

    DraftsApi(Guides guides, Drafts drafts, ContentTypes types) {
        this.guides = guides;
        this.drafts = drafts;
        this.types = types;
    }

    @GetMapping("/{id}/draft")
    @NeedsScope(Scope.READ)
    @PreAuthorize("isAuthenticated()")
    ResponseEntity<DraftView> draft(@PathVariable String type, @PathVariable String id) {
        return answer(type, drafts.of(guides.require(type, id)));
    }

    @PutMapping("/{id}/draft")
    @NeedsScope(Scope.DRAFT)
    @PreAuthorize("hasAnyRole('EDITOR', 'REVIEWER')")
    ResponseEntity<DraftView> save(
            @PathVariable String type,
            @PathVariable String id,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch,
            @RequestBody JsonNode content,
            Person me) {
        return answer(type, drafts.save(guides.require(type, id), Api.ifMatch(ifMatch), content, me));
    }

    @PatchMapping(
            path = "/{id}/draft",
            consumes = {"application/merge-patch+json", "application/json"})
    @NeedsScope(Scope.DRAFT)
    @PreAuthorize("hasAnyRole('EDITOR', 'REVIEWER')")
    ResponseEntity<DraftView> patch(
            @PathVariable String type,
            @PathVariable String id,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch,
            @RequestBody JsonNode patch,
            Person me) {
        return answer(type, drafts.patch(guides.require(type, id), Api.ifMatch(ifMatch), patch, me));
    }

    private ResponseEntity<DraftView> answer(String type, WorkingCopy copy) {
        return ResponseEntity.ok().eTag(Api.etag(copy.etag())).body(view(type, copy, List.of()));
    }

    @PostMapping("/{id}/revisions/{number}/restore")
    @NeedsScope(Scope.DRAFT)
    @PreAuthorize("hasRole('EDITOR')")
    ResponseEntity<DraftView> restore(
            @PathVariable String type,
            @PathVariable String id,
            @PathVariable int number,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch,
            Person me) {
        var restored = drafts.restore(guides.require(type, id), Api.ifMatchIfSent(ifMatch), number, me);
        return answer(type, restored);
    }

    private ResponseEntity<DraftView> answer(String type, Drafts.Restored restored) {
        return ResponseEntity.ok()
                .eTag(Api.etag(restored.copy().etag()))
                .body(view(type, restored.copy(), restored.dropped()));
    }

    /**
     * An earlier version of a draft, without its content.
     *
     * @param version the name of the version: the ETag that the draft had, without quotes
     */
    record VersionView(
            String version,
            int edition,
            List<String> contributors,
            String updatedBy,
            Instant updatedAt,
            @Nullable Boolean altered) {
        static VersionView of(WorkingCopy copy) {
            return new VersionView(
                    copy.name(),
                    copy.edition().number(),
                    copy.contributors(),
                    copy.updatedBy(),
                    copy.updatedAt(),
                    copy.altered() ? true : null);
        }
    }

    @GetMapping("/{id}/draft/versions")
    @NeedsScope(Scope.READ)
    @PreAuthorize("isAuthenticated()")
    PageView<VersionView> versions(@PathVariable String type, @PathVariable String id) {
        return new PageView<>(
                drafts.versions(guides.require(type, id)).stream()
                        .map(VersionView::of)
                        .toList(),
                null);
    }

    @GetMapping("/{id}/draft/versions/{version}")
    @NeedsScope(Scope.READ)
    @PreAuthorize("isAuthenticated()")
    DraftView version(@PathVariable String type, @PathVariable String id, @PathVariable String version) {
        return view(type, drafts.version(guides.require(type, id), version), List.of());
    }

    @PostMapping("/{id}/draft/versions/{version}/restore")
    @NeedsScope(Scope.DRAFT)
    @PreAuthorize("hasRole('EDITOR')")
    ResponseEntity<DraftView> restoreVersion(
            @PathVariable String type,
            @PathVariable String id,
            @PathVariable String version,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch,
            Person me) {
        return answer(type, drafts.restoreVersion(guides.require(type, id), Api.ifMatchIfSent(ifMatch), version, me));
    }

    private DraftView view(String type, WorkingCopy copy, List<String> dropped) {
        return DraftView.of(types.require(type), copy, dropped, drafts.warnings(type, copy));
    }
}
