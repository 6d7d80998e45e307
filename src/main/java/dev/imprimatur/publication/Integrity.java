// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import dev.imprimatur.problem.Refusal;
import dev.imprimatur.store.NumberedIds;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Keeps the damage that this node found: ledger entries and contents that differ from what was signed. A damaged entry stops every
 * append. A damaged content stops every append except unpublishing. Either makes the node not ready. Each damage is logged once.
 */
@Component
public class Integrity {
    private static final Logger log = LoggerFactory.getLogger(Integrity.class);

    /**
     * An entry or a content that differs from what was signed.
     *
     * @param detail what is wrong, in a sentence
     * @param position of the damaged entry, or of the entry that names the damaged content
     * @param guide the guide whose content is damaged; null if an entry is damaged
     */
    public record Failure(
            String detail, long position, @Nullable String guide) {}

    /** @param outdated whether later entries exist, which may have unpublished guides that this node still knows as published */
    record Damage(Failure failure, boolean outdated) {}

    /**
     * A ledger that is behind: it is known to have had more entries than it has now.
     *
     * @param detail which record names the lost entries, in a sentence
     * @param withheld guides that are published according to the ledger, but are known to have been unpublished
     * @param unknown whether lost entries may have unpublished further guides
     */
    record Behind(String detail, Set<String> withheld, boolean unknown) {}

    /** The decision that is being carried out. Only code that runs under it may append to a ledger that is behind. */
    static final ScopedValue<Lineage.Decision> DECIDED = ScopedValue.newInstance();

    /** The state while the ledger is read again and its end is not compared yet: nobody knows which guides were unpublished. */
    private static final Behind NOT_COMPARED = new Behind(
            "The publication ledger is read again, and its end is not compared with the records outside it yet.",
            Set.of(),
            true);

    /**
     * Whether the ledger is behind in a reading of it. Both values change together: a guide that is missing in a reading is known not to
     * be published only if the ledger was not behind in that reading.
     *
     * @param number how often data from the ledger became invalid and had to be read again
     * @param behind null if the ledger is not behind
     */
    private record Reading(int number, @Nullable Behind behind) {}

    /** The damaged entry; null if there is none. */
    private volatile @Nullable Damage ledger;

    private volatile Reading reading = new Reading(0, null);
    /** The damaged contents, by guide and revision ({@link NumberedIds}). */
    private final Map<String, Failure> contents = new ConcurrentHashMap<>();

    /** Returns all damage that is not repaired: first the ledger entry, then the contents by position. */
    public List<Failure> failures() {
        var damage = ledger;
        return Stream.concat(
                        damage == null ? Stream.empty() : Stream.of(damage.failure()),
                        contents.values().stream().sorted(Comparator.comparingLong(Failure::position)))
                .toList();
    }

    /** Returns why the guide is not served; empty if no damage is known. */
    public Optional<Failure> of(String guide) {
        if (isWithheld(guide))
            return Optional.of(
                    new Failure("It was unpublished by a ledger entry that is lost, so it is not served.", 0, guide));
        return contents.values().stream()
                .filter(failure -> guide.equals(failure.guide()))
                .min(Comparator.comparingLong(Failure::position));
    }

    /** The damaged entry; null if there is none. */
    @Nullable
    Damage damage() {
        return ledger;
    }

    /** The position of the damaged entry; 0 if there is none. */
    long damagedAt() {
        var damage = ledger;
        return damage == null ? 0 : damage.failure().position();
    }

    /** Whether entries out of reach, after a damaged entry or in a lost end, may have changed which guides are published. */
    boolean isOutdated() {
        var damage = ledger;
        var behind = behind();
        return damage != null && damage.outdated() || behind != null && behind.unknown();
    }

    /** Returns, in a sentence, which record names lost entries; empty if the ledger is not behind. */
    public Optional<String> lost() {
        return Optional.ofNullable(behind()).map(Behind::detail);
    }

    /** Whether the ledger is known to have lost its last entries, so that an administrator has to decide how it continues. */
    public boolean isBehind() {
        return behind() != null;
    }

    /** Whether the guide is published according to the ledger, but is known to have been unpublished. */
    boolean isWithheld(String guide) {
        var behind = behind();
        return behind != null && behind.withheld().contains(guide);
    }

    /** Counts how often data from the ledger became invalid and had to be read again. */
    int reading() {
        return reading.number();
    }

    /** Whether a guide that was not found in that reading may be published all the same. */
    boolean mayBeIncomplete(int number) {
        var current = reading;
        return current.behind() != null || current.number() != number;
    }

    /** Begins a new reading: data that was read from the ledger before is invalid. Returns the {@link Behind} of the previous reading. */
    private synchronized @Nullable Behind beginReading(@Nullable Behind behind) {
        var previous = reading;
        reading = new Reading(previous.number() + 1, behind);
        return previous.behind();
    }

    private @Nullable Behind behind() {
        return reading.behind();
    }

    /** Notes that the ledger is read again. Nothing is appended or served until its end has been compared. */
    void comparisonIsDue() {
        beginReading(NOT_COMPARED);
    }

    boolean isNotCompared() {
        return NOT_COMPARED.equals(behind());
    }

