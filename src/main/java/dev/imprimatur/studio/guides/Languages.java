// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.guides;

import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.diff.Change;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.GuideRevisions;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.editing.Language;
import dev.imprimatur.editing.Permissions;
import dev.imprimatur.editing.Translations;
import dev.imprimatur.history.Revision;
import dev.imprimatur.people.Person;
import dev.imprimatur.publication.TranslationLinks;
import dev.imprimatur.studio.DisplayText;
import dev.imprimatur.studio.revision.Preview;
import dev.imprimatur.studio.revision.RevisionView;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
    private final Guides guides;
    private final DisplayText words;

    Languages(
            Translations translations,
            TranslationLinks links,
            GuideRevisions revisions,
            ContentTypes types,
            Permissions permissions,
            Guides guides,
            DisplayText words) {
        this.translations = translations;
        this.links = links;
        this.revisions = revisions;
        this.types = types;
        this.permissions = permissions;
        this.guides = guides;
        this.words = words;
    }

    /** A guide of the set. */
    public record Member(Guide guide, Language language, boolean isSource) {}

    /**
     * The languages of a guide, and the comparison with its source if it is a translation.
     *
     * @param missing the languages of other guides of this type in which this guide does not exist, by name
     * @param comparison null if the guide is no translation
     * @param changed what changed in the source since; empty if nothing is known to have changed
     * @param source what readers see of the source; null if it is not published
     * @param mayEdit whether the person may translate, and say that this translation is up to date
     * @param mayLink whether the person may change which guides this one is linked with
     */
    public record OfGuide(
            List<Member> all,
            List<Language> missing,
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
                        .map(it -> new Member(
                                it, words.language(it.locale()), it.id().equals(source)))
                        .toList(),
                missing(guide.type(), all),
                comparison,
                published == null || changes.isEmpty()
                        ? List.of()
                        : RevisionView.of(shape, published.content(), changes).changed(),
                published == null ? null : Preview.of(shape, published.identifiedContent()),
                permissions.allows(me, guide, Permissions.EDITOR),
                links.allowsChange(guide, me));
    }

    private List<Language> missing(String type, List<Guide> all) {
        var there = all.stream().map(Guide::locale).collect(Collectors.toSet());
        return inUse(type).stream().filter(it -> !there.contains(it.tag())).toList();
    }

    /**
     * The languages of all guides of a type, by name.
     *
     * @param type empty for all types
     * @param also locales that are listed even if no guide has them; empty ones are not
     */
    List<Language> inUse(String type, String... also) {
        var used = guides.cached().stream()
                .filter(it -> type.isEmpty() || it.type().equals(type))
                .map(Guide::locale);
        return Stream.concat(used, Stream.of(also).filter(tag -> !tag.isEmpty()))
                .distinct()
                .map(words::language)
                .sorted(Comparator.comparing(Language::name))
                .toList();
    }
}
