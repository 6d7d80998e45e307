// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.administration;

import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.notifications.Chats;
import dev.imprimatur.notifications.MailSetup;
import dev.imprimatur.notifications.Undelivered;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.studio.PageLinks;
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

/** The administrators' page about mails that could not be delivered, and about the chats that are told of events. */
@Controller
@RequestMapping("/studio/notification-delivery")
@PreAuthorize("hasRole('ADMIN')")
class NotificationDeliveryPage {
    private static final String ADDRESS = "/studio/notification-delivery";
    private static final int SHOWN = 50;

    private final Undelivered undelivered;
    private final MailSetup mail;
    private final Chats chats;
    private final ContentTypes types;

    NotificationDeliveryPage(Undelivered undelivered, MailSetup mail, Chats chats, ContentTypes types) {
        this.undelivered = undelivered;
        this.mail = mail;
        this.chats = chats;
        this.types = types;
    }

    @GetMapping
    String show(@RequestParam(defaultValue = "") String cursor, Model model) {
        var page = undelivered.list(cursor, SHOWN);
        model.addAttribute("mails", mail.isConfigured());
        model.addAttribute("from", mail.from());
        model.addAttribute("undelivered", page);
        model.addAttribute("pages", PageLinks.of(ADDRESS, page));
        model.addAttribute("chats", chats.all());
        model.addAttribute("events", Chats.events());
        model.addAttribute("types", types.all());
        return "studio/notification-delivery";
    }

    @PostMapping("/retry")
    String retry(@RequestParam String username, Person me, RedirectAttributes redirect) {
        undelivered.retry(username, me);
        redirect.addFlashAttribute("notice", "The mail to " + username + " is tried again now.");
        return "redirect:" + ADDRESS;
    }

    @PostMapping("/chats")
    String add(
            @RequestParam String url,
            @RequestParam(required = false) @Nullable List<String> events,
            @RequestParam(name = "types", required = false) @Nullable List<String> wantedTypes,
            Person me,
            Model model,
            RedirectAttributes redirect) {
        try {
            chats.add(
                    url.strip(),
                    events == null ? List.of() : events,
                    wantedTypes == null ? List.of() : wantedTypes,
                    me);
        } catch (Refused refused) {
            model.addAttribute("refusal", refused.refusal());
            model.addAttribute("given", url);
            return show("", model);
        }
        redirect.addFlashAttribute("notice", "The chat is told of events from now on.");
        return "redirect:" + ADDRESS;
    }

    @PostMapping("/chats/{id}/test")
    String test(@PathVariable String id, RedirectAttributes redirect) {
        var outcome = chats.test(id);
        String answer = outcome.status() == null ? String.valueOf(outcome.error()) : "It answered " + outcome.status();
        redirect.addFlashAttribute(
                outcome.succeeded() ? "notice" : "failed",
                (outcome.succeeded() ? "Taken. " : "Not taken. ") + answer + ", after " + outcome.millis() + " ms.");
        return "redirect:" + ADDRESS;
    }

    @PostMapping("/chats/{id}/resume")
    String resume(@PathVariable String id, Person me, RedirectAttributes redirect) {
        chats.resume(id, me);
        redirect.addFlashAttribute("notice", "What waits for the chat is posted now.");
        return "redirect:" + ADDRESS;
    }

    @PostMapping("/chats/{id}/delete")
    String delete(@PathVariable String id, Person me, RedirectAttributes redirect) {
        chats.delete(id, me);
        redirect.addFlashAttribute("notice", "The chat is deleted.");
        return "redirect:" + ADDRESS;
    }
}
