// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.catalogue;

import dev.imprimatur.index.TypeIndex;
import dev.imprimatur.representation.GuideAddress;
import dev.imprimatur.representation.PublishedGuide;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/**
 * The guides of one content type in a snapshot: their histories by address, and an index of those that are published. Immutable to its
 * users; a change returns a new instance that shares most of its data with this one.
 */
public final class TypeSnapshot {
    static final TypeSnapshot EMPTY = new TypeSnapshot(HashTreePMap.empty(), Instant.EPOCH, null);
    /** If more than one in {@code MANY} guides changed, the index is built from scratch, which then takes no longer than updating it. */
    private static final int MANY = 8;

    /** The histories, by slug and then by locale. */
    private final PMap<String, Map<String, AddressHistory>> lives;

    private final Instant changedAt;
    /** The index of an earlier snapshot, and what changed at each address since. */
    private record Earlier(TypeIndex index, PMap<GuideAddress, TypeIndex.Replacement> replacements) {
        Earlier with(GuideAddress address, @Nullable PublishedGuide before, @Nullable PublishedGuide after) {
            var first = replacements.get(address);
            return new Earlier(
                    index,
                    replacements.plus(
                            address, new TypeIndex.Replacement(first == null ? before : first.before(), after)));
        }

        boolean isOfUse() {
            return replacements.size() <= index.size() / MANY + 1 && !index.isSparse();
        }
    }

    private volatile @Nullable TypeIndex index;
    /** The base that {@link #index()} can be derived from; null once the index is built, or if there is no useful base. */
    private volatile @Nullable Earlier earlier;

    private TypeSnapshot(
            PMap<String, Map<String, AddressHistory>> lives, Instant changedAt, @Nullable Earlier earlier) {
        this.lives = lives;
        this.changedAt = changedAt;
        this.earlier = earlier;
    }

    TypeSnapshot with(GuideAddress address, AddressHistory history) {
        var bySlug = new HashMap<>(lives.getOrDefault(address.slug(), Map.of()));
        var before = bySlug.put(address.locale(), history);
        var from = earlier();
        var next = from == null ? null : from.with(address, before == null ? null : before.live(), history.live());
        return new TypeSnapshot(
                lives.plus(address.slug(), Map.copyOf(bySlug)),
                history.last().at(),
                next != null && next.isOfUse() ? next : null);
    }

    private @Nullable Earlier earlier() {
        // must be read before the index: it is cleared only after the index is set
        var before = earlier;
        var up = index;
        return up == null ? before : new Earlier(up, HashTreePMap.empty());
    }

    /** When a published guide of the type last changed; the epoch if none ever did. */
    public Instant changedAt() {
        return changedAt;
    }

    Optional<AddressHistory> history(GuideAddress address) {
        return Optional.ofNullable(lives.getOrDefault(address.slug(), Map.of()).get(address.locale()));
    }

    /** The published guide; null if there is none. */
    public @Nullable PublishedGuide live(String slug, String locale) {
        var bySlug = lives.get(slug);
        var history = bySlug == null ? null : bySlug.get(locale);
        return history == null ? null : history.live();
    }

    /** The histories of a slug in every locale. */
    public Collection<AddressHistory> histories(String slug) {
        return lives.getOrDefault(slug, Map.of()).values();
    }

    public Stream<AddressHistory> histories() {
        return lives.values().stream().flatMap(bySlug -> bySlug.values().stream());
    }

    /** The index of the published guides. It is built on first use, from the index of an earlier snapshot if possible. */
    public TypeIndex index() {
        var up = index;
        return up == null ? putUp() : up;
    }

    private synchronized TypeIndex putUp() {
        var up = index;
        if (up != null) return up;
        var from = earlier;
        up = from == null
                ? new TypeIndex(histories().map(AddressHistory::live))
                : from.index().with(from.replacements().values());
        index = up;
        earlier = null;
        return up;
    }
}
