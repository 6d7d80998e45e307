// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.library;

import dev.imprimatur.editing.NamedAssets;
import dev.imprimatur.media.Asset;
import dev.imprimatur.media.AssetDetails;
import dev.imprimatur.media.Library;
import dev.imprimatur.media.MediaSettings;
import dev.imprimatur.media.Upload;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.MultipartForm;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.studio.DisplayText;
import dev.imprimatur.studio.Flash;
import dev.imprimatur.studio.PageLinks;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Arrays;
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
import org.springframework.web.util.UriComponentsBuilder;

/** The pages of the library: the list, and each picture or file with what is said of it and the guides that name it. */
@Controller
class MediaPages {
    private static final int PAGE = 48;

    private final Library library;
    private final NamedAssets named;
    private final MediaSettings settings;

    MediaPages(Library library, NamedAssets named, MediaSettings settings) {
        this.library = library;
        this.named = named;
        this.settings = settings;
    }

    /** What was typed into the form of an upload. */
    record Form(String alt, String credit) {
        static final Form EMPTY = new Form("", "");

        static Form of(MultipartForm form) {
            return new Form(text(form.field("alt")), text(form.field("credit")));
        }

        private static String text(@Nullable String value) {
            return value == null ? "" : value;
        }
    }

    @GetMapping("/studio/media")
    @PreAuthorize("isAuthenticated()")
    String list(
            @RequestParam(defaultValue = "") String q,
            @RequestParam(defaultValue = "") String tag,
            @RequestParam(defaultValue = "") String cursor,
            Model model) {
        var page = library.page(q, tag, cursor, PAGE);
        var url = UriComponentsBuilder.fromPath("/studio/media");
        if (!q.isBlank()) url.queryParam("q", "{q}");
        if (!tag.isBlank()) url.queryParam("tag", "{tag}");
        model.addAttribute("q", q);
        model.addAttribute("tag", tag);
        model.addAttribute("assets", page.items());
        model.addAttribute(
                "pages",
                PageLinks.of(
                        url.encode().buildAndExpand(Map.of("q", q, "tag", tag)).toUriString(), page));
        limits(model);
        if (!model.containsAttribute("form")) model.addAttribute("form", Form.EMPTY);
        return "studio/media";
    }

    private void limits(Model model) {
        model.addAttribute("accepted", settings.accepted());
        model.addAttribute("megabytes", settings.maxBytes() / (1024 * 1024));
    }

    @PostMapping("/studio/media")
    @PreAuthorize("hasRole('EDITOR')")
    String add(
            HttpServletRequest request,
            HttpServletResponse response,
            Person me,
            Model model,
            RedirectAttributes redirect) {
        var form = MultipartForm.of(request);
        try {
            var added = library.add(Upload.of(form), AssetDetails.of(form.field("alt"), form.field("credit")), me);
            Flash.notice(
                    redirect,
                    added.isNew()
                            ? "The file is in the library."
                            : "The library has this file already; this is what is said of it.");
            return one(added.asset());
        } catch (Refused refused) {
            refuse(refused, response, model);
            model.addAttribute("form", Form.of(form));
            return list("", "", "", model);
        }
    }

    private static void refuse(Refused refused, HttpServletResponse response, Model model) {
        response.setStatus(refused.refusal().kind().status());
        model.addAttribute("refusal", refused.refusal());
    }

    private static String one(Asset asset) {
        return "redirect:/studio/media/" + asset.id();
    }

    @GetMapping("/studio/media/{id}")
    @PreAuthorize("isAuthenticated()")
    String one(@PathVariable String id, Model model) {
        var asset = library.require(id);
        model.addAttribute("asset", asset);
        if (!model.containsAttribute("details")) model.addAttribute("details", asset.details());
        model.addAttribute("users", named.users(asset));
        limits(model);
        return "studio/asset";
    }

    @PostMapping("/studio/media/{id}")
    @PreAuthorize("hasRole('EDITOR')")
    String describe(
            @PathVariable String id,
            @RequestParam String version,
            @RequestParam(defaultValue = "") String alt,
            @RequestParam(defaultValue = "false") boolean decorative,
            @RequestParam(defaultValue = "") String credit,
            @RequestParam(defaultValue = "") String licence,
            @RequestParam(defaultValue = "") String tags,
            Person me,
            HttpServletResponse response,
            Model model,
            RedirectAttributes redirect) {
        var details = new AssetDetails(
                alt,
                decorative,
                credit,
                licence,
                library.require(id).details().focalPoint(),
                Arrays.stream(tags.split(","))
                        .map(String::strip)
                        .filter(it -> !it.isEmpty())
                        .toList());
        try {
            library.describe(id, version, details, me);
        } catch (Refused refused) {
            if (refused.refusal().kind() == Refusal.Kind.MISSING) throw refused;
            refuse(refused, response, model);
            model.addAttribute("details", details);
            return one(id, model);
        }
        Flash.notice(redirect, "Saved. Guides keep the alternative texts that they have.");
        return "redirect:/studio/media/" + id;
    }

    @PostMapping("/studio/media/{id}/versions")
    @PreAuthorize("hasRole('EDITOR')")
    String replace(
            @PathVariable String id,
            HttpServletRequest request,
            HttpServletResponse response,
            Person me,
            Model model,
            RedirectAttributes redirect) {
        var form = MultipartForm.of(request);
        try {
            var added = library.replace(id, Upload.of(form), form.field("alt"), me);
            Flash.notice(
                    redirect, "This is the new version. Guides keep the one before until somebody inserts this one.");
            return one(added);
        } catch (Refused refused) {
            if (refused.refusal().kind() == Refusal.Kind.MISSING) throw refused;
            refuse(refused, response, model);
            return one(id, model);
        }
    }

    @PostMapping("/studio/media/{id}/delete")
    @PreAuthorize("hasRole('EDITOR')")
    String delete(@PathVariable String id, Person me, RedirectAttributes redirect) {
        var asset = library.require(id);
        named.delete(id, me);
        Flash.notice(redirect, DisplayText.quoted(asset.name()) + " is deleted.");
        return "redirect:/studio/media";
    }
}
