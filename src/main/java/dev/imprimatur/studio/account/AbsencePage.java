// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.account;

import dev.imprimatur.absences.Absences;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.studio.DisplayText;
import dev.imprimatur.studio.Flash;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The form that says when somebody is absent, on their own page and on the page on which administrators see an account. */
@Controller
@RequestMapping("/studio/absences/{username}")
class AbsencePage {
    private final Absences absences;
    private final DisplayText words;

    AbsencePage(Absences absences, DisplayText words) {
        this.absences = absences;
        this.words = words;
    }

    @PostMapping
    String set(
            @PathVariable String username,
            @RequestParam(defaultValue = "") String from,
            @RequestParam(defaultValue = "") String until,
            @RequestParam(defaultValue = "") String zone,
            @RequestParam(defaultValue = "") String delegate,
            Person me,
            RedirectAttributes redirect) {
        var wanted = new Absences.Wanted(orNull(from), orNull(until), orNull(zone), orNull(delegate));
        try {
            var absence = absences.set(username, wanted, null, me);
            Flash.notice(
                    redirect,
                    "Saved: absent from " + words.day(absence.from()) + " until " + words.day(absence.until())
                            + (absence.delegate() == null
                                    ? ". Tasks go to their groups."
                                    : ". Tasks go to " + words.named(absence.delegate())
                                            + " where they may take them."));
        } catch (Refused refused) {
            Flash.text(redirect, "problem", DisplayText.sentences(refused.refusal()));
            Flash.fields(redirect, "absence", Map.of("from", from, "until", until, "zone", zone, "delegate", delegate));
        }
        return page(username, me);
    }

    private static @Nullable String orNull(String text) {
        return text.isBlank() ? null : text.strip();
    }

    private static String page(String username, Person me) {
        return "redirect:" + (me.account().equals(username) ? "/studio/account" : "/studio/accounts/" + username);
    }

    @PostMapping("/end")
    String end(@PathVariable String username, Person me, RedirectAttributes redirect) {
        absences.end(username, null, me);
        Flash.notice(redirect, "The absence is over. Tasks that were passed on stay where they are.");
        return page(username, me);
    }
}
