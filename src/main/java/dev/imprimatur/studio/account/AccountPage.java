// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.account;

import dev.imprimatur.absences.Absences;
import dev.imprimatur.access.SigningRules;
import dev.imprimatur.accounts.Account;
import dev.imprimatur.accounts.Accounts;
import dev.imprimatur.accounts.Role;
import dev.imprimatur.credentials.CalendarLinks;
import dev.imprimatur.credentials.Scope;
import dev.imprimatur.credentials.Tokens;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.publication.WorksReadOnly;
import dev.imprimatur.sessions.Session;
import dev.imprimatur.sessions.Sessions;
import dev.imprimatur.studio.DisplayText;
import dev.imprimatur.studio.Flash;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/** The page where people change their own address, password, tokens and sessions. */
@Controller
@RequestMapping("/studio/account")
class AccountPage {
    private final Accounts accounts;
    private final Tokens tokens;
    private final CalendarLinks calendarLinks;
    private final Sessions sessions;
    private final SigningRules signing;
    private final Absences absences;

    AccountPage(
            Accounts accounts,
            Tokens tokens,
            CalendarLinks calendarLinks,
            Sessions sessions,
            SigningRules signing,
            Absences absences) {
        this.absences = absences;
        this.calendarLinks = calendarLinks;
        this.signing = signing;
        this.accounts = accounts;
        this.tokens = tokens;
        this.sessions = sessions;
    }

    @GetMapping
    String account(Person me, HttpServletRequest request, Model model) {
        var account = require(me);
        model.addAttribute("account", account);
        model.addAttribute(
                "administrators",
                accounts.accounts().stream()
                        .filter(it -> it.active() && it.roles().contains(Role.ADMIN))
                        .map(Account::displayName)
                        .toList());
        model.addAttribute("tokens", tokens.of(me.account()));
        model.addAttribute("calendarLink", calendarLinks.of(me.account()).orElse(null));
        model.addAttribute("needsPassword", signing.needsPassword(me));
        model.addAttribute("sessions", sessions.of(me.account()));
        model.addAttribute("current", current(request));
        var absence = absences.of(me.account()).orElse(null);
        if (!model.containsAttribute("absence")) model.addAttribute("absence", Absences.Wanted.of(absence));
        model.addAttribute("isAbsent", absence != null);
        return "studio/account";
    }

    private static @Nullable String current(HttpServletRequest request) {
        return Sessions.of(request).map(Session::name).orElse(null);
    }

    private Account require(Person me) {
        return accounts.account(me.account())
                .orElseThrow(() ->
                        Refusal.missing("there is no account with this id").raise());
    }

    @PostMapping
    String changeEmail(@RequestParam String email, Person me, RedirectAttributes redirect) {
        accounts.changeEmail(me.account(), email.isBlank() ? null : email.strip());
        Flash.notice(redirect, "Saved.");
        return "redirect:/studio/account";
    }

    @PostMapping("/password")
    String password(
            @RequestParam String old,
            @RequestParam String wanted,
            Person me,
            HttpServletRequest request,
            RedirectAttributes redirect) {
        try {
            accounts.changePassword(me.account(), old, wanted, request.getRemoteAddr(), current(request));
            Flash.notice(redirect, "The password is changed; your tokens and other sessions have ended.");
        } catch (Refused refused) {
            Flash.text(
                    redirect, "problem", DisplayText.sentence(refused.refusal().detail()));
        }
        return "redirect:/studio/account";
    }

    @PostMapping("/tokens")
    String token(
            @RequestParam String name,
            @RequestParam int days,
            @RequestParam(defaultValue = "") String scope,
            Person me,
            RedirectAttributes redirect) {
        // Otherwise somebody who took over a session could create a token and decide with it.
        signing.mustBeProven(me);
        var wanted =
                new Tokens.NewToken(name, Duration.ofDays(days), scope.isEmpty() ? null : Scope.named(List.of(scope)));
        Flash.text(
                redirect,
                "secret",
                tokens.create(require(me).username(), wanted, null, me.request())
                        .text());
        return "redirect:/studio/account";
    }

    @PostMapping("/tokens/revoke")
    @WorksReadOnly
    String revoke(@RequestParam String token, Person me, RedirectAttributes redirect) {
        tokens.revoke(me.account(), token);
        Flash.notice(redirect, "The token is revoked.");
        return "redirect:/studio/account";
    }

    @PostMapping("/calendar")
    String calendar(Person me, RedirectAttributes redirect) {
        String token = calendarLinks.make(require(me).username());
        Flash.text(
                redirect,
                "calendarAddress",
                ServletUriComponentsBuilder.fromCurrentContextPath().toUriString() + "/calendar/" + token + ".ics");
        return "redirect:/studio/account";
    }

    @PostMapping("/calendar/revoke")
    @WorksReadOnly
    String revokeCalendar(Person me, RedirectAttributes redirect) {
        calendarLinks.revoke(me.account());
        Flash.notice(redirect, "The calendar link is revoked.");
        return "redirect:/studio/account";
    }

    @PostMapping("/sessions/end")
    @WorksReadOnly
    String end(@RequestParam String session, Person me, RedirectAttributes redirect) {
        sessions.end(session, me.account());
        Flash.notice(redirect, "The session has ended.");
        return "redirect:/studio/account";
    }
}
