// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.administration;

import dev.imprimatur.access.SigningRules;
import dev.imprimatur.accounts.Accounts;
import dev.imprimatur.accounts.Role;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.publication.WorksReadOnly;
import dev.imprimatur.review.HandOvers;
import dev.imprimatur.studio.DisplayText;
import dev.imprimatur.studio.Flash;
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

/** The page on which administrators create accounts, set roles and deactivate accounts. */
@Controller
@RequestMapping("/studio/accounts")
@PreAuthorize("hasRole('ADMIN')")
class AccountsPage {
    private final Accounts accounts;
    private final SigningRules signing;
    private final HandOvers handOvers;

    AccountsPage(Accounts accounts, SigningRules signing, HandOvers handOvers) {
        this.handOvers = handOvers;
        this.accounts = accounts;
        this.signing = signing;
    }

    @GetMapping
    String accounts(Person me, Model model) {
        model.addAttribute("needsPassword", signing.needsPassword(me));
        model.addAttribute("accounts", accounts.accounts());
        model.addAttribute("roles", Role.values());
        return "studio/accounts";
    }

    @PostMapping
    String create(
            @RequestParam String username,
            @RequestParam String displayName,
            @RequestParam(defaultValue = "") String title,
            @RequestParam(defaultValue = "") String email,
            @RequestParam String password,
            @RequestParam(required = false) @Nullable Set<Role> roles,
            Person me,
            Model model,
            RedirectAttributes redirect) {
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
        Flash.notice(redirect, DisplayText.isolated(displayName) + " can sign in as " + username + ".");
        return "redirect:/studio/accounts";
    }

    private static @Nullable String orNull(String text) {
        return text.isBlank() ? null : text.strip();
    }

    @PostMapping("/{username}/roles")
    String roles(
            @PathVariable String username,
            @RequestParam(required = false) @Nullable Set<Role> roles,
            Person me,
            RedirectAttributes redirect) {
        signing.mustBeProven(me);
        accounts.setRoles(username, roles == null ? Set.of() : roles, me.account());
        Flash.notice(redirect, "The roles of " + username + " hold from now on.");
        return "redirect:/studio/accounts";
    }

    @PostMapping("/{username}/deactivate")
    @WorksReadOnly
    String deactivate(@PathVariable String username, Person me, RedirectAttributes redirect) {
        accounts.deactivate(username, me.account());
        Flash.notice(redirect, username + " can no longer sign in.");
        if (handOvers.held(username).isNothing()) return "redirect:/studio/accounts";
        // the page shows what is left to hand over
        return "redirect:/studio/accounts/" + username;
    }
}
