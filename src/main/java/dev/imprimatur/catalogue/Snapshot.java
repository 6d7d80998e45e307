// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.catalogue;

import dev.imprimatur.publication.LedgerEntry;
import dev.imprimatur.representation.GuideAddress;
import dev.imprimatur.representation.PublishedGuide;
import dev.imprimatur.representation.ResolvedReferences;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The state of all guides at one ledger position. Immutable, except that all snapshots of a reading share {@code front}. */
public final class Snapshot {
    /** The snapshot to use while the current state is unknown, because the ledger is damaged or outdated. */
    static final Snapshot UNKNOWN = new Snapshot(0, 0, 0, Map.of(), Map.of());

    private final int reading;
    private final long position;
    private final int corrections;
    private final Map<String, TypeSnapshot> byType;
    /**
     * The guides currently published in the default locale that a slug without a locale stands for, by {@code type/slug}.
     * All snapshots of a reading share this map, which holds
     * the state of the newest. It answers most requests with few memory accesses; a persistent map needs many, which are slow for rarely
     * used guides.
     */
    private final Map<String, PublishedGuide> front;

    private volatile @Nullable List<AddressHistory> byPosition;

    private Snapshot(
            int reading,
            long position,
            int corrections,
            Map<String, TypeSnapshot> byType,
            Map<String, PublishedGuide> front) {
        this.reading = reading;
        this.position = position;
        this.corrections = corrections;
        this.byType = byType;
        this.front = front;
    }

    /**
     * The empty snapshot at the start of a reading of the ledger.
     *
     * @param reading see {@link #reading()}
     */
    public static Snapshot empty(int reading) {
        return new Snapshot(reading, 0, 0, Map.of(), new ConcurrentHashMap<>());
    }

    /** Whether the state is unknown, so that no response may say that a guide does not exist. */
    public boolean isUnknown() {
        return this == UNKNOWN;
    }

    /**
     * The number of the reading of the ledger that this snapshot belongs to. It rises when the ledger has to be read anew, after which the
     * same position can have another state.
     */
    public int reading() {
        return reading;
    }

    public long position() {
        return position;
    }

    /** Counts how often guides were left out since the reading began, because their content turned out to be damaged. */
    public int corrections() {
        return corrections;
    }

    /**
     * Whether this snapshot is at least as new as the other: of a later reading, or of the same reading at the same or a later position and
     * without the damaged guides that the other leaves out.
     */
    public boolean hasReached(Snapshot other) {
        return reading > other.reading
                || reading == other.reading && position >= other.position && corrections >= other.corrections;
    }

    /** Whether both snapshots have the same state. */
    public boolean isSame(Snapshot other) {
        return reading == other.reading && position == other.position && corrections == other.corrections;
    }

    /** The guides of a content type. */
    public TypeSnapshot ofType(String type) {
        return byType.getOrDefault(type, TypeSnapshot.EMPTY);
    }

    public Optional<AddressHistory> history(GuideAddress address) {
        return ofType(address.type()).history(address);
    }

    /**
     * The guide that a path without a locale stands for; null if none is published there. A guide in {@code front} that is no newer than
     * this snapshot is also the guide of this snapshot, because {@code front} holds the newest guide of each path. Otherwise this
     * snapshot's own map decides.
     *
     * @param path the type, a slash and the slug
     */
    public @Nullable PublishedGuide published(String path) {
        var guide = front.get(path);
        if (guide != null && guide.position() <= position) return guide;
        int slash = path.indexOf('/');
        return ofType(path.substring(0, slash))
                .meantAt(path.substring(slash + 1))
                .orElse(null);
    }

    /**
     * Updates {@code front} at the slug of an address with the guide of this snapshot. It has no guides in other locales: such a guide may
     * stand for a slug because another one was unpublished, which its own position does not tell.
     */
    void updateFront(GuideAddress address) {
        String path = address.type() + "/" + address.slug();
        ofType(address.type())
                .meantAt(address.slug())
                .filter(guide -> guide.entry().locale().equals(GuideAddress.DEFAULT_LOCALE))
                .ifPresentOrElse(guide -> front.put(path, guide), () -> front.remove(path));
    }

    public Optional<PublishedGuide> find(GuideAddress address) {
        return history(address).map(AddressHistory::guide);
    }

    /** The guide with this id, if it is published. */
    public Optional<PublishedGuide> find(String guide) {
        return history(guide, type -> true).map(AddressHistory::guide);
    }

    private Optional<AddressHistory> history(String guide, Predicate<String> ofType) {
        return byType.entrySet().stream()
                .filter(type -> ofType.test(type.getKey()))
                .flatMap(type -> type.getValue().history(guide).stream())
                .findFirst();
    }

    /**
     * The guides with these ids as they are published in this snapshot.
     *
     * @param readable whether the reader may read guides of a type; what the reader may not read looks like what is not published
     */
    public ResolvedReferences references(Collection<String> guides, Predicate<String> readable) {
        var references = new ResolvedReferences.Builder();
        for (String guide : guides)
            history(guide, readable)
                    .ifPresentOrElse(
                            history -> references.add(
                                    guide, history.guide(), history.last().at()),
                            () -> references.add(guide));
        return references.build();
    }

