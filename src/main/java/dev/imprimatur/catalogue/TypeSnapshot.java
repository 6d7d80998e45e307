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

/** What readers were told of guides of one type; never changed once made, so that each change makes a new one that shares the rest. */
public final class TypeSnapshot {
    static final TypeSnapshot EMPTY = new TypeSnapshot(HashTreePMap.empty(), Instant.EPOCH, null);
    /** From one changed guide in so many on, an index is put up anew: that takes no longer. */
    private static final int MANY = 8;

    /** By slug, and then by locale. */
    private final PMap<String, Map<String, AddressHistory>> lives;

    private final Instant changedAt;
    /** An index of an earlier snapshot, and what became of addresses since. */
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
    /** Null once there is an index, and if the one before is of no use. */
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
        // read first: it is there until the index is
        var before = earlier;
        var up = index;
        return up == null ? before : new Earlier(up, HashTreePMap.empty());
    }

    /** When guides of the type last changed for readers; the epoch if none ever did. */
    public Instant changedAt() {
        return changedAt;
    }

    Optional<AddressHistory> history(GuideAddress address) {
        return Optional.ofNullable(lives.getOrDefault(address.slug(), Map.of()).get(address.locale()));
    }

    /** The guide, if it is live. */
    public @Nullable PublishedGuide live(String slug, String locale) {
        var bySlug = lives.get(slug);
        var history = bySlug == null ? null : bySlug.get(locale);
        return history == null ? null : history.live();
    }

    /** What readers were told of the slug, in every locale. */
    public Collection<AddressHistory> histories(String slug) {
        return lives.getOrDefault(slug, Map.of()).values();
    }

    public Stream<AddressHistory> histories() {
        return lives.values().stream().flatMap(bySlug -> bySlug.values().stream());
    }

    /** What is live, ready to be listed; put up when it is first asked for, from the one before if it can be. */
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
