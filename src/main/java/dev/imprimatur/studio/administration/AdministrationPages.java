// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.administration;

import dev.imprimatur.access.SigningRules;
import dev.imprimatur.accounts.Accounts;
import dev.imprimatur.accounts.Role;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.credentials.SiteKeys;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.publication.WorksReadOnly;
import dev.imprimatur.review.Review;
import dev.imprimatur.studio.DisplayText;
import dev.imprimatur.studio.diagram.Diagram;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

/** Workflows, accounts and site keys: for administrators. */
@Controller
@RequestMapping("/studio")
@PreAuthorize("hasRole('ADMIN')")
class AdministrationPages {
    private final Accounts accounts;
    private final SiteKeys keys;
    private final SigningRules signing;
    private final Review review;
    private final ContentTypes types;

    AdministrationPages(Accounts accounts, SiteKeys keys, Review review, ContentTypes types, SigningRules signing) {
        this.signing = signing;
        this.accounts = accounts;
        this.keys = keys;
        this.review = review;
        this.types = types;
    }

    record Drawn(Review.Deployed workflow, Diagram diagram) {}

    @GetMapping("/workflows")
    String workflows(Model model) {
        model.addAttribute(
                "workflows",
                review.deployed().stream()
                        .map(workflow -> new Drawn(workflow, Diagram.of(workflow.bpmn(), workflow.standing())))
                        .toList());
        return "studio/workflows";
    }

    @GetMapping("/accounts")
    String accounts(Person me, Model model) {
        model.addAttribute("needsPassword", signing.needsPassword(me));
        model.addAttribute("accounts", accounts.accounts());
        model.addAttribute("roles", Role.values());
        return "studio/accounts";
    }

    @PostMapping("/accounts")
    String create(
            @RequestParam String username,
            @RequestParam String displayName,
            @RequestParam(defaultValue = "") String title,
            @RequestParam(defaultValue = "") String email,
            @RequestParam String password,
            @RequestParam(required = false) @Nullable Set<Role> roles,
            Person me,
            Model model,
            RedirectAttributes told) {
        signing.mustBeProven(me);
        try {
            accounts.create(
                    new Accounts.NewAccount(
                            username,
                            displayName,
                            orNull(title),
                            orNull(email),
                            password,
                            roles == null ? Set.of() : roles),
                    me);
        } catch (Refused refused) {
            model.addAttribute("refusal", refused.refusal());
            model.addAttribute(
                    "given", Map.of("username", username, "displayName", displayName, "title", title, "email", email));
            return accounts(me, model);
        }
        told.addFlashAttribute("told", DisplayText.isolated(displayName) + " can sign in as " + username + ".");
        return "redirect:/studio/accounts";
    }

    private static @Nullable String orNull(String text) {
        return text.isBlank() ? null : text.strip();
    }

    @PostMapping("/accounts/{username}/roles")
    String roles(
            @PathVariable String username,
            @RequestParam(required = false) @Nullable Set<Role> roles,
            Person me,
            RedirectAttributes told) {
        signing.mustBeProven(me);
        accounts.setRoles(username, roles == null ? Set.of() : roles, me.account());
        told.addFlashAttribute("told", "The roles of " + username + " hold from now on.");
        return "redirect:/studio/accounts";
    }

    @PostMapping("/accounts/{username}/deactivate")
    @WorksReadOnly
    String deactivate(@PathVariable String username, Person me, RedirectAttributes told) {
        accounts.deactivate(username, me.account());
        told.addFlashAttribute("told", username + " can no longer sign in.");
        return "redirect:/studio/accounts";
    }

    @GetMapping("/api-keys")
    String keys(Model model) {
        model.addAttribute("keys", keys.all());
        model.addAttribute("types", types.all());
        return "studio/keys";
    }

    @PostMapping("/api-keys")
    String createKey(
            @RequestParam String name,
            @RequestParam(name = "types", required = false) @Nullable List<String> readable,
            @RequestParam(defaultValue = "") String origins,
            Person me,
            RedirectAttributes told) {
        List<String> chosen = readable == null ? List.of() : readable;
        chosen.forEach(types::require);
        var fresh = keys.create(new SiteKeys.NewKey(name, List.of("delivery"), chosen, lines(origins)), me);
        told.addFlashAttribute("secret", fresh.secret());
        return "redirect:/studio/api-keys";
    }

    /** One on each line. */
    private static List<@Nullable String> lines(String text) {
        return text.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .<@Nullable String>map(it -> it)
                .toList();
    }

    @PostMapping("/api-keys/{id}/origins")
    String origins(
            @PathVariable String id,
            @RequestParam(defaultValue = "") String origins,
            Person me,
            RedirectAttributes told) {
        var key = keys.changeOrigins(id, lines(origins), me.account());
        told.addFlashAttribute(
                "told",
                key.origins().isEmpty()
                        ? "No page in a browser can read with the key of " + DisplayText.isolated(key.name()) + " any more."
                        : "From now on pages of these origins can read with the key of " + DisplayText.isolated(key.name())
                                + ": " + String.join(", ", key.origins()) + ".");
        return "redirect:/studio/api-keys";
    }

    @PostMapping("/api-keys/{id}/revoke")
    @WorksReadOnly
    String revokeKey(@PathVariable String id, Person me, RedirectAttributes told) {
        keys.revoke(id, me.account());
        told.addFlashAttribute("told", "The key is revoked: the next request with it is refused.");
        return "redirect:/studio/api-keys";
    }
}
