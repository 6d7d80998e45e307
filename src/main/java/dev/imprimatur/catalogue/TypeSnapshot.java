// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.catalogue;

import dev.imprimatur.index.TypeIndex;
import dev.imprimatur.publication.LedgerEntry;
import dev.imprimatur.representation.GuideAddress;
import dev.imprimatur.representation.PublishedGuide;
import dev.imprimatur.representation.Translation;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/**
 * The guides of one content type in a snapshot: their histories by address, and an index of those that are published. Immutable to its
 * users; a change returns a new instance that shares most of its data with this one.
 */
public final class TypeSnapshot {
    static final TypeSnapshot EMPTY = new TypeSnapshot(
            HashTreePMap.empty(), Renames.NONE, HashTreePMap.empty(), HashTreePMap.empty(), Instant.EPOCH, null);
    /** If more than one in {@code MANY} guides changed, the index is built from scratch, which then takes no longer than updating it. */
    private static final int MANY = 8;

    private static final Comparator<String> DEFAULT_FIRST = Comparator.comparing(
                    (String locale) -> !locale.equals(GuideAddress.DEFAULT_LOCALE))
            .thenComparing(Comparator.naturalOrder());

    /** The histories, by slug and then by locale. */
    private final PMap<String, Map<String, AddressHistory>> histories;

    private final Renames renames;
    /** The groups of translations by the id of the set. */
    private final PMap<String, TranslationGroup> groups;

    /** The addresses of the guides whose set is not named after them, by the id of the guide; {@link #groups} has the others. */
    private final PMap<String, GuideAddress> members;

    private final Instant changedAt;
    /** The index of an earlier snapshot, and what changed at each address since. */
    private record Base(TypeIndex index, PMap<GuideAddress, TypeIndex.Replacement> replacements) {
        Base with(GuideAddress address, @Nullable PublishedGuide before, @Nullable PublishedGuide after) {
            var first = replacements.get(address);
            return new Base(
                    index,
                    replacements.plus(
                            address, new TypeIndex.Replacement(first == null ? before : first.before(), after)));
        }

        boolean isUseful() {
            return replacements.size() <= index.size() / MANY + 1 && !index.isSparse();
        }
    }

    private volatile @Nullable TypeIndex index;
    /** The base that {@link #index()} can be derived from; null once the index is built, or if there is no useful base. */
    private volatile @Nullable Base base;

    private TypeSnapshot(
            PMap<String, Map<String, AddressHistory>> histories,
            Renames renames,
            PMap<String, TranslationGroup> groups,
            PMap<String, GuideAddress> members,
            Instant changedAt,
            @Nullable Base base) {
        this.histories = histories;
        this.renames = renames;
        this.groups = groups;
        this.members = members;
        this.changedAt = changedAt;
        this.base = base;
    }

    TypeSnapshot with(GuideAddress address, AddressHistory history) {
        return with(address, history, history.last().at());
    }

    private TypeSnapshot with(GuideAddress address, AddressHistory history, Instant at) {
        var bySlug = new HashMap<>(histories.getOrDefault(address.slug(), Map.of()));
        var before = bySlug.put(address.locale(), history);
        var from = base();
        var next = from == null ? null : from.with(address, before == null ? null : before.guide(), history.guide());
        return new TypeSnapshot(
                histories.plus(address.slug(), Map.copyOf(bySlug)),
                renames,
                groups,
                isNamedAfter(history.last())
                        ? members.minus(history.last().id())
                        : members.plus(history.last().id(), address),
                at,
                next != null && next.isUseful() ? next : null);
    }

