// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.administration;

import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.publication.LedgerEntry;
import dev.imprimatur.studio.Flash;
import dev.imprimatur.studio.PageLinks;
import dev.imprimatur.webhooks.Attempt;
import dev.imprimatur.webhooks.Subscribers;
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

/** The administrators' pages about webhooks: the subscribers, their states, and the messages that were sent to each. */
@Controller
@RequestMapping("/studio/webhooks")
@PreAuthorize("hasRole('ADMIN')")
class WebhooksPages {
    private static final int SHOWN = 50;

    private final Subscribers subscribers;
    private final ContentTypes types;

    WebhooksPages(Subscribers subscribers, ContentTypes types) {
        this.subscribers = subscribers;
        this.types = types;
    }

    @GetMapping
    String list(Model model) {
        model.addAttribute(
                "webhooks", subscribers.all().stream().map(Subscribers.View::of).toList());
        model.addAttribute("types", types.all());
        model.addAttribute(
                "kinds",
                Stream.of(LedgerEntry.Kind.values())
                        .map(LedgerEntry.Kind::spelling)
                        .toList());
        return "studio/webhooks";
    }

    @PostMapping
    String add(
            @RequestParam String url,
            @RequestParam(required = false) @Nullable List<String> kinds,
            @RequestParam(name = "types", required = false) @Nullable List<String> wantedTypes,
            Person me,
            Model model,
            RedirectAttributes redirect) {
        try {
            var fresh = subscribers.add(
                    url.strip(), kinds == null ? List.of() : kinds, wantedTypes == null ? List.of() : wantedTypes, me);
            Flash.text(redirect, "secret", fresh.secrets().getFirst().value());
            return redirect(fresh.id());
        } catch (Refused refused) {
            model.addAttribute("refusal", refused.refusal());
            model.addAttribute("given", url);
            return list(model);
        }
    }

    @GetMapping("/{id}")
    String one(@PathVariable String id, @RequestParam(defaultValue = "") String cursor, Model model) {
        model.addAttribute("webhook", Subscribers.View.of(subscribers.require(id)));
        var attempts = subscribers.attempts(id, cursor, SHOWN);
        model.addAttribute("attempts", attempts);
        model.addAttribute("pages", PageLinks.of(address(id), attempts));
        return "studio/webhook";
    }

    @PostMapping("/{id}/test")
    String test(@PathVariable String id, RedirectAttributes redirect) {
        return show(id, subscribers.test(id), redirect);
    }

    @PostMapping("/{id}/redeliver")
    String redeliver(@PathVariable String id, @RequestParam long position, RedirectAttributes redirect) {
        return show(id, subscribers.redeliver(id, position), redirect);
    }

    private static String show(String id, Attempt attempt, RedirectAttributes redirect) {
        String answer = attempt.status() == null ? attempt.error() : "It answered " + attempt.status();
        if (attempt.succeeded()) Flash.notice(redirect, "Taken. " + after(answer, attempt));
        else Flash.text(redirect, "failed", "Not taken. " + after(answer, attempt));
        return redirect(id);
    }

    private static String after(@Nullable String answer, Attempt attempt) {
        return answer + ", after " + attempt.millis() + " ms.";
    }

    @PostMapping("/{id}/secret")
    String rotateSecret(@PathVariable String id, Person me, RedirectAttributes redirect) {
        Flash.text(redirect, "secret", subscribers.rotateSecret(id, me));
        return redirect(id);
    }

    @PostMapping("/{id}/resume")
    String resume(@PathVariable String id, Person me, RedirectAttributes redirect) {
        subscribers.resume(id, me.account());
        Flash.notice(redirect, "Messages continue from where they stopped.");
        return redirect(id);
    }

    @PostMapping("/{id}/delete")
    String delete(@PathVariable String id, Person me, RedirectAttributes redirect) {
        subscribers.delete(id, me.account());
        Flash.notice(redirect, "The webhook is deleted.");
        return "redirect:/studio/webhooks";
    }

    private static String redirect(String id) {
        return "redirect:" + address(id);
    }

    private static String address(String id) {
        return "/studio/webhooks/" + id;
    }
}
