// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.editing;

import dev.imprimatur.diff.Change;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.history.LogEntry.TranslatedFrom;
import dev.imprimatur.history.Revision;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/**
 * The translations of guides. Each translation is a guide of its own, with its own editions and reviews. It remembers the revision of the
 * source that its text has, so that everybody can see what changed in the source since.
 */
@Component
public class Translations {
    /** More languages would not fit into the {@code Link} header of a response. */
    private static final int MOST = 30;

    private final Guides guides;
    private final Editions editions;
    private final Editing editing;
    private final GuideRevisions revisions;
    private final TranslationSets sets;
    private final Permissions permissions;
    private final int most;

    /** @param most the number of languages of a guide, {@code imprimatur.translations.languages} */
    Translations(
            Guides guides,
            Editions editions,
            Editing editing,
            GuideRevisions revisions,
            TranslationSets sets,
            Permissions permissions,
            @Value("${imprimatur.translations.languages:30}") int most) {
        if (most < 2 || most > MOST)
            throw new IllegalArgumentException("imprimatur.translations.languages is 2 to " + MOST);
        this.guides = guides;
        this.editions = editions;
        this.editing = editing;
        this.revisions = revisions;
        this.sets = sets;
        this.permissions = permissions;
        this.most = most;
    }

    /** The set that the guide belongs to; empty if it stands alone. */
    public Optional<TranslationSet> setOf(Guide guide) {
        return sets.of(guide.id());
    }

    /** The guide that the others are translated from; the guide itself if it stands alone. */
    public Guide sourceOf(Guide guide) {
        return sets.of(guide.id()).map(set -> guides.require(set.source())).orElse(guide);
    }

    /** The guides of the set, the source first and the others by locale; only the guide itself if it stands alone. */
    public List<Guide> of(Guide guide) {
        var set = sets.of(guide.id()).orElse(null);
        if (set == null) return List.of(guide);
        return guides
                .find(set.members().stream().map(TranslationSet.Member::guide).toList())
                .values()
                .stream()
                .sorted(Comparator.comparing((Guide it) -> !it.id().equals(set.source()))
                        .thenComparing(Guide::locale))
                .toList();
    }

    /**
     * Creates a translation, whose draft has the published content of the source. A repeated request returns the guide that it created
     * before.
     *
     * @param guide any guide of the set
     * @param slug null for the slug of the source
     */
    public Guide begin(Guide guide, String locale, @Nullable String slug, Person by) {
        String tag = Slug.newLocale(locale);
        var source = sourceOf(guide);
        String address = slug == null ? source.slug() : Slug.checked(slug);
        var taken = mustBeFree(source, tag, by);
        if (taken.isPresent()) return taken.get();
        var live = liveOf(source);
        var created = editing.translation(source, tag, address, by);
        return linkedOrGone(created, source, live.orElse(null), by);
    }

    /**
     * Creates a translation with the given content.
     *
     * @param of the id of any guide of the set
     */
    public Guide create(String type, String slug, @Nullable String locale, JsonNode content, String of, Person by) {
        var guide = guides.find(of)
                .filter(it -> it.type().equals(type))
                .orElseThrow(() -> Refusal.malformed("/translationOf", "there is no " + type + " with this id")
                        .raise());
        if (locale == null)
            throw Refusal.malformed("/locale", "a translation names its locale").raise();
        var source = sourceOf(guide);
        var taken = mustBeFree(source, Slug.newLocale(locale), by);
        if (taken.isPresent()) return taken.get();
        var live = liveOf(source);
        return linkedOrGone(editing.create(type, slug, locale, content, by), source, live.orElse(null), by);
    }

    /** Refuses if the set has a guide of the locale; returns that guide if the same request created it. */
    private Optional<Guide> mustBeFree(Guide source, String locale, Person by) {
        if (locale.equals(source.locale()))
            throw Refusal.malformed("/locale", "the source is in " + locale + "; a translation has another locale")
                    .raise();
        var set = sets.of(source.id()).orElseGet(() -> TranslationSet.of(source));
        var taken = set.in(locale).flatMap(guides::stored);
        boolean isOwn = taken.flatMap(it -> editions.leftBy(by, it.id(), LogEntry.Kind.OPENED))
                .isPresent();
        if (isOwn) return taken;
        if (set.in(locale).isPresent() || set.members().size() >= most)
            throw Refusal.conflict(
                            set.in(locale).isPresent() ? "locale-taken" : "too-many-translations",
                            set.in(locale).isPresent()
                                    ? "the guide has a translation in " + locale + " already"
                                    : "a guide has at most " + most + " languages")
                    .raise();
        return Optional.empty();
    }

    /** Links the new guide. If somebody else was faster, the new guide is deleted. */
    private Guide linkedOrGone(Guide created, Guide source, @Nullable TranslatedFrom from, Person by) {
        try {
            join(created, source);
        } catch (Refused refused) {
            editing.delete(created, by);
            throw refused;
        }
        if (from != null) editions.translated(created.current(), from, by);
        return guides.require(created.id());
    }