    /** The guide as it is delivered now, if its latest entry is still the same; other translations may have come and gone meanwhile. */
    Optional<PublishedGuide> current(PublishedGuide guide) {
        return find(GuideAddress.of(guide.entry()))
                .filter(current -> current.entry().hash().equals(guide.entry().hash()));
    }

    /** Whether the guide at this guide's address has the same content. */
    boolean hasContentOf(PublishedGuide guide) {
        return history(GuideAddress.of(guide.entry()))
                .filter(history -> hasContentOf(history, guide))
                .isPresent();
    }

    private static boolean hasContentOf(AddressHistory history, PublishedGuide other) {
        var guide = history.guide();
        return guide != null
                && guide.entry().revision() == other.entry().revision()
                && guide.entry().contentHash().equals(other.entry().contentHash());
    }

    Stream<AddressHistory> histories() {
        return byType.values().stream().flatMap(TypeSnapshot::histories);
    }

    /** All published guides. */
    Stream<PublishedGuide> guides() {
        return histories().map(AddressHistory::guide).filter(Objects::nonNull);
    }

    /** The histories of all addresses whose latest entry is after the position, in the order of these entries. */
    public List<AddressHistory> changedSince(long after) {
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

    /** Builds a snapshot from an earlier one by appending ledger entries in order. */
    public static final class Fold {
        private final Map<String, TypeSnapshot> byType;
        private final Snapshot from;
        private long position;
        private int corrections;
        /** The guides that are shown beside other translations than before, each with the guide that its content is kept for. */
        private final Map<PublishedGuide, PublishedGuide> replaced = new LinkedHashMap<>();

        public Fold(Snapshot from) {
            this.from = from;
            this.corrections = from.corrections;
            this.byType = new HashMap<>(from.byType);
            this.position = from.position;
        }

        /**
         * Appends the next entry.
         *
         * @param guide the guide that the entry publishes; null if the entry unpublishes it, or if the stored content is not the approved
         *     content
         */
        public Fold append(LedgerEntry entry, @Nullable PublishedGuide guide) {
            var address = GuideAddress.of(entry);
            String slugBefore = entry.previousSlug();
            var addressBefore =
                    slugBefore == null ? address : new GuideAddress(entry.type(), slugBefore, entry.locale());
            var setBefore = byType.getOrDefault(entry.type(), TypeSnapshot.EMPTY)
                    .history(addressBefore)
                    .map(before -> before.last().set());
            if (slugBefore != null) rename(entry.id(), addressBefore, address);
            var ofType = byType.getOrDefault(entry.type(), TypeSnapshot.EMPTY);
            var history = ofType.history(address)
                    .map(before -> before.after(entry, guide))
                    .orElseGet(() -> AddressHistory.startingWith(entry, guide));
            var changed = ofType.with(address, history);
            if (setBefore.isPresent() && !setBefore.get().equals(entry.set()))
                changed = changed.with(
                                setBefore.get(),
                                changed.group(setBefore.get()).without(entry.id(), entry.position(), entry.at()))
                        .showing(setBefore.get(), this::replaced);
            byType.put(
                    entry.type(),
                    changed.with(
                                    entry.set(),
                                    changed.group(entry.set()).with(entry.id(), address, entry.position(), entry.at()))
                            .showing(entry.set(), this::replaced));
            position = entry.position();
            return this;
        }

        private void replaced(PublishedGuide before, PublishedGuide after) {
            var first = replaced.remove(before);
            replaced.put(after, first == null ? before : first);
        }

        /** The guides that are shown beside other translations than before, each with the guide that its content is kept for. */
        Map<PublishedGuide, PublishedGuide> replaced() {
            return replaced;
        }

        /** Adds a group of translations whose guides were added before. */
        Fold add(String type, String set, TranslationGroup group) {
            byType.put(
                    type,
                    byType.getOrDefault(type, TypeSnapshot.EMPTY)
                            .with(set, group)
                            .showing(set, this::replaced));
            return this;
        }

        /** Moves a guide from one address to another. */
        Fold rename(String guide, GuideAddress from, GuideAddress to) {
            byType.put(
                    to.type(),
                    byType.getOrDefault(to.type(), TypeSnapshot.EMPTY).renamed(guide, from, to));
            return this;
        }

        /** Adds the history of an address that has no entries yet. Histories are added in the order of their last entries. */
        Fold add(AddressHistory history) {
            var entry = history.last();
            byType.put(
                    entry.type(),
                    byType.getOrDefault(entry.type(), TypeSnapshot.EMPTY).with(GuideAddress.of(entry), history));
            position = Math.max(position, entry.position());
            return this;
        }

        /** Leaves out the guides that have the content of one of these. */
        Fold leaveOut(Collection<PublishedGuide> damaged) {
            for (var guide : damaged) {
                var address = GuideAddress.of(guide.entry());
                var ofType = byType.getOrDefault(address.type(), TypeSnapshot.EMPTY);
                ofType.history(address)
                        .filter(history -> hasContentOf(history, guide))
                        .ifPresent(history -> byType.put(
                                address.type(),
                                ofType.with(address, history.damaged())
                                        .showing(history.last().set(), this::replaced)));
            }
            corrections++;
            return this;
        }

        public Snapshot snapshot() {
            return new Snapshot(from.reading, position, corrections, Map.copyOf(byType), from.front);
        }
    }
}