    /**
     * Moves the history of a guide from one address to another, where the guide is not published until its next entry is added. The former
     * address redirects from then on.
     */
    TypeSnapshot renamed(String guide, GuideAddress from, GuideAddress to) {
        var moved = renames.with(guide, from, to);
        var history = history(from).orElse(null);
        if (history == null) return new TypeSnapshot(histories, moved, groups, members, changedAt, base());
        var bySlug = new HashMap<>(histories.getOrDefault(from.slug(), Map.of()));
        bySlug.remove(from.locale());
        var without = bySlug.isEmpty() ? histories.minus(from.slug()) : histories.plus(from.slug(), Map.copyOf(bySlug));
        var there = new HashMap<>(without.getOrDefault(to.slug(), Map.of()));
        there.put(to.locale(), history.damaged());
        var index = base();
        var next = index == null ? null : index.with(from, history.guide(), null);
        return new TypeSnapshot(
                without.plus(to.slug(), Map.copyOf(there)),
                moved,
                groups,
                members,
                changedAt,
                next != null && next.isUseful() ? next : null);
    }

    private static boolean isNamedAfter(LedgerEntry entry) {
        return entry.set().equals(entry.id());
    }

    /** The history of a guide; empty if it was never published. */
    Optional<AddressHistory> history(String guide) {
        var member = members.get(guide);
        return Optional.ofNullable(member == null ? group(guide).members().get(guide) : member)
                .flatMap(this::history)
                .filter(history -> history.last().id().equals(guide));
    }

    TranslationGroup group(String set) {
        return groups.getOrDefault(set, TranslationGroup.EMPTY);
    }

    /** Replaces a group; its guides do not know it yet. */
    TypeSnapshot with(String set, TranslationGroup group) {
        return new TypeSnapshot(
                histories,
                renames,
                group.members().isEmpty() ? groups.minus(set) : groups.plus(set, group),
                members,
                changedAt,
                base());
    }

    /**
     * Shows each published guide of a group beside the others that are published.
     *
     * @param replaced receives each guide that looks different now, and the guide that it was before
     */
    TypeSnapshot showing(String set, BiConsumer<PublishedGuide, PublishedGuide> replaced) {
        var group = group(set);
        var published = group.members().values().stream()
                .filter(address -> published(address.slug(), address.locale()) != null)
                .sorted(Comparator.comparing(GuideAddress::locale))
                .toList();
        var result = this;
        for (var address : published) {
            var history = result.history(address).orElseThrow();
            var before = Objects.requireNonNull(history.guide());
            var others = published.stream()
                    .filter(other -> !other.equals(address))
                    .map(Translation::at)
                    .toList();
            var after = before.beside(others, group.position(), group.at());
            if (after == before) continue;
            result = result.with(address, history.showing(after), changedAt);
            replaced.accept(before, after);
        }
        return result;
    }

    /**
     * The current address of the guide that had this slug before; empty if no guide had it.
     *
     * @param locale the guide's locale; null for the default locale, else the first one, where a translation does not stand for a set whose
     *     first guide has or had the slug
     */
    public Optional<GuideAddress> renamedFrom(String slug, @Nullable String locale) {
        var former = renames.formerlyAt(slug);
        var in = locale != null
                ? Optional.of(locale)
                : former.keySet().stream()
                        .filter(it -> !isRepresented(slug, it))
                        .min(DEFAULT_FIRST);
        return in.map(former::get).flatMap(renames::currentOf);
    }

    /** Whether the guide that had the slug in this locale is a translation of the first guide of its set, which has or had the slug. */
    private boolean isRepresented(String slug, String locale) {
        String guide = renames.formerlyAt(slug).get(locale);
        return Optional.ofNullable(guide)
                .flatMap(renames::currentOf)
                .flatMap(this::history)
                .map(history -> history.last().set())
                .filter(set -> !set.equals(guide) && hasOrHad(slug, set))
                .isPresent();
    }

    private boolean hasOrHad(String slug, String guide) {
        return renames.formerlyAt(slug).containsValue(guide)
                || histories(slug).stream()
                        .anyMatch(history -> history.last().id().equals(guide));
    }