    /**
     * Makes a guide a translation of another one. Its text counts as translated from no known revision, until an editor says which one.
     *
     * @param to any guide of the set
     * @return whether the guide was not in the set before
     */
    public boolean link(Guide guide, Guide to, Person by) {
        permissions.mustAllow(by, guide, Permissions.EDITOR, Permissions.PUBLISHER);
        if (!guide.type().equals(to.type()))
            throw Refusal.malformed("a translation has the same content type as its source", List.of())
                    .raise();
        if (guide.id().equals(to.id()))
            throw Refusal.malformed("a guide is not a translation of itself", List.of())
                    .raise();
        var set = sets.of(guide.id());
        if (set.isPresent()) {
            if (set.get().has(to.id())) return false;
            throw alreadyLinked().raise();
        }
        join(guide, sourceOf(to));
        return true;
    }

    private void join(Guide guide, Guide source) {
        for (; ; ) {
            var set = sets.of(source.id());
            if (set.isEmpty()) {
                // a set of the source and the guide; if the source joins another set meanwhile, that set is looked at
                if (sets.insert(TranslationSet.of(source).with(guide, most))) break;
                if (sets.of(guide.id()).filter(it -> !it.has(source.id())).isPresent())
                    throw alreadyLinked().raise();
                continue;
            }
            if (set.get().has(guide.id())) return;
            if (sets.of(guide.id()).isPresent()) throw alreadyLinked().raise();
            if (sets.change(source.id(), before -> before.has(guide.id()) ? before : before.with(guide, most))
                    .isPresent()) break;
        }
        if (editions.isDeleted(source.id()) || editions.isDeleted(guide.id())) {
            leave(guide.id());
            throw Refusal.missing("the guide is deleted").raise();
        }
    }

    private static Refusal alreadyLinked() {
        return Refusal.conflict(
                "already-linked",
                "the guide has other translations already; end that link first, so that no guide is a translation of two");
    }

    /** Ends the link between a translation and the others. The guide stays as it is. */
    public void unlink(Guide guide, Person by) {
        permissions.mustAllow(by, guide, Permissions.EDITOR, Permissions.PUBLISHER);
        var set = sets.of(guide.id()).orElse(null);
        if (set == null) return;
        mustBeAbleToLeave(guide, set);
        leave(guide.id());
    }

    private static void mustBeAbleToLeave(Guide guide, TranslationSet set) {
        if (set.source().equals(guide.id()))
            throw Refusal.conflict(
                            "is-source",
                            "the others are translations of this guide; end their links, or make another guide the source first")
                    .raise();
        if (set.id().equals(guide.id()))
            throw Refusal.conflict(
                            "names-set",
                            "sites know the translations by the id of this guide; end the links of the others instead")
                    .raise();
    }

    private void leave(String guide) {
        sets.change(guide, before -> before.without(guide));
    }

    /** Throws a refusal if other guides are translations of this one, so that it cannot be deleted. */
    public void mustBeDeletable(Guide guide) {
        sets.of(guide.id()).filter(set -> set.members().size() > 1).ifPresent(set -> mustBeAbleToLeave(guide, set));
    }

    /** Notes that the guide is deleted. Returns the set that it has left; empty if it stood alone. */
    public Optional<TranslationSet> deleted(String guide) {
        return sets.change(guide, before -> before.has(guide) ? before.without(guide) : before);
    }

    /** Makes a translation the source of the others. What they were translated from stays known, but has to be compared anew. */
    public void makeSource(Guide guide, Person by) {
        permissions.mustAllow(by, guide, Permissions.EDITOR);
        var source = sourceOf(guide);
        permissions.mustAllow(by, source, Permissions.EDITOR);
        var changed = sets.change(
                guide.id(), before -> before.source().equals(guide.id()) ? before : before.sourcedBy(guide.id()));
        if (changed.isEmpty())
            throw Refusal.conflict("no-translations", "the guide has no translations")
                    .raise();
    }

    /**
     * Records that the text of a translation has what a revision of the source says, because an editor says so.
     *
     * @param revision the number of a revision of the source that is or was published
     */
    public void broughtUpToDate(Guide guide, int revision, Person by) {
        permissions.mustAllow(by, guide, Permissions.EDITOR);
        if (editions.leftBy(by, guide.id(), LogEntry.Kind.TRANSLATED).isPresent()) return;
        var from = published(guide, revision, "/revision");
        beforeChange(guide);
        // a discarded edition has no text any more, and the published one goes on
        var edition = editions.of(guide.id()).reversed().stream()
                .filter(it -> !it.state().isOver())
                .findFirst()
                .map(Edition::id)
                .orElseGet(guide::current);
        editions.translated(edition, from, by);
    }

