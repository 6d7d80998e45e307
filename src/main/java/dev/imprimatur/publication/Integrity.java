// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import dev.imprimatur.problem.Refusal;
import dev.imprimatur.store.NumberedIds;
import java.time.Duration;
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
    private static final Duration LOOKED_INTO = Duration.ofMinutes(1);
    private static final Duration READ_ANEW = Duration.ofSeconds(2);

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
    private record Damage(Failure failure, boolean outdated) {}

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
            "The publication ledger is read anew, and not compared yet with what remembers its end.", Set.of(), true);

    private volatile @Nullable Damage ledger;
    /**
     * Both values change together: a guide that a reading lacks is known not to be published only if the ledger was not behind in that
     * reading.
     *
     * @param reading how often data from the ledger became invalid and had to be read again
     * @param behind null if the ledger is not behind
     */
    private record Standing(int reading, @Nullable Behind behind) {}

    private volatile Standing standing = new Standing(0, null);
    /** By guide and revision ({@link NumberedIds}). */
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
            return Optional.of(new Failure(
                    "It was withdrawn in a part of the ledger that is lost, so it is not served.", 0, guide));
        return contents.values().stream()
                .filter(failure -> guide.equals(failure.guide()))
                .min(Comparator.comparingLong(Failure::position));
    }

    /** The position of the damaged entry; 0 if there is none. */
    long damagedAt() {
        var damage = ledger;
        return damage == null ? 0 : damage.failure().position();
    }

    /** Whether entries out of reach, after a damaged entry or in a lost end, may have changed which guides are published. */
    boolean isOutdated() {
        var damage = ledger;
        var lost = behind();
        return damage != null && damage.outdated() || lost != null && lost.unknown();
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
        var lost = behind();
        return lost != null && lost.withheld().contains(guide);
    }

    /** Counts how often data from the ledger became invalid and had to be read again. */
    int reading() {
        return standing.reading();
    }

    /** Whether a guide that was not found in that reading may be published all the same. */
    boolean mayLack(int reading) {
        var now = standing;
        return now.behind() != null || now.reading() != reading;
    }

    /** Starts a new reading: data that was read from the ledger before is invalid. Returns the previous {@link Behind}. */
    private synchronized @Nullable Behind readAnew(@Nullable Behind now) {
        var before = standing;
        standing = new Standing(before.reading() + 1, now);
        return before.behind();
    }

    private @Nullable Behind behind() {
        return standing.behind();
    }

    /** Notes that the ledger is read again. Nothing is appended or served until its end has been compared. */
    void comparisonIsDue() {
        readAnew(NOT_COMPARED);
    }

    boolean isNotCompared() {
        return NOT_COMPARED.equals(behind());
    }

    /** @param now null if the ledger is not behind */
    void isBehind(@Nullable Behind now) {
        var before = readAnew(now);
        if (now == null && NOT_COMPARED.equals(before)) return;
        if (now == null) log.warn("the publication ledger is not behind any more");
        else
            log.error(
                    "{} Nothing is changed until an administrator decides how it goes on, and {}; see “A ledger that is behind” in"
                            + " docs/operations.md",
                    now.detail(),
                    now.unknown()
                            ? "sites get 503, since nobody knows what was withdrawn"
                            : now.withheld().size() + " guides that were withdrawn are not served");
    }

    /** @param why what is wrong with the entry, as the rest of a sentence whose subject is the entry */
    void entryFailed(long position, String why, boolean outdated) {
        var now = new Damage(
                new Failure("Entry " + position + " of the publication ledger " + why + ".", position, null), outdated);
        var before = ledger;
        ledger = now;
        if (now.equals(before)) return;
        log.error(
                "{} It is not served, nothing is published, and {}; see “When something fails” in docs/operations.md",
                now.failure().detail(),
                outdated
                        ? "sites get 503, since the ledger goes on behind it"
                        : "sites get what was verified before it");
    }

    void entriesAreRight() {
        var before = ledger;
        if (before == null) return;
        ledger = null;
        log.warn(
                "entry {} of the publication ledger is right again",
                before.failure().position());
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

    void contentIsRight(LedgerEntry entry) {
        if (!contents.isEmpty()) contents.remove(NumberedIds.id(entry.id(), entry.revision()));
    }

    /** Drops the damage of the guide's earlier contents, because the guide has a new ledger entry; a damage that remains is found again. */
    void toldAnew(String guide) {
        if (!contents.isEmpty()) contents.values().removeIf(failure -> guide.equals(failure.guide()));
    }

    /** Throws a refusal if a ledger entry is damaged. */
    void mustHaveRightEntries() {
        if (ledger != null) throw ledgerDamaged().raise();
    }

    /** Throws a refusal if the ledger is behind, except while an administrator's decision is carried out. */
    void mustNotBeBehind() {
        if (behind() == null || DECIDED.isBound()) return;
        throw (isNotCompared() ? ledgerReadAnew() : ledgerBehind()).raise();
    }

    /** Throws a refusal if an entry or a content is damaged, or if the ledger is behind. */
    void mustBeSound() {
        mustHaveRightEntries();
        mustNotBeBehind();
        if (!contents.isEmpty())
            throw Refusal.unavailable(
                            "content-damaged",
                            "what is stored of a published guide was changed, so nothing is published until that is"
                                    + " mended; administrators see which guide it is",
                            LOOKED_INTO)
                    .raise();
    }

    /** The answer to requests that need the ledger while an entry is damaged. */
    public static Refusal ledgerDamaged() {
        return Refusal.unavailable(
                "ledger-damaged",
                "the stored publication ledger was changed, so nothing is published or withdrawn, and nothing behind the"
                        + " change is told, until it is mended; administrators see what is wrong",
                LOOKED_INTO);
    }

    /** The answer to requests that change something while the ledger is behind. */
    public static Refusal ledgerBehind() {
        return Refusal.unavailable(
                "ledger-behind",
                "the publication ledger has lost its end, so nothing is changed until it is restored or an administrator decides"
                        + " that it goes on as it is",
                LOOKED_INTO);
    }

    /** The answer while the ledger is read again and its end is not compared yet. */
    private static Refusal ledgerReadAnew() {
        return Refusal.unavailable(
                "unavailable",
                "the publication ledger is being read anew; send the same request again shortly",
                READ_ANEW);
    }

    /** The answer to sites while nothing can be served. */
    Refusal notTold() {
        var lost = behind();
        if (isNotCompared() || lost == null && ledger == null) return ledgerReadAnew();
        return lost == null || !lost.unknown()
                ? ledgerDamaged()
                : Refusal.unavailable(
                        "ledger-behind",
                        "the publication ledger has lost its end, and nobody knows what was withdrawn in it, so nothing is served until an"
                                + " administrator has decided how it goes on",
                        LOOKED_INTO);
    }

    /** The answer for a guide that was not found, while the reading of the ledger {@linkplain #mayLack may lack} its entries. */
    Refusal notKnown() {
        return isNotCompared() || behind() == null
                ? ledgerReadAnew()
                : Refusal.unavailable(
                        "ledger-behind",
                        "the publication ledger has lost its end, so it is not known whether there is something here until an administrator"
                                + " has decided how the ledger goes on",
                        LOOKED_INTO);
    }

    /** The answer for a guide that is published according to the ledger, but cannot be served. */
    Refusal notShown() {
        return behind() == null ? contentDamaged() : withheld();
    }

    private static Refusal withheld() {
        return Refusal.unavailable(
                "ledger-behind",
                "this guide was withdrawn in a part of the ledger that is lost, so it is not served until an administrator has decided how"
                        + " the ledger goes on",
                LOOKED_INTO);
    }

    /** The answer for a guide whose stored content is damaged. */
    public static Refusal contentDamaged() {
        return Refusal.unavailable(
                "content-damaged",
                "what is stored of this guide is not what was approved, so it is not served until it is mended",
                LOOKED_INTO);
    }
}
