// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.guides;

import dev.imprimatur.editing.Guides;
import dev.imprimatur.editing.LanguageNames;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.review.Translating;
import dev.imprimatur.studio.DisplayText;
import dev.imprimatur.studio.Flash;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The forms on the page of a guide that begin a translation, link guides and say which revision of the source a translation has. */
@Controller
@RequestMapping("/studio/guides/{id}")
class LanguagesPage {
    private final Guides guides;
    private final Translating translating;

    LanguagesPage(Guides guides, Translating translating) {
        this.guides = guides;
        this.translating = translating;
    }

    @PostMapping("/translate")
    @PreAuthorize("hasRole('EDITOR')")
    String translate(
            @PathVariable String id,
            @RequestParam String locale,
            @RequestParam(defaultValue = "") String slug,
            Person me,
            RedirectAttributes redirect) {
        var source = guides.require(id);
        String tag = LanguageNames.tagOf(locale).orElse(locale.strip());
        var guide = translating.begin(source, tag, slug.isBlank() ? null : slug.strip(), me);
        Flash.notice(
                redirect,
                "This is the translation of " + DisplayText.quoted(source.title()) + " into " + guide.locale()
                        + ". It begins with the text of the source.");
        return "redirect:/studio/guides/" + guide.id() + "/edit?write=yes";
    }

    @PostMapping("/up-to-date")
    @PreAuthorize("hasRole('EDITOR')")
    String upToDate(@PathVariable String id, @RequestParam int revision, Person me, RedirectAttributes redirect) {
        translating.broughtUpToDate(guides.require(id), revision, me);
        Flash.notice(redirect, "The translation has what revision " + revision + " of its source says.");
        return "redirect:/studio/guides/" + id;
    }

    /** Links this guide with the guide whose address in the studio, or whose id, the person gives. */
    @PostMapping("/link")
    @PreAuthorize("hasAnyRole('EDITOR', 'PUBLISHER')")
    String link(@PathVariable String id, @RequestParam String of, Person me, RedirectAttributes redirect) {
        var guide = guides.require(id);
        String other = of.strip().replaceFirst("^.*/guides/([^/?#]+).*$", "$1");
        var to = guides.stored(other)
                .orElseThrow(() -> Refusal.malformed("/of", "there is no guide with this address")
                        .raise());
        translating.link(guide, to, me);
        Flash.notice(
                redirect,
                DisplayText.quoted(guide.title()) + " is a translation of " + DisplayText.quoted(to.title()) + ".");
        return "redirect:/studio/guides/" + id;
    }

    @PostMapping("/unlink")
    @PreAuthorize("hasAnyRole('EDITOR', 'PUBLISHER')")
    String unlink(@PathVariable String id, Person me, RedirectAttributes redirect) {
        var guide = guides.require(id);
        translating.unlink(guide, me);
        Flash.notice(redirect, DisplayText.quoted(guide.title()) + " stands alone.");
        return "redirect:/studio/guides/" + id;
    }

    @PostMapping("/make-source")
    @PreAuthorize("hasRole('EDITOR')")
    String makeSource(@PathVariable String id, Person me, RedirectAttributes redirect) {
        var guide = guides.require(id);
        translating.makeSource(guide, me);
        Flash.notice(redirect, DisplayText.quoted(guide.title()) + " is the source of the other languages.");
        return "redirect:/studio/guides/" + id;
    }
}
