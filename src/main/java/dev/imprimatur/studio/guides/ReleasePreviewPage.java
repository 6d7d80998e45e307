// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.guides;

import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.GuideRevisions;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.paging.Order;
import dev.imprimatur.paging.Place;
import dev.imprimatur.paging.Selection;
import dev.imprimatur.paging.Window;
import dev.imprimatur.review.Release;
import dev.imprimatur.review.Releases;
import dev.imprimatur.studio.PageLinks;
import dev.imprimatur.studio.revision.Preview;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;

/** Shows the guides of a release, one below the other, as readers will see them. */
@Controller
class ReleasePreviewPage {
    private static final int PAGE = 10;

    private final Releases releases;
    private final Editions editions;
    private final GuideRevisions guideRevisions;
    private final ContentTypes types;

    ReleasePreviewPage(Releases releases, Editions editions, GuideRevisions guideRevisions, ContentTypes types) {
        this.releases = releases;
        this.editions = editions;
        this.guideRevisions = guideRevisions;
        this.types = types;
    }

    /** @param preview null if the guide is unpublished with the release, or nothing was submitted yet */
    record Shown(Releases.Checked checked, @Nullable Preview preview) {}

    @GetMapping("/studio/releases/{id}/preview")
    @PreAuthorize("isAuthenticated()")
    String preview(@PathVariable String id, @RequestParam(defaultValue = "") String cursor, Model model) {
        var release = releases.require(id);
        var order = new Order<Releases.Checked>(checked -> Place.of(checked.id()), false);
        var page = Window.of(Selection.of("release-preview", id), cursor, PAGE)
                .page(order.of(releases.check(release)), order.place());
        model.addAttribute("release", release);
        model.addAttribute("all", page.map(this::shown).items());
        model.addAttribute("pages", PageLinks.of("/studio/releases/" + release.id() + "/preview", page));
        return "studio/release-preview";
    }

    private Shown shown(Releases.Checked checked) {
        var guide = checked.guide();
        if (guide == null || checked.action() == Release.Action.UNPUBLISH) return new Shown(checked, null);
        var preview = editions.get(new EditionId(guide.id(), checked.edition()))
                .submitted()
                .map(submitted -> guideRevisions.require(guide, submitted.number()))
                .map(revision -> Preview.of(types.require(guide.type()).shape(), revision.identifiedContent()))
                .orElse(null);
        return new Shown(checked, preview);
    }
}
