// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.administration;

import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.notifications.Chats;
import dev.imprimatur.notifications.MailSetup;
import dev.imprimatur.notifications.Undelivered;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.studio.DisplayText;
import dev.imprimatur.studio.Flash;
import dev.imprimatur.studio.PageLinks;
import java.util.List;
import java.util.stream.Collectors;
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
        model.addAttribute("undelivered", page.map(MailRow::of));
        model.addAttribute("pages", PageLinks.of(ADDRESS, page));
        model.addAttribute("chats", chats.all().stream().map(this::row).toList());
        model.addAttribute("events", Chats.events().stream().map(Event::of).toList());
        model.addAttribute("types", types.all());
        return "studio/notification-delivery";
    }

    /** @param failure why it was not delivered; null if it was */
    record MailRow(Undelivered.View mail, @Nullable DeliveryFailure failure) {
        static MailRow of(Undelivered.View mail) {
            return new MailRow(mail, mail.error() == null ? null : DeliveryFailure.ofMail(mail.error()));
        }
    }

    /**
     * A chat.
     *
     * @param label the name of the chat, or else its server
     * @param told what it is told of
     * @param failure why it did not accept the last message; null if it did
     */
    record ChatRow(
            Chats.View chat,
            String label,
            String told,
            @Nullable DeliveryFailure failure) {}

    /** An event that chats may be told of. */
    record Event(String name, String words) {
        static Event of(String name) {
            return new Event(name, words(name));
        }

        private static String words(String event) {
            return switch (event) {
                case "submitted" -> "A revision is submitted for review";
                case "decided" -> "A step of a workflow is completed";
                case "approved" -> "A revision is approved";
                case "changes-requested" -> "Changes are requested";
                case "published" -> "A guide is published";
                case "unpublished" -> "A guide is unpublished";
                case "commented" -> "Somebody comments";
                case "reminded" -> "A task still waits";
                case "escalated" -> "Nobody decides in time";
                case "review-announced" -> "A review comes due soon";
                case "review-due" -> "A review is due";
                case "overdue" -> "A review is overdue";
                case "revision-called" -> "A next edition is asked for";
                default -> event;
            };
        }
    }

    private ChatRow row(Chats.View chat) {
        String events = chat.events().isEmpty()
                ? "Everything"
                : chat.events().stream().map(Event::words).collect(Collectors.joining("; "));
        String of = chat.types().isEmpty()
                ? ""
                : ", of " + chat.types().stream().map(this::title).collect(Collectors.joining(" and "));
        return new ChatRow(
                chat,
                chat.name() == null ? chat.server() : chat.name(),
                events + of,
                chat.error() == null ? null : DeliveryFailure.ofChat(chat.error()));
    }

    private String title(String type) {
        return types.all().stream()
                .filter(it -> it.name().equals(type))
                .map(it -> DisplayText.isolated(it.title()))
                .findFirst()
                .orElse(type);
    }

    @PostMapping("/retry-all")
    String retryAll(Person me, RedirectAttributes redirect) {
        long mails = undelivered.retryAll(me);
        Flash.notice(
                redirect,
                mails == 0
                        ? "There is nothing to try again."
                        : DisplayText.count(mails, "mail") + (mails == 1 ? " is" : " are") + " tried again now.");
        return "redirect:" + ADDRESS;
    }

    @PostMapping("/retry")
    String retry(@RequestParam String username, Person me, RedirectAttributes redirect) {
        undelivered.retry(username, me);
        Flash.notice(redirect, "The mail to " + username + " is tried again now.");
        return "redirect:" + ADDRESS;
    }

    @PostMapping("/chats")
    String add(
            @RequestParam(defaultValue = "") String name,
            @RequestParam String url,
            @RequestParam(required = false) @Nullable List<String> events,
            @RequestParam(name = "types", required = false) @Nullable List<String> wantedTypes,
            Person me,
            Model model,
            RedirectAttributes redirect) {
        try {
            chats.add(
                    name,
                    url.strip(),
                    events == null ? List.of() : events,
                    wantedTypes == null ? List.of() : wantedTypes,
                    me);
        } catch (Refused refused) {
            model.addAttribute("refusal", refused.refusal());
            model.addAttribute("given", url);
            model.addAttribute("givenName", name);
            return show("", model);
        }
        Flash.notice(redirect, "The chat is told of events from now on.");
        return "redirect:" + ADDRESS;
    }

    @PostMapping("/chats/{id}/test")
    String test(@PathVariable String id, RedirectAttributes redirect) {
        var outcome = chats.test(id);
        if (outcome.succeeded())
            Flash.notice(
                    redirect,
                    "The chat took it: it answered " + outcome.status() + ", after " + outcome.millis() + " ms.");
        else {
            var failure = DeliveryFailure.ofChat(
                    outcome.status() == null ? String.valueOf(outcome.error()) : "status " + outcome.status());
            Flash.text(redirect, "failed", failure.words());
            Flash.text(redirect, "technical", failure.technical());
        }
        return "redirect:" + ADDRESS;
    }

    @PostMapping("/chats/{id}/resume")
    String resume(@PathVariable String id, Person me, RedirectAttributes redirect) {
        chats.resume(id, me);
        Flash.notice(redirect, "What waits for the chat is posted now.");
        return "redirect:" + ADDRESS;
    }

    @PostMapping("/chats/{id}/delete")
    String delete(@PathVariable String id, Person me, RedirectAttributes redirect) {
        chats.delete(id, me);
        Flash.notice(redirect, "The chat is deleted.");
        return "redirect:" + ADDRESS;
    }
}
