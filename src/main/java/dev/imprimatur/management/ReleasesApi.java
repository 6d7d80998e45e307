// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.imprimatur.access.NeedsScope;
import dev.imprimatur.credentials.Scope;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.people.Person;
import dev.imprimatur.review.Release;
import dev.imprimatur.review.ReleaseUndo;
import dev.imprimatur.review.Releases;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Releases: sets of publications and withdrawals that readers see together. */
@RestController
@RequestMapping(Api.ROOT + "/releases")
class ReleasesApi {
    private final Releases releases;
    private final ReleaseUndo undo;
    private final Guides guides;

    ReleasesApi(Releases releases, ReleaseUndo undo, Guides guides) {
        this.releases = releases;
        this.undo = undo;
        this.guides = guides;
    }

    /**
     * A release in a list.
     *
     * @param held whether it was due, and was not published because something was missing
     * @param publishAtLocal the instant as the clocks of the zone show it, with their offset
     * @param firstPosition of its ledger entries
     * @param guides null in a list, and in the answer to a change
     */
    record ReleaseView(
            String id,
            String name,
            String state,
            long size,
            @Nullable Instant publishAt,
            @Nullable String zone,
            @Nullable String publishAtLocal,
            boolean held,
            LogView.ByView createdBy,
            Instant createdAt,
            @Nullable Instant publishedAt,
            @Nullable Long firstPosition,
            @Nullable Long lastPosition,
            @Nullable List<IncludedGuideView> guides) {}

    /** @param action {@code publish} or {@code unpublish} */
    record IncludedGuideView(
            String id,
            String action,
            @Nullable String type,
            @Nullable String slug,
            @Nullable String locale,
            @Nullable String title,
            int edition,
            @Nullable String state) {
        static IncludedGuideView of(Releases.IncludedGuide included) {
            var guide = included.guide();
            return new IncludedGuideView(
                    included.id(),
                    lower(included.action()),
                    guide == null ? null : guide.type(),
                    guide == null ? null : guide.slug(),
                    guide == null ? null : guide.locale(),
                    guide == null ? null : guide.title(),
                    included.edition(),
                    guide == null ? null : guide.state().apiName());
        }
    }

    /** The guide of a release with what is missing; the other fields are those of {@link IncludedGuideView}. */
    record GuideOfRelease(
            @JsonUnwrapped IncludedGuideView included,
            boolean ready,
            @Nullable String missing) {
        static GuideOfRelease of(Releases.Checked checked) {
            return new GuideOfRelease(
                    IncludedGuideView.of(checked.included()), checked.missing() == null, checked.missing());
        }
    }

    /** @param ready whether it can be published now */
    record CheckView(boolean ready, List<GuideOfRelease> items) {}

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private ReleaseView view(Release release) {
        return view(releases.sized(release), null);
    }

    private static ReleaseView view(Releases.Listed listed, @Nullable List<IncludedGuideView> guides) {
        var release = listed.release();
        var schedule = ScheduleView.of(release.schedule());
        var entries = release.entries();
        return new ReleaseView(
                release.id(),
                release.name(),
                lower(release.state()),
                listed.size(),
                schedule.publishAt(),
                schedule.zone(),
                schedule.publishAtLocal(),
                release.heldAt() != null,
                LogView.ByView.of(release.createdBy()),
                release.createdAt(),
                release.publishedAt(),
                entries == null ? null : entries.first(),
                entries == null ? null : entries.last(),
                guides);
    }

    @GetMapping
    @NeedsScope(Scope.READ)
    @PreAuthorize("isAuthenticated()")
    PageView<ReleaseView> list() {
        return new PageView<>(
                releases.all().stream().map(release -> view(release, null)).toList(), null);
    }

    @PostMapping
    @NeedsScope(Scope.PUBLISH)
    @PreAuthorize("hasRole('PUBLISHER')")
    ResponseEntity<ReleaseView> create(@RequestBody Releases.Wanted body, Person me) {
        return created(releases.create(body, me));
    }

    private ResponseEntity<ReleaseView> created(Release release) {
        return ResponseEntity.created(URI.create(Api.ROOT + "/releases/" + release.id()))
                .eTag(Api.etag(release.version()))
                .body(view(release));
    }

    @GetMapping("/{id}")
    @NeedsScope(Scope.READ)
    @PreAuthorize("isAuthenticated()")
    ResponseEntity<ReleaseView> get(@PathVariable String id) {
        var release = releases.require(id);
        var guides =
                releases.included(release).stream().map(IncludedGuideView::of).toList();
        return tagged(release, view(new Releases.Listed(release, guides.size()), guides));
    }

    private static ResponseEntity<ReleaseView> tagged(Release release, ReleaseView view) {
        return ResponseEntity.ok().eTag(Api.etag(release.version())).body(view);
    }

    /** @param ifMatch the ETag of the release that the change was made from; null to replace any */
    @PutMapping("/{id}")
    @NeedsScope(Scope.PUBLISH)
    @PreAuthorize("hasRole('PUBLISHER')")
    ResponseEntity<ReleaseView> set(
            @PathVariable String id,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch,
            @RequestBody Releases.Wanted body,
            Person me) {
        var release = releases.set(id, body, Api.ifMatchAny(ifMatch), me);
        return tagged(release, view(release));
    }

    @DeleteMapping("/{id}")
    @NeedsScope(Scope.PUBLISH)
    @PreAuthorize("hasRole('PUBLISHER')")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable String id, Person me) {
        releases.delete(id, me);
    }

    @PutMapping("/{id}/guides/{guide}")
    @NeedsScope(Scope.PUBLISH)
    @PreAuthorize("hasRole('PUBLISHER')")
    GuideOfRelease add(
            @PathVariable String id,
            @PathVariable String guide,
            @RequestBody(required = false) Releases.@Nullable WantedGuide body,
            Person me) {
        return GuideOfRelease.of(
                releases.add(id, guides.require(guide), body == null ? Releases.WantedGuide.TO_PUBLISH : body, me));
    }

    @DeleteMapping("/{id}/guides/{guide}")
    @NeedsScope(Scope.PUBLISH)
    @PreAuthorize("hasRole('PUBLISHER')")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void remove(@PathVariable String id, @PathVariable String guide, Person me) {
        releases.remove(id, guide, me);
    }

    /** Says what a publication would do, and what is missing. Changes nothing. */
    @GetMapping("/{id}/check")
    @NeedsScope(Scope.READ)
    @PreAuthorize("isAuthenticated()")
    CheckView check(@PathVariable String id) {
        var all = releases.check(releases.require(id));
        return new CheckView(
                !all.isEmpty() && all.stream().allMatch(it -> it.missing() == null),
                all.stream().map(GuideOfRelease::of).toList());
    }

    @PostMapping("/{id}/publish")
    @NeedsScope(Scope.PUBLISH)
    @PreAuthorize("hasRole('PUBLISHER')")
    ReleaseView publish(@PathVariable String id, Person me) {
        return view(releases.publish(id, me));
    }

    /** Creates a release that undoes this one. */
    @PostMapping("/{id}/undo")
    @NeedsScope(Scope.PUBLISH)
    @PreAuthorize("hasRole('PUBLISHER')")
    ResponseEntity<ReleaseView> undo(@PathVariable String id, Person me) {
        return created(undo.undo(id, me));
    }
}
