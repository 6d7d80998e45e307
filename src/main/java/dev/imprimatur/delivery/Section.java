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
    static final Section EMPTY = new Section(HashTreePMap.empty(), Instant.EPOCH);

    /** By slug, and then by locale. */
    private final PMap<String, Map<String, Life>> lives;

    private final Instant changedAt;
    private volatile @Nullable Shelf shelf;

    private Section(PMap<String, Map<String, Life>> lives, Instant changedAt) {
        this.lives = lives;
        this.changedAt = changedAt;
    }

    Section with(Address address, Life life) {
        var bySlug = new HashMap<>(lives.getOrDefault(address.slug(), Map.of()));
        bySlug.put(address.locale(), life);
        return new Section(
                lives.plus(address.slug(), Map.copyOf(bySlug)), life.last().at());
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

    /** What is live, ready to be listed; put up when it is first asked for. */
    Shelf shelf() {
        var up = shelf;
        if (up == null) shelf = up = new Shelf(lives().map(Life::live));
        return up;
    }
}
