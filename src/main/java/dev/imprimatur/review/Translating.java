// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.audit.Audit;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.editing.Permissions;
import dev.imprimatur.editing.Translations;
import dev.imprimatur.people.Person;
import dev.imprimatur.publication.TranslationLinks;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/** What editors and publishers do with translations. The set of translations changes first; then the cards and the ledger follow. */
@Component
public class Translating {
    private final Translations translations;
    private final TranslationLinks links;
    private final Permissions permissions;
    private final GuideReconciler reconciler;
    private final Guides guides;
    private final Editions editions;
    private final Audit audit;

    Translating(
            Translations translations,
            TranslationLinks links,
            Permissions permissions,
            GuideReconciler reconciler,
            Guides guides,
            Editions editions,
            Audit audit) {
        this.translations = translations;
        this.links = links;
        this.permissions = permissions;
        this.reconciler = reconciler;
        this.guides = guides;
        this.editions = editions;
        this.audit = audit;
    }

    /** Begins a translation with the published content of the source. */
    public Guide begin(Guide guide, String locale, @Nullable String slug, Person by) {
        return settled(editions.together(() -> begun(translations.begin(guide, locale, slug, by))));
    }

    /** Creates a translation with the given content. */
    public Guide create(String type, String slug, @Nullable String locale, JsonNode content, String of, Person by) {
        return settled(editions.together(() -> begun(translations.create(type, slug, locale, content, of, by))));
    }

    private Guide begun(Guide guide) {
        reconciler.reconcileOrDefer(guide.id());
        return guide;
    }

    /** Only after the card has what the logs say. */
    private Guide settled(Guide guide) {
        settle(guide);
        return guides.require(guide.id());
    }

    /** Makes a guide a translation of another one. If the guide is published, only a publisher can. */
    public void link(Guide guide, Guide to, Person by) {
        links.mayChange(guide, by);
        if (translations.link(guide, to, by))
            audit.record(by.account(), "translation-linked", words(guide) + " to " + words(to), null);
        settle(guide);
    }

    /** Makes an imported guide a translation of another one. Its text counts as translated from what is published of the source now. */
    public void linkImported(Guide guide, Guide to) {
        editions.together(() -> {
            translations.link(guide, to, Person.SYSTEM);
            translations.beganFromLive(guide, Person.SYSTEM);
            reconciler.reconcileOrDefer(guide.id());
            return guide;
        });
        settle(guide);
    }

    /** Ends the link between a translation and the others. If the guide is published, only a publisher can. */
    public void unlink(Guide guide, Person by) {
        var set = translations.setOf(guide);
        if (set.isEmpty()) return;
        links.mayChange(guide, by);
        translations.unlink(guide, by);
        audit.record(by.account(), "translation-unlinked", words(guide), null);
        guides.stored(set.get().source()).ifPresent(this::settle);
    }

    /** Makes a translation the source of the others. */
    public void makeSource(Guide guide, Person by) {
        if (!guide.isTranslation()) return;
        permissions.mustAllow(by, guide, Permissions.EDITOR);
        translations.makeSource(guide, by);
        audit.record(by.account(), "translation-source", words(guide), null);
        settle(guide);
    }

    /** Records that the text of a translation has what a published revision of the source says. */
    public void broughtUpToDate(Guide guide, int revision, Person by) {
        editions.together(() -> {
            translations.broughtUpToDate(guide, revision, by);
            reconciler.reconcileOrDefer(guide.id());
            return guide;
        });
        settle(guide);
    }

    private void settle(Guide guide) {
        translations.setOf(guide).ifPresent(links::settle);
    }

    private static String words(Guide guide) {
        return guide.type() + " " + guide.slug() + " " + guide.locale() + " " + guide.id();
    }
}
