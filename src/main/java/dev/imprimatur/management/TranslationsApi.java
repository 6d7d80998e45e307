// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.access.NeedsScope;
import dev.imprimatur.credentials.Scope;
import dev.imprimatur.diff.Change;
import dev.imprimatur.editing.Drafts;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.editing.Translations;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.publication.Integrity;
import dev.imprimatur.review.Translating;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The translations of a guide, and what changed in their source since they were translated. */
@RestController
@RequestMapping(Api.ROOT + "/{type}/{id}")
class TranslationsApi {
    private final Guides guides;
    private final Drafts drafts;
    private final Translations translations;
    private final Translating translating;
    private final Integrity integrity;

    TranslationsApi(
            Guides guides, Drafts drafts, Translations translations, Translating translating, Integrity integrity) {
        this.guides = guides;
        this.drafts = drafts;
        this.translations = translations;
        this.translating = translating;
        this.integrity = integrity;
    }

    /**
     * All languages of a guide.
     *
     * @param source the id of the guide that the others are translated from
     * @param items the source first, then its translations by locale
     */
    record TranslationsView(String source, List<GuideView> items) {}

    /**
     * A translation beside its source.
     *
     * @param translatedFrom the revision of the source that the text has; null if nobody has said
     * @param published the revision of the source that is published; null if none is
     * @param changes what changed in the source between the two
     */
    record ComparisonView(
            String source,
            LogEntry.@Nullable TranslatedFrom translatedFrom,
            LogEntry.@Nullable TranslatedFrom published,
            boolean outdated,
            List<Change> changes) {
        static ComparisonView of(Translations.Comparison it) {
            return new ComparisonView(
                    it.source().id(), it.translatedFrom(), it.published(), it.isOutdated(), it.changes());
        }
    }

    @GetMapping("/translations")
    @NeedsScope(Scope.READ)
    @PreAuthorize("isAuthenticated()")
    TranslationsView list(@PathVariable String type, @PathVariable String id) {
        return view(guides.require(type, id));
    }

    private TranslationsView view(Guide guide) {
        var all = translations.of(guide);
        return new TranslationsView(
                all.getFirst().id(),
                all.stream().map(it -> GuideView.of(it, integrity)).toList());
    }

    /** @param slug null for the slug of the source */
    record NewTranslation(String locale, @Nullable String slug) {}

    @PostMapping("/translations")
    @NeedsScope(Scope.DRAFT)
    @PreAuthorize("hasRole('EDITOR')")
    ResponseEntity<GuideView> begin(
            @PathVariable String type, @PathVariable String id, @RequestBody NewTranslation body, Person me) {
        var guide = translating.begin(guides.require(type, id), body.locale(), body.slug(), me);
        return ResponseEntity.created(URI.create(Api.ROOT + "/" + type + "/" + guide.id()))
                .eTag(Api.etag(drafts.of(guide).etag()))
                .body(GuideView.of(guide, integrity));
    }

    @PutMapping("/translations/{guide}")
    @NeedsScope(Scope.PUBLISH)
    @PreAuthorize("hasRole('PUBLISHER') or hasRole('EDITOR')")
    TranslationsView link(@PathVariable String type, @PathVariable String id, @PathVariable String guide, Person me) {
        var to = guides.require(type, id);
        translating.link(guides.require(type, guide), to, me);
        return view(guides.require(type, id));
    }

    @DeleteMapping("/translations/{guide}")
    @NeedsScope(Scope.PUBLISH)
    @PreAuthorize("hasRole('PUBLISHER') or hasRole('EDITOR')")
    TranslationsView unlink(@PathVariable String type, @PathVariable String id, @PathVariable String guide, Person me) {
        var of = guides.require(type, id);
        var leaving = guides.require(type, guide);
        var set = translations.setOf(leaving);
        if (set.isPresent() && !set.get().has(of.id()))
            throw Refusal.missing("the guide is no translation of this one").raise();
        translating.unlink(leaving, me);
        return view(guides.require(type, id));
    }

    @PutMapping("/translation-source")
    @NeedsScope(Scope.DRAFT)
    @PreAuthorize("hasRole('EDITOR')")
    TranslationsView makeSource(@PathVariable String type, @PathVariable String id, Person me) {
        translating.makeSource(guides.require(type, id), me);
        return view(guides.require(type, id));
    }

    @GetMapping("/translated-from")
    @NeedsScope(Scope.READ)
    @PreAuthorize("isAuthenticated()")
    ComparisonView compare(@PathVariable String type, @PathVariable String id) {
        return translations
                .compare(guides.require(type, id))
                .map(ComparisonView::of)
                .orElseThrow(() -> Refusal.missing("the guide is no translation of another one")
                        .raise());
    }

    /** @param revision the number of the revision of the source whose text the translation has */
    record UpToDate(int revision) {}

    @PutMapping("/translated-from")
    @NeedsScope(Scope.DRAFT)
    @PreAuthorize("hasRole('EDITOR')")
    ComparisonView broughtUpToDate(
            @PathVariable String type, @PathVariable String id, @RequestBody UpToDate body, Person me) {
        translating.broughtUpToDate(guides.require(type, id), body.revision(), me);
        return compare(type, id);
    }
}
