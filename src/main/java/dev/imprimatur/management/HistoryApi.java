// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.access.NeedsScope;
import dev.imprimatur.credentials.Scope;
import dev.imprimatur.diff.Change;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.GuideRevisions;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.editing.Translations;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.Revision;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.review.WorkflowProgress;
import java.util.List;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The history of a guide: its revisions, the edition logs, and the position in the workflow. */
@RestController
@RequestMapping(Api.ROOT + "/{type}")
class HistoryApi {
    private final Guides guides;
    private final GuideRevisions guideRevisions;
    private final Editions editions;
    private final WorkflowProgress progress;

    private final Translations translations;

    HistoryApi(
            Guides guides,
            GuideRevisions guideRevisions,
            Editions editions,
            WorkflowProgress progress,
            Translations translations) {
        this.translations = translations;
        this.guides = guides;
        this.guideRevisions = guideRevisions;
        this.editions = editions;
        this.progress = progress;
    }

    @GetMapping("/{id}/revisions")
    @NeedsScope(Scope.READ)
    @PreAuthorize("isAuthenticated()")
    PageView<RevisionView> revisions(@PathVariable String type, @PathVariable String id) {
        var guide = guides.require(type, id);
        return new PageView<>(
                guideRevisions.of(guide).stream()
                        .map(revision -> view(guide, revision, false))
                        .toList(),
                null);
    }

    @GetMapping("/{id}/revisions/{number}")
    @NeedsScope(Scope.READ)
    @PreAuthorize("isAuthenticated()")
    RevisionView revision(@PathVariable String type, @PathVariable String id, @PathVariable int number) {
        var guide = guides.require(type, id);
        return view(guide, guideRevisions.require(guide, number), true);
    }

    private RevisionView view(Guide guide, Revision revision, boolean withContent) {
        return RevisionView.of(
                revision, translations.translatedFrom(guide, revision.edition(), revision.number()), withContent);
    }

    record DiffView(int from, int to, List<Change> changes) {}

    @GetMapping("/{id}/revisions/{from}/diff/{to}")
    @NeedsScope(Scope.READ)
    @PreAuthorize("isAuthenticated()")
    DiffView diff(@PathVariable String type, @PathVariable String id, @PathVariable int from, @PathVariable int to) {
        return new DiffView(from, to, guideRevisions.diff(guides.require(type, id), from, to));
    }

    @GetMapping("/{id}/log")
    @NeedsScope(Scope.READ)
    @PreAuthorize("isAuthenticated()")
    PageView<LogView> log(@PathVariable String type, @PathVariable String id) {
        var all = editions.of(id);
        // the log of a deleted guide is what remains of it
        if (all.stream().noneMatch(Edition::isDeleted)) guides.require(type, id);
        all.forEach(Edition::mustBeSound);
        return new PageView<>(
                all.stream()
                        .flatMap(edition -> edition.log().stream())
                        .map(LogView::of)
                        .toList(),
                null);
    }

    @GetMapping("/{id}/process")
    @NeedsScope(Scope.READ)
    @PreAuthorize("isAuthenticated()")
    WorkflowProgress.Progress process(@PathVariable String type, @PathVariable String id) {
        var edition = guides.require(type, id).current();
        return progress.of(edition)
                .orElseThrow(
                        () -> Refusal.missing("edition " + edition.number() + " is over and has no process any more")
                                .raise());
    }
}
