// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.access.NeedsScope;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.credentials.Scope;
import dev.imprimatur.editing.Drafts;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.GuideQuery;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.EndedSchedule;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.publication.Integrity;
import dev.imprimatur.review.Inbox;
import dev.imprimatur.review.Review;
import dev.imprimatur.review.Translating;
import java.net.URI;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** Guides and their editions: creating, listing, submitting and unpublishing them. */
@RestController
@RequestMapping(Api.ROOT + "/{type}")
class GuidesApi {
    private final Guides guides;
    private final Editions editions;
    private final Drafts drafts;
    private final Review review;
    private final Inbox inbox;
    private final Integrity integrity;
    private final ContentTypes types;
    private final Translating translating;

    GuidesApi(
            Guides guides,
            Editions editions,
            Drafts drafts,
            Review review,
            Inbox inbox,
            Integrity integrity,
            ContentTypes types,
            Translating translating) {
        this.translating = translating;
        this.editions = editions;
        this.guides = guides;
        this.drafts = drafts;
        this.review = review;
        this.inbox = inbox;
        this.integrity = integrity;
        this.types = types;
    }

    /** @param translationOf the id of the guide that the new one is a translation of; null if it stands alone */
    record NewGuide(
            String slug, @Nullable String locale, @Nullable String translationOf, JsonNode content) {}

    @PostMapping
    @NeedsScope(Scope.DRAFT)
    @PreAuthorize("hasRole('EDITOR')")
    ResponseEntity<GuideView> create(@PathVariable String type, @RequestBody NewGuide body, Person me) {
        var guide = body.translationOf() == null
                ? review.create(type, body.slug(), body.locale(), body.content(), me)
                : translating.create(type, body.slug(), body.locale(), body.content(), body.translationOf(), me);
        return created(type, guide);
    }

    /** An answer with the guide and the entity tag of its draft. */
    ResponseEntity<GuideView> withDraft(Guide guide) {
        return ResponseEntity.ok().eTag(Api.etag(drafts.of(guide).etag())).body(view(guide));
    }

    private ResponseEntity<GuideView> created(String type, Guide guide) {
        return ResponseEntity.created(URI.create(Api.ROOT + "/" + type + "/" + guide.id()))
                .eTag(Api.etag(drafts.of(guide).etag()))
                .body(view(guide));
    }

    @GetMapping
    @NeedsScope(Scope.READ)
    @PreAuthorize("isAuthenticated()")
    PageView<GuideView> list(
            @PathVariable String type,
            @RequestParam @Nullable String state,
            @RequestParam @Nullable String q,
            @RequestParam @Nullable String owner,
            @RequestParam @Nullable String locale,
            @RequestParam @Nullable LocalDate reviewDueBefore,
            @RequestParam @Nullable String translation,
            @RequestParam(defaultValue = "-updated") String sort,
            @RequestParam(defaultValue = "20") int limit,
            @RequestParam @Nullable String cursor) {
        var query = new GuideQuery(
                types.require(type).name(),
                state(state),
                q,
                owner,
                locale,
                reviewDueBefore,
                translation == null ? null : GuideQuery.TranslationFilter.parse(translation),
                sort(sort));
        return PageView.of(guides.page(query, query.window(cursor, Api.pageSize(limit)))
                .map(guide -> GuideView.of(guide, integrity)));
    }

    private static Edition.@Nullable State state(@Nullable String name) {
        if (name == null) return null;
        return Arrays.stream(Edition.State.values())
                .filter(state -> state.apiName().equals(name))
                .findFirst()
                .orElseThrow(() -> Refusal.malformed(
                                "state is one of "
                                        + Arrays.stream(Edition.State.values())
                                                .map(Edition.State::apiName)
                                                .collect(Collectors.joining(", ")),
                                List.of())
                        .raise());
    }

