// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.guides;

import dev.imprimatur.editing.Guides;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.review.Release;
import dev.imprimatur.review.ReleaseUndo;
import dev.imprimatur.review.Releases;
import dev.imprimatur.studio.DisplayText;
import dev.imprimatur.studio.Flash;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The pages about releases: publishers gather guides there and publish them together. */
@Controller
class ReleasesPages {
    private static final int MOST_AT_ONCE = 200;

    private final Releases releases;
    private final ReleaseUndo undo;
    private final Guides guides;

    ReleasesPages(Releases releases, ReleaseUndo undo, Guides guides) {
        this.releases = releases;
        this.undo = undo;
        this.guides = guides;
    }

    /**
     * The form for the name and the instant of a release.
     *
     * @param publishAt as the clocks of the zone show it; null or empty for none
     * @param isNew whether the browser may put in the zone of its person, because there is no instant yet
     */
    record Form(String name, @Nullable String publishAt, String zone, boolean isNew) {
        static final Form EMPTY = new Form("", null, "UTC", true);

        static Form of(Release release) {
            var zone = release.schedule().knownZone().orElse(ZoneOffset.UTC);
            return new Form(
                    release.name(),
                    DisplayText.onTheClocks(release.publishAt(), zone),
                    zone.equals(ZoneOffset.UTC) ? "UTC" : zone.getId(),
                    release.publishAt() == null);
        }

        Releases.Wanted wanted() {
            return new Releases.Wanted(
                    name, publishAt == null || publishAt.isBlank() ? null : publishAt.strip(), zone.strip());
        }

        /** Shows what was typed again, and why it was refused. */
        void refuse(Refused refused, Model model) {
            model.addAttribute("refusal", refused.refusal());
            model.addAttribute("form", this);
        }
    }

    @GetMapping("/studio/releases")
    @PreAuthorize("isAuthenticated()")
    String list(Model model) {
        model.addAttribute("rows", releases.all());
        if (!model.containsAttribute("form")) model.addAttribute("form", Form.EMPTY);
        return "studio/releases";
    }

    @PostMapping("/studio/releases")
    @PreAuthorize("hasRole('PUBLISHER')")
    String create(
            @RequestParam String name,
            @RequestParam(defaultValue = "") String publishAt,
            @RequestParam(defaultValue = "UTC") String zone,
            Person me,
            Model model) {
        var form = new Form(name, publishAt, zone, false);
        try {
            return redirect(releases.create(form.wanted(), me).id());
        } catch (Refused refused) {
            form.refuse(refused, model);
            return list(model);
        }
    }

    private static String redirect(String id) {
        return "redirect:/studio/releases/" + id;
    }

    @GetMapping("/studio/releases/{id}")
    @PreAuthorize("isAuthenticated()")
    String one(@PathVariable String id, Model model) {
        var release = releases.require(id);
        var all = releases.check(release);
        model.addAttribute("release", release);
        if (!model.containsAttribute("form")) model.addAttribute("form", Form.of(release));
        model.addAttribute("all", all);
        model.addAttribute(
                "missing", all.stream().filter(it -> it.missing() != null).count());
        return "studio/release";
    }

    @PostMapping("/studio/releases/{id}")
    @PreAuthorize("hasRole('PUBLISHER')")
    String set(
            @PathVariable String id,
            @RequestParam String version,
            @RequestParam String name,
            @RequestParam(defaultValue = "") String publishAt,
            @RequestParam(defaultValue = "UTC") String zone,
            Person me,
            Model model,
            RedirectAttributes redirect) {
        var form = new Form(name, publishAt, zone, false);
        try {
            releases.set(id, form.wanted(), version, me);
        } catch (Refused refused) {
            if (refused.refusal().kind() != Refusal.Kind.MALFORMED
                    && refused.refusal().kind() != Refusal.Kind.STALE) throw refused;
            form.refuse(refused, model);
            return one(id, model);
        }
        Flash.notice(redirect, "The release is saved.");
        return redirect(id);
    }

    @PostMapping("/studio/releases/{id}/publish")
    @PreAuthorize("hasRole('PUBLISHER')")
    String publish(@PathVariable String id, Person me, RedirectAttributes redirect) {
        var release = releases.publish(id, me);
        Flash.notice(redirect, DisplayText.quoted(release.name()) + " is published.");
        return redirect(id);
    }

    @PostMapping("/studio/releases/{id}/undo")
    @PreAuthorize("hasRole('PUBLISHER')")
    String undo(@PathVariable String id, Person me, RedirectAttributes redirect) {
        var undoing = undo.undo(id, me);
        Flash.notice(redirect, "This release undoes the other one, once it is published.");
        return redirect(undoing.id());
    }

    @PostMapping("/studio/releases/{id}/delete")
    @PreAuthorize("hasRole('PUBLISHER')")
    String delete(@PathVariable String id, Person me, RedirectAttributes redirect) {
        releases.delete(id, me);
        Flash.notice(redirect, "The release is deleted, and its guides are out of it.");
        return "redirect:/studio/releases";
    }

    @PostMapping("/studio/releases/{id}/take-out")
    @PreAuthorize("hasRole('PUBLISHER')")
    String takeOut(@PathVariable String id, @RequestParam String guide, Person me, RedirectAttributes redirect) {
        releases.remove(id, guide, me);
        Flash.notice(redirect, "The guide is out of the release.");
        return redirect(id);
    }

    /**
     * Adds a guide from its own page.
     *
     * @param action {@code publish} or {@code unpublish}
     */
    @PostMapping("/studio/guides/{guide}/release")
    @PreAuthorize("hasRole('PUBLISHER')")
    String add(
            @PathVariable String guide,
            @RequestParam String release,
            @RequestParam(defaultValue = "publish") String action,
            @RequestParam(defaultValue = "") String reason,
            Person me,
            RedirectAttributes redirect) {
        boolean ends = action.equals("unpublish");
        releases.add(
                release, guides.require(guide), new Releases.WantedGuide(action, ends ? reason : null, null, null), me);
        Flash.notice(
                redirect,
                "The guide is in the release “" + releases.require(release).name() + "”.");
        return "redirect:/studio/guides/" + guide + "/review";
    }

    /** Adds the guides that are chosen in the list of guides. */
    @PostMapping("/studio/guides/release")
    @PreAuthorize("hasRole('PUBLISHER')")
    String addAll(
            @RequestParam(name = "guide", required = false) @Nullable List<String> chosen,
            @RequestParam String release,
            Person me,
            RedirectAttributes redirect) {
        if (chosen == null || chosen.isEmpty() || chosen.size() > MOST_AT_ONCE)
            throw Refusal.malformed("choose 1 to " + MOST_AT_ONCE + " guides", List.of())
                    .raise();
        int added = 0;
        var refused = new ArrayList<Map<String, String>>();
        for (String id : new LinkedHashSet<>(chosen)) {
            String name = id;
            try {
                var guide = guides.require(id);
                name = guide.title();
                releases.add(release, guide, Releases.WantedGuide.TO_PUBLISH, me);
                added++;
            } catch (Refused reason) {
                refused.add(Map.of("key", name, "value", reason.refusal().detail()));
            }
        }
        Flash.notice(redirect, DisplayText.count(added, "guide") + " added to the release.");
        if (!refused.isEmpty()) Flash.rows(redirect, "refused", refused);
        return redirect(release);
    }
}
