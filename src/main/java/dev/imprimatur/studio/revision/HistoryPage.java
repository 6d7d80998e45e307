// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.revision;

import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.content.Labels;
import dev.imprimatur.editing.Drafts;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.GuideRevisions;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.history.Edition;
import dev.imprimatur.people.Person;
import dev.imprimatur.publication.LedgerEntry;
import dev.imprimatur.publication.LedgerReader;
import dev.imprimatur.studio.DisplayText;
import dev.imprimatur.studio.Flash;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;
import tools.jackson.databind.node.MissingNode;

/** Shows the log of a guide, compares its revisions, and verifies the ledger entries of its publications. */
@Controller
@RequestMapping("/studio/guides/{id}")
class HistoryPage {
    private final Guides guides;
    private final Drafts drafts;
    private final GuideRevisions guideRevisions;
    private final Editions editions;
    private final LedgerReader ledger;
    private final ContentTypes types;
    private final DisplayText words;

    HistoryPage(
            Guides guides,
            Drafts drafts,
            GuideRevisions guideRevisions,
            Editions editions,
            LedgerReader ledger,
            ContentTypes types,
            DisplayText words) {
        this.guides = guides;
        this.drafts = drafts;
        this.guideRevisions = guideRevisions;
        this.editions = editions;
        this.ledger = ledger;
        this.types = types;
        this.words = words;
    }

    /** An edition with the events of its log, the latest first. */
    record Messages(Edition edition, List<HistoryEvent> stories) {}

    @GetMapping("/history")
    String history(
            @PathVariable String id,
            @RequestParam @Nullable Integer from,
            @RequestParam @Nullable Integer to,
            @RequestParam @Nullable String draft,
            Person me,
            Model model) {
        var guide = guides.require(id);
        var all = editions.of(id);
        var revisions = guideRevisions.of(guide);
        var shape = types.require(guide.type()).shape();
        model.addAttribute("guide", guide);
        model.addAttribute("type", types.require(guide.type()));
        model.addAttribute(
                "editions",
                all.reversed().stream()
                        .map(edition -> new Messages(
                                edition,
                                edition.log().reversed().stream()
                                        .map(entry -> HistoryEvent.of(
                                                entry,
                                                pointer -> Labels.of(shape, MissingNode.getInstance(), pointer),
                                                words::named))
                                        .toList()))
                        .toList());
        model.addAttribute("revisions", revisions);
        model.addAttribute("proven", proven(all, id));
        if (from != null && to != null) {
            var older = guideRevisions.require(guide, from);
            var newer = guideRevisions.require(guide, to);
            model.addAttribute("from", older);
            model.addAttribute("to", newer);
            model.addAttribute(
                    "proof",
                    RevisionView.of(
                            types.require(guide.type()).shape(),
                            newer.content(),
                            guideRevisions.changes(guide, older, newer)));
        }
        model.addAttribute("versions", drafts.versions(guide));
        if (draft != null) {
            var version = drafts.version(guide, draft);
            model.addAttribute("version", version);
            model.addAttribute(
                    "proof", RevisionView.of(shape, drafts.copy(guide).content(), drafts.changesSince(guide, version)));
        }
        boolean drafting = guide.state() == Edition.State.DRAFT
                && all.stream().allMatch(edition -> edition.damage().isEmpty());
        model.addAttribute("mayRestore", me.has("EDITOR") && drafting);
        if (drafting) model.addAttribute("etag", drafts.of(guide).etag());
        return "studio/history";
    }

    /** The verified ledger entries of the guide, the latest first. */
    private List<LedgerReader.CheckedEntry> proven(List<Edition> all, String id) {
        var positions = Stream.concat(
                        ledger
                                .positions(all.stream()
                                        .flatMap(edition -> edition.log().stream())
                                        .toList())
                                .stream(),
                        ledger.lastOf(id).map(LedgerEntry::position).stream())
                .distinct()
                .toList();
        return ledger.recheck(positions).reversed();
    }

    @PostMapping("/restore")
    @PreAuthorize("hasRole('EDITOR')")
    String restore(
            @PathVariable String id,
            @RequestParam int revision,
            @RequestParam String etag,
            Person me,
            RedirectAttributes redirect) {
        var dropped = drafts.restore(guides.require(id), etag, revision, me).dropped();
        Flash.notice(redirect, "The draft holds revision " + revision + " now." + leftOut(dropped));
        return "redirect:/studio/guides/" + id + "/edit";
    }

    @PostMapping("/restore-version")
    @PreAuthorize("hasRole('EDITOR')")
    String restoreVersion(
            @PathVariable String id,
            @RequestParam String version,
            @RequestParam String etag,
            Person me,
            RedirectAttributes redirect) {
        var dropped =
                drafts.restoreVersion(guides.require(id), etag, version, me).dropped();
        Flash.notice(
                redirect,
                "The draft holds the earlier version now. What it replaced is kept in the history." + leftOut(dropped));
        return "redirect:/studio/guides/" + id + "/edit";
    }

    private static String leftOut(List<String> dropped) {
        return dropped.isEmpty()
                ? ""
                : " These fields were left out, because guides of this type no longer have them: "
                        + String.join(", ", dropped) + ".";
    }
}
