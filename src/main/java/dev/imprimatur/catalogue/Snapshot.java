// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.catalogue;

import dev.imprimatur.publication.LedgerEntry;
import dev.imprimatur.representation.GuideAddress;
import dev.imprimatur.representation.PublishedGuide;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The ledger folded up to a position; never changed once made. */
public final class Snapshot {
    /** What stands in the place of one while nothing can be said of what is live. */
    static final Snapshot UNTOLD = new Snapshot(0, 0, Map.of(), Map.of());

    private final int reading;
    private final long position;
    private final Map<String, TypeSnapshot> byType;
    /**
     * What is live in the default locale, by the path of its address: of the last snapshot of the reading, and shared by all of them. With
     * many guides, a persistent map is many places in cold memory for each guide that is asked for; this is few.
     */
    private final Map<String, PublishedGuide> front;

    private volatile @Nullable List<AddressHistory> byPosition;

    private Snapshot(int reading, long position, Map<String, TypeSnapshot> byType, Map<String, PublishedGuide> front) {
        this.reading = reading;
        this.position = position;
        this.byType = byType;
        this.front = front;
    }

    /** Before anything is read, in that reading of the ledger. */
    public static Snapshot begun(int reading) {
        return new Snapshot(reading, 0, Map.of(), new ConcurrentHashMap<>());
    }

    /** Whether nobody may be told that something is not there. */
    public boolean isUntold() {
        return this == UNTOLD;
    }

    /** Which reading of the ledger it is of: the same position of another one is another snapshot. */
    public int reading() {
        return reading;
    }

    public long position() {
        return position;
    }

    /** Whether it goes at least as far as that one, or is of a later reading. */
    public boolean hasReached(Snapshot other) {
        return reading > other.reading || reading == other.reading && position >= other.position;
    }

    /** Whether it is of the same reading of the ledger, up to the same position. */
    public boolean isSame(Snapshot other) {
        return reading == other.reading && position == other.position;
    }

    /** What readers were told of guides of the type. */
    public TypeSnapshot ofType(String type) {
        return byType.getOrDefault(type, TypeSnapshot.EMPTY);
    }

    public Optional<AddressHistory> history(GuideAddress address) {
        return ofType(address.type()).history(address);
    }

    /**
     * The guide, if it is live in the default locale. What the front has and is no newer than this snapshot, this snapshot has, too: the
     * front changes before the snapshot is told of.
     *
     * @param path the type, a slash and the slug
     */
    public @Nullable PublishedGuide live(String path) {
        var guide = front.get(path);
        if (guide != null && guide.position() <= position) return guide;
        int slash = path.indexOf('/');
        return ofType(path.substring(0, slash)).live(path.substring(slash + 1), GuideAddress.DEFAULT_LOCALE);
    }

    /** Puts in front what is live there now. */
    void show(GuideAddress address) {
        if (!address.locale().equals(GuideAddress.DEFAULT_LOCALE)) return;
        String path = address.type() + "/" + address.slug();
        find(address).ifPresentOrElse(guide -> front.put(path, guide), () -> front.remove(path));
    }

    public Optional<PublishedGuide> find(GuideAddress address) {
        return history(address).map(AddressHistory::live);
    }

    Stream<AddressHistory> histories() {
        return byType.values().stream().flatMap(TypeSnapshot::histories);
    }

    /** Everything that is live. */
    Stream<PublishedGuide> guides() {
        return histories().map(AddressHistory::live).filter(Objects::nonNull);
    }

    /** Of everything that readers were told, the last; those above the position, in order. */
    public List<AddressHistory> toldSince(long after) {
        var all = byPosition;
        if (all == null)
            byPosition = all = histories()
                    .sorted(Comparator.comparingLong(it -> it.last().position()))
                    .toList();
        int low = 0;
        int high = all.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (all.get(middle).last().position() > after) high = middle;
            else low = middle + 1;
        }
        return all.subList(low, all.size());
    }

    /** One entry after the other, and what is live of each. */
    public static final class Fold {
        private final Map<String, TypeSnapshot> byType;
        private final Snapshot from;
        private long position;

        public Fold(Snapshot from) {
            this.from = from;
            this.byType = new HashMap<>(from.byType);
            this.position = from.position;
        }

        /** @param live the guide as the entry has it; null if the entry takes it from readers, or what is stored is not what it names */
        public Fold read(LedgerEntry entry, @Nullable PublishedGuide live) {
            var address = GuideAddress.of(entry);
            var ofType = byType.getOrDefault(entry.type(), TypeSnapshot.EMPTY);
            var history = ofType.history(address)
                    .map(before -> before.after(entry, live))
                    .orElseGet(() -> AddressHistory.begun(entry, live));
            byType.put(entry.type(), ofType.with(address, history));
            position = entry.position();
            return this;
        }

        public Snapshot snapshot() {
            return new Snapshot(from.reading, position, Map.copyOf(byType), from.front);
        }
    }
}