    /** Records that the text of a translation was begun from what is published of the source now, if anything is. */
    public void beganFromLive(Guide guide, Person by) {
        if (!editions.get(guide.current()).state().isOver())
            liveOf(sourceOf(guide)).ifPresent(from -> editions.translated(guide.current(), from, by));
    }

    /** Notes that the cards of the guide's set have to be compared, which a crash may prevent, and returns the set. */
    public Optional<TranslationSet> beforeChange(Guide guide) {
        return sets.change(guide.id(), TranslationSet::asUnsettled);
    }

    /** The published revision of the source with this number. Throws a refusal that points to the number if there is none. */
    public TranslatedFrom published(Guide guide, int revision, String pointer) {
        var set = sets.of(guide.id())
                .filter(it -> !it.source().equals(guide.id()))
                .orElseThrow(() -> Refusal.conflict("not-a-translation", "the guide is no translation of another one")
                        .raise());
        return editions.of(set.source()).stream()
                .flatMap(edition -> edition.publishedEntry().stream())
                .map(LogEntry::revision)
                .filter(Objects::nonNull)
                .filter(ref -> ref.number() == revision)
                .map(ref -> new TranslatedFrom(set.source(), ref.number(), ref.contentHash()))
                .findFirst()
                .orElseThrow(() -> Refusal.malformed(pointer, "the source was never published as revision " + revision)
                        .raise());
    }

    /** The revision that is published of a guide. */
    private Optional<TranslatedFrom> liveOf(Guide source) {
        return editions.of(source.id()).stream()
                .filter(edition -> edition.state() == Edition.State.PUBLISHED)
                .flatMap(edition -> edition.publishedEntry().stream())
                .map(LogEntry::revision)
                .filter(Objects::nonNull)
                .reduce((earlier, later) -> later)
                .map(ref -> new TranslatedFrom(source.id(), ref.number(), ref.contentHash()));
    }

    /**
     * A translation beside its source.
     *
     * @param translatedFrom the revision that the text has, or that a revision under review had when it was submitted; null if unknown
     * @param published the revision of the source that is published; null if none is
     * @param changes what changed in the source between the two; empty if nothing did, or if the first one is not known
     */
    public record Comparison(
            Guide source,
            @Nullable TranslatedFrom translatedFrom,
            @Nullable TranslatedFrom published,
            List<Change> changes) {
        /** Whether the published source has another content than the one that was translated. */
        public boolean isOutdated() {
            return published != null
                    && (translatedFrom == null
                            || !translatedFrom.guide().equals(published.guide())
                            || !translatedFrom.contentHash().equals(published.contentHash()));
        }
    }

    /** Compares a translation with its source; empty if the guide is no translation. */
    public Optional<Comparison> compare(Guide guide) {
        return compare(guide, Guide.translatedFromIn(editions.of(guide.id())));
    }

    /**
     * Compares a revision of a translation with the source: with the revision of the source that its editors had named when they submitted
     * it; empty if the guide is no translation.
     */
    public Optional<Comparison> compare(Guide guide, Revision revision) {
        return compare(guide, translatedFrom(guide, revision.edition(), revision.number()));
    }

    /** The revision of the source that a revision of a guide was translated from; null if its editors had named none by then. */
    public @Nullable TranslatedFrom translatedFrom(Guide guide, int edition, int revision) {
        var editionsBefore = new ArrayList<Edition>();
        for (var it : editions.of(guide.id())) {
            if (it.id().number() > edition) break;
            if (it.id().number() == edition) {
                var named = it.translatedFrom(revision);
                if (named.isPresent()) return named.get();
            } else editionsBefore.add(it);
        }
        return editionsBefore.isEmpty() ? null : Guide.translatedFromIn(editionsBefore);
    }

    private Optional<Comparison> compare(Guide guide, @Nullable TranslatedFrom from) {
        var set = sets.of(guide.id())
                .filter(it -> !it.source().equals(guide.id()))
                .orElse(null);
        var source = set == null ? null : guides.stored(set.source()).orElse(null);
        if (source == null) return Optional.empty();
        var published = liveOf(source).orElse(null);
        var changes = from == null
                        || published == null
                        || !from.guide().equals(source.id())
                        || from.contentHash().equals(published.contentHash())
                ? List.<Change>of()
                : revisions.diff(source, from.revision(), published.revision());
        return Optional.of(new Comparison(source, from, published, changes));
    }

    /** Brings the cards in line with the set. It can be repeated, and two nodes may do it at once. */
    public void settleCards(TranslationSet set) {
        for (String guide : set.left()) guides.inSet(guide, sets.of(guide).orElse(null));
        boolean isAlone = set.members().size() < 2;
        for (var member : set.members()) guides.inSet(member.guide(), isAlone ? null : set);
        editions.compareTranslations(set);
    }
}
