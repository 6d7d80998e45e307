// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.administration;

import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.credentials.SiteKeys;
import dev.imprimatur.people.Person;
import dev.imprimatur.publication.WorksReadOnly;
import dev.imprimatur.studio.DisplayText;
import dev.imprimatur.studio.Flash;
import java.util.List;
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

/** The page on which administrators create site keys, change their origins and revoke them. */
@Controller
@RequestMapping("/studio/api-keys")
@PreAuthorize("hasRole('ADMIN')")
class SiteKeysPage {
    private final SiteKeys keys;
    private final ContentTypes types;

    SiteKeysPage(SiteKeys keys, ContentTypes types) {
        this.keys = keys;
        this.types = types;
    }

    @GetMapping
    String list(Model model) {
        model.addAttribute("keys", keys.all());
        model.addAttribute("types", types.all());
        return "studio/keys";
    }

    @PostMapping
    String create(
            @RequestParam String name,
            @RequestParam(name = "types", required = false) @Nullable List<String> readable,
            @RequestParam(defaultValue = "") String origins,
            Person me,
            RedirectAttributes redirect) {
        List<String> chosen = readable == null ? List.of() : readable;
        chosen.forEach(types::require);
        var fresh = keys.create(new SiteKeys.NewKey(name, List.of("delivery"), chosen, lines(origins)), me);
        Flash.text(redirect, "secret", fresh.secret());
        return "redirect:/studio/api-keys";
    }

    /** Reads one origin from each line. */
    private static List<@Nullable String> lines(String text) {
        return text.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .<@Nullable String>map(it -> it)
                .toList();
    }

    @PostMapping("/{id}/origins")
    String origins(
            @PathVariable String id,
            @RequestParam(defaultValue = "") String origins,
            Person me,
            RedirectAttributes redirect) {
        var key = keys.changeOrigins(id, lines(origins), me.account());
        Flash.notice(
                redirect,
                key.origins().isEmpty()
                        ? "No page in a browser can read with the key of " + DisplayText.isolated(key.name())
                                + " any more."
                        : "From now on pages of these origins can read with the key of "
                                + DisplayText.isolated(key.name()) + ": " + String.join(", ", key.origins()) + ".");
        return "redirect:/studio/api-keys";
    }

    @PostMapping("/{id}/revoke")
    @WorksReadOnly
    String revoke(@PathVariable String id, Person me, RedirectAttributes redirect) {
        keys.revoke(id, me.account());
        Flash.notice(redirect, "The key is revoked: the next request with it is refused.");
        return "redirect:/studio/api-keys";
    }
}
