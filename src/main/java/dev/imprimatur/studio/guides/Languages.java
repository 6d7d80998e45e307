// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.guides;

import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.diff.Change;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.GuideRevisions;
import dev.imprimatur.editing.Permissions;
import dev.imprimatur.editing.Translations;
import dev.imprimatur.history.Revision;
import dev.imprimatur.people.Person;
import dev.imprimatur.publication.TranslationLinks;
import dev.imprimatur.studio.revision.Preview;
import dev.imprimatur.studio.revision.RevisionView;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Shows the languages of a guide, and what changed in the source of a translation. Templates use this bean as {@code @languages}. */
@Component("languages")
public class Languages {
    private final Translations translations;
    private final TranslationLinks links;
    private final GuideRevisions revisions;
    private final ContentTypes types;
    private final Permissions permissions;

    Languages(
            Translations translations,
            TranslationLinks links,
            GuideRevisions revisions,
            ContentTypes types,
            Permissions permissions) {
        this.translations = translations;
        this.links = links;
        this.revisions = revisions;
        this.types = types;
        this.permissions = permissions;
    }

    /**
     * A language of a guide.
     *
     * @param name the language in English, such as “German (Germany)”
     */
    public record Language(Guide guide, String name, boolean isSource) {}

    /**
     * The languages of a guide, and the comparison with its source if it is a translation.
     *
     * @param comparison null if the guide is no translation
     * @param changed what changed in the source since; empty if nothing is known to have changed
     * @param source what readers see of the source; null if it is not published
     * @param mayEdit whether the person may translate, and say that this translation is up to date
     * @param mayLink whether the person may change which guides this one is linked with
     */
    public record OfGuide(
            List<Language> all,
            Translations.@Nullable Comparison comparison,
            List<RevisionView.Row> changed,
            @Nullable Preview source,
            boolean mayEdit,
            boolean mayLink) {
        /** Whether this guide is a translation whose source has changed, or may have changed, since. */
        public boolean isOutdated() {
            return comparison != null && comparison.isOutdated();
        }
    }

    /** @param revision the revision whose state is compared with the source; null for the text as it is now */
    public OfGuide of(Guide guide, @Nullable Revision revision, Person me) {
        var all = translations.of(guide);
        String source = all.getFirst().id();
        var comparison = all.size() < 2
                ? null
                : (revision == null ? translations.compare(guide) : translations.compare(guide, revision)).orElse(null);
        var shape = types.require(guide.type()).shape();
        var live = comparison == null ? null : comparison.published();
        var published = live == null ? null : revisions.require(source, live.revision());
        List<Change> changes = comparison == null ? List.of() : comparison.changes();
        return new OfGuide(
                all.stream()
                        .map(it -> new Language(
                                it,
                                Locale.forLanguageTag(it.locale()).getDisplayName(Locale.ENGLISH),
                                it.id().equals(source)))
                        .toList(),
                comparison,
                published == null || changes.isEmpty()
                        ? List.of()
                        : RevisionView.of(shape, published.content(), changes).changed(),
                published == null ? null : Preview.of(shape, published.identifiedContent()),
                permissions.allows(me, guide, Permissions.EDITOR),
                links.allowsChange(guide, me));
    }
}
