package dev.imprimatur.delivery;

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
final class Section {
    static final Section EMPTY = new Section(HashTreePMap.empty(), Instant.EPOCH, null);
    /** From one changed guide in so many on, a shelf is put up anew: that takes no longer. */
    private static final int MANY = 8;

    /** By slug, and then by locale. */
    private final PMap<String, Map<String, Life>> lives;

    private final Instant changedAt;
    /** A shelf of an earlier section, and what became of addresses since. */
    private record Earlier(Shelf shelf, PMap<Address, Shelf.Replacement> replacements) {
        Earlier with(Address address, @Nullable Delivered before, @Nullable Delivered after) {
            var first = replacements.get(address);
            return new Earlier(
                    shelf,
                    replacements.plus(address, new Shelf.Replacement(first == null ? before : first.before(), after)));
        }

        boolean isOfUse() {
            return replacements.size() <= shelf.size() / MANY + 1 && !shelf.isSparse();
        }
    }

    private volatile @Nullable Shelf shelf;
    /** Null once there is a shelf, and if the one before is of no use. */
    private volatile @Nullable Earlier earlier;

    private Section(PMap<String, Map<String, Life>> lives, Instant changedAt, @Nullable Earlier earlier) {
        this.lives = lives;
        this.changedAt = changedAt;
        this.earlier = earlier;
    }

    Section with(Address address, Life life) {
        var bySlug = new HashMap<>(lives.getOrDefault(address.slug(), Map.of()));
        var before = bySlug.put(address.locale(), life);
        var from = earlier();
        var next = from == null ? null : from.with(address, before == null ? null : before.live(), life.live());
        return new Section(
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
    Instant changedAt() {
        return changedAt;
    }

    Optional<Life> life(Address address) {
        return Optional.ofNullable(lives.getOrDefault(address.slug(), Map.of()).get(address.locale()));
    }

    /** The guide, if it is live. */
    @Nullable
    Delivered live(String slug, String locale) {
        var bySlug = lives.get(slug);
        var life = bySlug == null ? null : bySlug.get(locale);
        return life == null ? null : life.live();
    }

    /** What readers were told of the slug, in every locale. */
    Collection<Life> lives(String slug) {
        return lives.getOrDefault(slug, Map.of()).values();
    }

    Stream<Life> lives() {
        return lives.values().stream().flatMap(bySlug -> bySlug.values().stream());
    }

    /** What is live, ready to be listed; put up when it is first asked for, from the one before if it can be. */
    Shelf shelf() {
        var up = shelf;
        return up == null ? putUp() : up;
    }

    private synchronized Shelf putUp() {
        var up = shelf;
        if (up != null) return up;
        var from = earlier;
        up = from == null
                ? new Shelf(lives().map(Life::live))
                : from.shelf().with(from.replacements().values());
        shelf = up;
        earlier = null;
        return up;
    }
}
