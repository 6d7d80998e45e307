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
    /** From one changed guide in so many on, a shelf is put up anew: that takes no longer. */
    private static final int MANY = 8;

    /** By slug, and then by locale. */
    private final PMap<String, Map<String, AddressHistory>> lives;

    private final Instant changedAt;
    /** A shelf of an earlier section, and what became of addresses since. */
    private record Earlier(TypeIndex shelf, PMap<GuideAddress, TypeIndex.Replacement> replacements) {
        Earlier with(GuideAddress address, @Nullable PublishedGuide before, @Nullable PublishedGuide after) {
            var first = replacements.get(address);
            return new Earlier(
                    shelf,
                    replacements.plus(
                            address, new TypeIndex.Replacement(first == null ? before : first.before(), after)));
        }

        boolean isOfUse() {
            return replacements.size() <= shelf.size() / MANY + 1 && !shelf.isSparse();
        }
    }

    private volatile @Nullable TypeIndex shelf;
    /** Null once there is a shelf, and if the one before is of no use. */
    private volatile @Nullable Earlier earlier;

    private TypeSnapshot(
            PMap<String, Map<String, AddressHistory>> lives, Instant changedAt, @Nullable Earlier earlier) {
        this.lives = lives;
        this.changedAt = changedAt;
        this.earlier = earlier;
    }

    TypeSnapshot with(GuideAddress address, AddressHistory life) {
        var bySlug = new HashMap<>(lives.getOrDefault(address.slug(), Map.of()));
        var before = bySlug.put(address.locale(), life);
        var from = earlier();
        var next = from == null ? null : from.with(address, before == null ? null : before.live(), life.live());
        return new TypeSnapshot(
                lives.plus(address.slug(), Map.copyOf(bySlug)),
                life.last().at(),
                next != null && next.isOfUse() ? next : null);
    }

    private @Nullable Earlier earlier() {
        // read first: it is there until the shelf is
        var before = earlier;
        var up = shelf;
        return up == null ? before : new Earlier(up, HashTreePMap.empty());
    }

    /** When guides of the type last changed for readers; the epoch if none ever did. */
    public Instant changedAt() {
        return changedAt;
    }

    Optional<AddressHistory> life(GuideAddress address) {
        return Optional.ofNullable(lives.getOrDefault(address.slug(), Map.of()).get(address.locale()));
    }

    /** The guide, if it is live. */
    public @Nullable PublishedGuide live(String slug, String locale) {
        var bySlug = lives.get(slug);
        var life = bySlug == null ? null : bySlug.get(locale);
        return life == null ? null : life.live();
    }

    /** What readers were told of the slug, in every locale. */
    public Collection<AddressHistory> lives(String slug) {
        return lives.getOrDefault(slug, Map.of()).values();
    }

    public Stream<AddressHistory> lives() {
        return lives.values().stream().flatMap(bySlug -> bySlug.values().stream());
    }

    /** What is live, ready to be listed; put up when it is first asked for, from the one before if it can be. */
    public TypeIndex shelf() {
        var up = shelf;
        return up == null ? putUp() : up;
    }

    private synchronized TypeIndex putUp() {
        var up = shelf;
        if (up != null) return up;
        var from = earlier;
        up = from == null
                ? new TypeIndex(lives().map(AddressHistory::live))
                : from.shelf().with(from.replacements().values());
        shelf = up;
        earlier = null;
        return up;
    }
}