    private static GuideQuery.Sort sort(String name) {
        String constant = (name.startsWith("-") ? name.substring(1) + "_DESC" : name)
                .replaceAll("([a-z])([A-Z])", "$1_$2")
                .toUpperCase(Locale.ROOT);
        return Arrays.stream(GuideQuery.Sort.values())
                .filter(sort -> sort.name().equals(constant))
                .findFirst()
                .orElseThrow(() -> Refusal.malformed(
                                "sort by created, title, updated or reviewDue, with a hyphen before it for descending",
                                List.of())
                        .raise());
    }

    @GetMapping("/{id}")
    @NeedsScope(Scope.READ)
    @PreAuthorize("isAuthenticated()")
    GuideView get(@PathVariable String type, @PathVariable String id) {
        var guide = guides.require(type, id);
        var ended = guide.schedule() == null ? editions.endedSchedule(id).orElse(null) : null;
        return view(guide, ended);
    }

    private GuideView view(Guide guide) {
        return view(guide, null);
    }

    private GuideView view(Guide guide, @Nullable EndedSchedule ended) {
        return GuideView.of(
                guide, inbox.of(guide.current()).stream().map(TaskView::of).toList(), ended, integrity);
    }

    /** @param translatedFrom the number of the revision of the source whose text the translation has, if the editor says so */
    record Submission(@Nullable String message, @Nullable Integer translatedFrom) {}

    @PostMapping("/{id}/submit")
    @NeedsScope(Scope.DRAFT)
    @PreAuthorize("hasRole('EDITOR')")
    GuideView submit(
            @PathVariable String type,
            @PathVariable String id,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch,
            @RequestBody(required = false) @Nullable Submission submission,
            Person me) {
        var guide = guides.require(type, id);
        review.submit(
                guide,
                Api.ifMatchIfSent(ifMatch),
                submission == null ? null : submission.message(),
                submission == null ? null : submission.translatedFrom(),
                me);
        return view(guides.require(type, id));
    }

    @PostMapping("/{id}/editions")
    @NeedsScope(Scope.DRAFT)
    @PreAuthorize("hasRole('EDITOR')")
    @ResponseStatus(HttpStatus.CREATED)
    GuideView openNext(@PathVariable String type, @PathVariable String id, Person me) {
        review.openNext(guides.require(type, id), me);
        return view(guides.require(type, id));
    }

    @DeleteMapping("/{id}/editions/current")
    @NeedsScope(Scope.DRAFT)
    @PreAuthorize("hasRole('EDITOR')")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void discard(@PathVariable String type, @PathVariable String id, Person me) {
        review.discard(guides.require(type, id), me);
    }

    /** @param slug the slug that a guide is to have */
    record Slug(String slug) {}

    @PostMapping("/{id}/slug")
    @NeedsScope(Scope.PUBLISH)
    @PreAuthorize("hasRole('PUBLISHER') or hasRole('EDITOR')")
    GuideView rename(@PathVariable String type, @PathVariable String id, @RequestBody Slug body, Person me) {
        var guide = guides.require(type, id);
        review.rename(guide, body.slug(), me);
        return view(guides.require(type, id));
    }

    @PostMapping("/{id}/duplicate")
    @NeedsScope(Scope.DRAFT)
    @PreAuthorize("hasRole('EDITOR')")
    ResponseEntity<GuideView> duplicate(
            @PathVariable String type, @PathVariable String id, @RequestBody Slug body, Person me) {
        var guide = review.duplicate(guides.require(type, id), body.slug(), me);
        return created(type, guide);
    }

    @DeleteMapping("/{id}")
    @NeedsScope(Scope.DRAFT)
    @PreAuthorize("hasRole('EDITOR')")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable String type, @PathVariable String id, Person me) {
        review.delete(type, id, me);
    }

    record Unpublication(
            String reason,
            @Nullable String reasonCode,
            @Nullable String redirectTo) {}

    @PostMapping("/{id}/unpublish")
    @NeedsScope(Scope.PUBLISH)
    @PreAuthorize("hasRole('PUBLISHER')")
    GuideView unpublish(
            @PathVariable String type, @PathVariable String id, @RequestBody Unpublication body, Person me) {
        review.unpublish(guides.require(type, id), body.reason(), body.reasonCode(), body.redirectTo(), me);
        return view(guides.require(type, id));
    }
}
