// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.account;

import dev.imprimatur.absences.Absences;
import dev.imprimatur.access.SigningRules;
import dev.imprimatur.accounts.Accounts;
import dev.imprimatur.accounts.PasswordReset;
import dev.imprimatur.accounts.Role;
import dev.imprimatur.people.Grant;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.review.HandOvers;
import dev.imprimatur.studio.DisplayText;
import dev.imprimatur.studio.Flash;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/** The page on which administrators rename an account, create a link to reset its password, or reactivate the account. */
@Controller
@RequestMapping("/studio/accounts/{username}")
@PreAuthorize("hasRole('ADMIN')")
class PersonPage {
    private final Accounts accounts;
    private final SigningRules signing;
    private final HandOvers handOvers;
    private final Absences absences;
    private final PasswordReset reset;

    PersonPage(Accounts accounts, PasswordReset reset, SigningRules signing, HandOvers handOvers, Absences absences) {
        this.handOvers = handOvers;
        this.absences = absences;
        this.signing = signing;
        this.accounts = accounts;
        this.reset = reset;
    }

    @GetMapping
    String person(@PathVariable String username, Model model) {
        var account = accounts.known(username);
        model.addAttribute("account", account);
        model.addAttribute("limitable", EnumSet.complementOf(EnumSet.of(Role.ADMIN)));
        var rows = new ArrayList<Map<String, String>>();
        account.grants()
                .forEach(grant -> rows.add(
                        row(grant.role(), listed(grant.types()), listed(grant.locales()), listed(grant.tags()))));
        rows.add(row("", "", "", ""));
        model.addAttribute("grants", rows);
        model.addAttribute("held", handOvers.held(username));
        var absence = absences.of(username).orElse(null);
        if (!model.containsAttribute("absence")) model.addAttribute("absence", Absences.Wanted.of(absence));
        model.addAttribute("isAbsent", absence != null);
        return "studio/person";
    }

    private static Map<String, String> row(String role, String types, String locales, String tags) {
        return Map.of("role", role, "types", types, "locales", locales, "tags", tags);
    }

    private static String listed(@Nullable List<String> values) {
        return values == null ? "" : String.join(", ", values);
    }

    private static List<String> list(String text) {
        return Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .filter(value -> !value.isEmpty())
                .toList();
    }

    /** Sets the limits of the roles, one row of inputs each, and the groups. A row without a role is left out. */
    @PostMapping("/grants")
    String grants(
            @PathVariable String username,
            @RequestParam MultiValueMap<String, String> form,
            Person me,
            RedirectAttributes redirect) {
        signing.mustBeProven(me);
        var grants = new ArrayList<Grant>();
        var roles = form.getOrDefault("role", List.of());
        for (int i = 0; i < roles.size(); i++)
            if (!roles.get(i).isBlank())
                grants.add(new Grant(
                        roles.get(i),
                        list(at(form, "types", i)),
                        list(at(form, "locales", i)),
                        list(at(form, "tags", i))));
        try {
            accounts.setRights(username, null, grants, list(at(form, "groups", 0)), me.account());
            Flash.notice(redirect, "What " + username + " may do holds from now on.");
        } catch (Refused refused) {
            Flash.text(redirect, "problem", DisplayText.sentences(refused.refusal()));
        }
        return page(username);
    }

    private static String at(MultiValueMap<String, String> form, String name, int index) {
        var values = form.getOrDefault(name, List.of());
        return index < values.size() ? values.get(index) : "";
    }

    @PostMapping("/rename")
    String rename(
            @PathVariable String username,
            @RequestParam String displayName,
            @RequestParam(defaultValue = "") String title,
            @RequestParam(defaultValue = "") String email,
            Person me,
            RedirectAttributes redirect) {
        try {
            accounts.rename(username, displayName, orNull(title), orNull(email), me.account());
            Flash.notice(redirect, "Saved. What they vouched for before keeps the name it bore then.");
        } catch (Refused refused) {
            Flash.text(
                    redirect, "problem", DisplayText.sentence(refused.refusal().detail()));
        }
        return page(username);
    }

    private static @Nullable String orNull(String text) {
        return text.isBlank() ? null : text.strip();
    }

    private static String page(String username) {
        return "redirect:/studio/accounts/" + username;
    }

    /**
     * Creates a link for resetting the password. The link has the host of this request and is absolute, because the administrator passes it
     * on to the person.
     */
    @PostMapping("/reset")
    String reset(@PathVariable String username, Person me, HttpServletRequest request, RedirectAttributes redirect) {
        signing.mustBeProven(me);
        var fresh = reset.make(username, me.account());
        Flash.text(
                redirect,
                "resetLink",
                ServletUriComponentsBuilder.fromContextPath(request)
                        .path(fresh.path())
                        .toUriString());
        Flash.at(redirect, "resetUntil", fresh.expiresAt());
        return page(username);
    }

    @PostMapping("/hand-over")
    String handOver(@PathVariable String username, @RequestParam String to, Person me, RedirectAttributes redirect) {
        var done = handOvers.handOver(username, to.strip(), me);
        Flash.notice(
                redirect,
                to.strip() + " owns " + DisplayText.count(done.handedOver(), "more guide")
                        + " now, is named as reviewer of "
                        + DisplayText.count(done.reviewed(), "more guide") + ", has "
                        + DisplayText.count(done.tasks(), "more task") + ", and is the delegate in "
                        + DisplayText.count(done.delegations(), "more absence") + "."
                        + (done.left() ? " There are more: press the button again." : "")
                        + (done.returned() == 0
                                ? ""
                                : " " + DisplayText.count(done.returned(), "task") + " went back to their groups.")
                        + (done.skipped() == 0
                                ? ""
                                : " " + DisplayText.count(done.skipped(), "guide")
                                        + " stay: their stored logs were changed, or " + to.strip()
                                        + " may not review them."));
        return page(username);
    }

    @PostMapping("/reactivate")
    String reactivate(@PathVariable String username, Person me, RedirectAttributes redirect) {
        signing.mustBeProven(me);
        accounts.reactivate(username, me.account());
        Flash.notice(redirect, username + " can sign in again, with the roles and the password from before.");
        return page(username);
    }
}