    /** @param behind null if the ledger is not behind */
    void isBehind(@Nullable Behind behind) {
        var before = beginReading(behind);
        if (behind == null && NOT_COMPARED.equals(before)) return;
        if (behind == null) log.warn("the publication ledger is not behind any more");
        else
            log.error(
                    "{} Nothing is changed until {}, and {}; see “{}” in docs/operations.md",
                    behind.detail(),
                    ledger == null
                            ? "an administrator decides how the ledger continues"
                            : "the damaged entry is restored from a backup",
                    behind.unknown()
                            ? "sites get 503, since nobody knows which guides were unpublished"
                            : behind.withheld().size() + " guides that were unpublished are not served",
                    ledger == null ? "A ledger that is behind" : "When something fails");
    }

    /** @param why what is wrong with the entry, as the rest of a sentence whose subject is the entry */
    synchronized void entryFailed(long position, String why, boolean outdated) {
        var damage = new Damage(
                new Failure("Entry " + position + " of the publication ledger " + why + ".", position, null), outdated);
        var before = ledger;
        ledger = damage;
        if (damage.equals(before)) return;
        log.error(
                "{} It is not served, nothing is published, and {}; see “When something fails” in docs/operations.md",
                damage.failure().detail(),
                outdated
                        ? "sites get 503, since the ledger has later entries"
                        : "sites get the entries that were verified before it");
    }

    /**
     * Notes that the entries are intact, as far as a read can tell. The read cannot tell of a damage that a request has found since the read
     * began, so that damage remains.
     *
     * @param before the {@link #damage} when the read began
     */
    @SuppressWarnings("ReferenceEquality") // the same damage may have been found again since
    synchronized void entriesAreIntact(@Nullable Damage before) {
        if (before == null || ledger != before) return;
        ledger = null;
        reportIntact(before);
    }

    private static void reportIntact(Damage before) {
        log.warn(
                "entry {} of the publication ledger is intact again",
                before.failure().position());
    }

    /** Drops the damage of an entry, because the ledger is read from its beginning; returns the damage, or null if there was none. */
    synchronized @Nullable Damage dropDamage() {
        var dropped = ledger;
        ledger = null;
        return dropped;
    }

    /**
     * Reports that an entry is intact again, if the read from the beginning found no damage.
     *
     * @param before what {@link #dropDamage} returned before that read
     */
    synchronized void entriesWereReadAgain(@Nullable Damage before) {
        if (before != null && ledger == null) reportIntact(before);
    }

    void contentFailed(LedgerEntry entry, String why) {
        var failure = new Failure(
                "The content of %s/%s (%s), revision %d, %s."
                        .formatted(entry.type(), entry.slug(), entry.locale(), entry.revision(), why),
                entry.position(),
                entry.id());
        if (contents.put(NumberedIds.id(entry.id(), entry.revision()), failure) == null)
            log.error(
                    "{} It is not served, and nothing is published; see “When something fails” in docs/operations.md",
                    failure.detail());
    }

    /** Returns the damaged contents, by guide and revision ({@link NumberedIds}), for {@link #contentIsIntact}. */
    Map<String, Failure> contentFailures() {
        return Map.copyOf(contents);
    }

    /**
     * Notes that a content is intact, as far as a read can tell. Damage that another read has found since this read began remains.
     *
     * @param before the {@link #contentFailures} when the read began
     */
    @SuppressWarnings("ReferenceEquality") // the same damage may have been found again since
    void contentIsIntact(LedgerEntry entry, Map<String, Failure> before) {
        if (before.isEmpty()) return;
        String id = NumberedIds.id(entry.id(), entry.revision());
        contents.computeIfPresent(id, (key, failure) -> failure == before.get(id) ? null : failure);
    }

    /** Drops the damage of the guide's earlier contents, because the guide has a new ledger entry; a damage that remains is found again. */
    void forgetContentsOf(String guide) {
        if (!contents.isEmpty()) contents.values().removeIf(failure -> guide.equals(failure.guide()));
    }

    /** Throws a refusal if a ledger entry is damaged. */
    void mustHaveIntactEntries() {
        if (ledger != null) throw LedgerRefusals.ledgerDamaged().raise();
    }

    /** Throws a refusal if the ledger is behind, except while an administrator's decision is carried out. */
    void mustNotBeBehind() {
        if (behind() == null || DECIDED.isBound()) return;
        throw (isNotCompared() ? LedgerRefusals.ledgerIsReread() : LedgerRefusals.ledgerBehind()).raise();
    }

    /** Throws a refusal if an entry or a content is damaged, or if the ledger is behind. */
    void mustBeSound() {
        mustHaveIntactEntries();
        mustNotBeBehind();
        if (!contents.isEmpty()) throw LedgerRefusals.someContentDamaged().raise();
    }

    /** The answer to sites while nothing can be served. */
    Refusal nothingServed() {
        var behind = behind();
        if (isNotCompared() || behind == null && ledger == null) return LedgerRefusals.ledgerIsReread();
        return behind != null && behind.unknown()
                ? LedgerRefusals.unpublishedGuidesUnknown()
                : LedgerRefusals.ledgerDamaged();
    }

    /** The answer for a guide that was not found, while the reading of the ledger {@linkplain #mayBeIncomplete may be incomplete}. */
    Refusal guideUnknown() {
        return isNotCompared() || behind() == null ? LedgerRefusals.ledgerIsReread() : LedgerRefusals.guideUnknown();
    }

    /** The answer for a guide that is published according to the ledger, but cannot be served. */
    Refusal guideNotServed() {
        return behind() == null ? LedgerRefusals.contentDamaged() : LedgerRefusals.guideWithheld();
    }
}
