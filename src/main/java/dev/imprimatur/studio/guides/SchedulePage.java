// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.guides;

import dev.imprimatur.editing.Guides;
import dev.imprimatur.history.Edition;
import dev.imprimatur.people.Person;
import dev.imprimatur.review.Schedules;
import dev.imprimatur.studio.DisplayText;
import dev.imprimatur.studio.Flash;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The forms with which publishers schedule a guide. */
@Controller
@RequestMapping("/studio/guides/{id}/schedule")
@PreAuthorize("hasRole('PUBLISHER')")
class SchedulePage {
    private final Guides guides;
    private final Schedules schedules;

    SchedulePage(Guides guides, Schedules schedules) {
        this.guides = guides;
        this.schedules = schedules;
    }

    @PostMapping
    String schedule(
            @PathVariable String id,
            @RequestParam(defaultValue = "") String publishAt,
            @RequestParam(defaultValue = "") String unpublishAt,
            @RequestParam String zone,
            @RequestParam String version,
            Person me,
            RedirectAttributes redirect) {
        schedules.schedule(
                guides.require(id),
                new Schedules.Wanted(given(publishAt), given(unpublishAt), zone.strip()),
                version,
                me);
        Flash.notice(redirect, "The schedule is saved.");
        return "redirect:/studio/guides/" + id + "/review";
    }

    private static @Nullable String given(String text) {
        return text.isBlank() ? null : text.strip();
    }

    @PostMapping("/now")
    String publishNow(@PathVariable String id, @RequestParam String version, Person me, RedirectAttributes redirect) {
        var guide = schedules.publishNow(guides.require(id), version, me);
        boolean isPublished = guide.state() == Edition.State.PUBLISHED;
        Flash.notice(
                redirect,
                DisplayText.quoted(guide.title()) + " is published"
                        + (isPublished ? "." : " as soon as the workflow engine answers."));
        return "redirect:/studio/guides/" + id + "/review";
    }

    @PostMapping("/give-up")
    String giveUp(@PathVariable String id, @RequestParam String version, Person me, RedirectAttributes redirect) {
        schedules.giveUp(guides.require(id), version, me);
        Flash.notice(redirect, "The schedule is given up.");
        return "redirect:/studio/guides/" + id + "/review";
    }
}