    /**
     * The histories that a slug without a locale can stand for. Of guides that are translations of one another only one counts, so that no
     * new translation changes the language of an address: the guide that gave the set its id, also while it is unpublished; nothing at all
     * if that guide had the slug before; and if it never had the slug, the guide that was published here first.
     */
    public Collection<AddressHistory> meant(String slug) {
        var all = histories(slug);
        if (all.size() < 2 && renames.formerlyAt(slug).isEmpty()) return all;
        return all.stream()
                .filter(history -> history.last().id().equals(history.last().set())
                        || !hasOrHad(slug, history.last().set()) && isFirst(history, all))
                .toList();
    }

    private static boolean isFirst(AddressHistory history, Collection<AddressHistory> all) {
        return all.stream()
                .filter(other -> other.last().set().equals(history.last().set()))
                .map(AddressHistory::last)
                .min(Comparator.comparing(LedgerEntry::firstPublishedAt).thenComparing(LedgerEntry::locale))
                .filter(first -> first.id().equals(history.last().id()))
                .isPresent();
    }

    /** The guide that a slug without a locale stands for: in the default locale if there is one; empty if none is published there. */
    public Optional<PublishedGuide> meantAt(String slug) {
        var meant = meant(slug);
        var preferred = meant.stream()
                .filter(history -> history.last().locale().equals(GuideAddress.DEFAULT_LOCALE))
                .findFirst();
        if (preferred.isPresent() && preferred.get().guide() != null) return preferred.map(AddressHistory::guide);
        // a slug that a guide in the default locale had before does not begin to show another locale
        if (renames.formerlyAt(slug).containsKey(GuideAddress.DEFAULT_LOCALE)
                && !isRepresented(slug, GuideAddress.DEFAULT_LOCALE)) return Optional.empty();
        return meant.stream()
                .map(AddressHistory::guide)
                .filter(Objects::nonNull)
                .min(Comparator.comparing(guide -> guide.entry().locale()));
    }

    /** The published guides of a set of translations, by locale. */
    public Map<String, PublishedGuide> publishedIn(String set) {
        var published = new TreeMap<String, PublishedGuide>();
        for (var address : group(set).members().values())
            history(address).map(AddressHistory::guide).ifPresent(guide -> published.put(address.locale(), guide));
        return published;
    }

    /** The addresses that the guide had before. */
    public Set<GuideAddress> formerAddresses(String guide) {
        return renames.formerOf(guide);
    }

    private @Nullable Base base() {
        // must be read before the index: it is cleared only after the index is set
        var before = base;
        var built = index;
        return built == null ? before : new Base(built, HashTreePMap.empty());
    }

    /** When a published guide of the type last changed; the epoch if none ever did. */
    public Instant changedAt() {
        return changedAt;
    }

    public Optional<AddressHistory> history(GuideAddress address) {
        return Optional.ofNullable(
                histories.getOrDefault(address.slug(), Map.of()).get(address.locale()));
    }

    /** The published guide; null if there is none. */
    public @Nullable PublishedGuide published(String slug, String locale) {
        var bySlug = histories.get(slug);
        var history = bySlug == null ? null : bySlug.get(locale);
        return history == null ? null : history.guide();
    }

    /** The histories of a slug in every locale. */
    public Collection<AddressHistory> histories(String slug) {
        return histories.getOrDefault(slug, Map.of()).values();
    }

    public Stream<AddressHistory> histories() {
        return histories.values().stream().flatMap(bySlug -> bySlug.values().stream());
    }

    /** The index of the published guides. It is built on first use, from the index of an earlier snapshot if possible. */
    public TypeIndex index() {
        var built = index;
        return built == null ? build() : built;
    }

    private synchronized TypeIndex build() {
        var built = index;
        if (built != null) return built;
        var from = base;
        built = from == null
                ? new TypeIndex(histories().map(AddressHistory::guide))
                : from.index().with(from.replacements().values());
        index = built;
        base = null;
        return built;
    }
}
