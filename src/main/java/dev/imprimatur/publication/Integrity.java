// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import dev.imprimatur.problem.Refusal;
import dev.imprimatur.store.Numbered;
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
 * What this node found in the store that is not as it was signed. A damaged entry stops every append, a damaged content all but
 * withdrawals; either takes the node out of readiness. Each is logged once.
 */
@Component
public class Integrity {
    private static final Logger log = LoggerFactory.getLogger(Integrity.class);
    private static final Duration LOOKED_INTO = Duration.ofMinutes(1);
    private static final Duration READ_ANEW = Duration.ofSeconds(2);

    /**
     * Something that is not as it was signed.
     *
     * @param detail what is wrong, in a sentence
     * @param position of the entry, or of the one that names the content
     * @param guide whose content it is; null if it is an entry
     */
    public record Failure(
            String detail, long position, @Nullable String guide) {}

    /** @param outdated whether the ledger went on after it, so that what was verified may have been withdrawn since */
    private record Damage(Failure failure, boolean outdated) {}

    /**
     * The ledger is known to have gone further than it does.
     *
     * @param detail what tells of more, in a sentence
     * @param withheld guides that are live by the ledger and known to have been withdrawn
     * @param unknown whether more may have been withdrawn than is known
     */
    record Behind(String detail, Set<String> withheld, boolean unknown) {}

    /** The decision that is being carried out: it alone builds on a ledger that is behind. */
    static final ScopedValue<Lineage.Decision> DECIDED = ScopedValue.newInstance();

    /** Until a ledger that is read anew is compared with what remembers its end, nobody knows what was withdrawn. */
    private static final Behind NOT_COMPARED = new Behind(
            "The publication ledger is read anew, and not compared yet with what remembers its end.", Set.of(), true);

    private volatile @Nullable Damage ledger;
    /**
     * Both change at once: what a reading lacks is not there only if the ledger was not behind in it.
     *
     * @param reading how often what was read of the ledger before had to be read anew
     * @param behind null if it is not behind
     */
    private record Standing(int reading, @Nullable Behind behind) {}

    private volatile Standing standing = new Standing(0, null);
    /** By guide and revision ({@link Numbered}). */
    private final Map<String, Failure> contents = new ConcurrentHashMap<>();

    /** Everything that was found and is not mended: the ledger first, then contents by position. */
    public List<Failure> failures() {
        var damage = ledger;
        return Stream.concat(
                        damage == null ? Stream.empty() : Stream.of(damage.failure()),
                        contents.values().stream().sorted(Comparator.comparingLong(Failure::position)))
                .toList();
    }

    /** What is wrong with a content of the guide. */
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

    /** Whether the ledger is known to go on behind a damaged entry, so that nothing can be said of what is live now. */
    boolean isOutdated() {
        var damage = ledger;
        var lost = behind();
        return damage != null && damage.outdated() || lost != null && lost.unknown();
    }

    /** What tells that the ledger went further than it does, in a sentence; empty if nothing does. */
    public Optional<String> lost() {
        return Optional.ofNullable(behind()).map(Behind::detail);
    }

    /** Whether the ledger is known to have gone further than it does, so that an administrator has to decide how it continues. */
    public boolean isBehind() {
        return behind() != null;
    }

    /** Whether the guide is live by the ledger, and is known to have been withdrawn. */
    boolean isWithheld(String guide) {
        var lost = behind();
        return lost != null && lost.withheld().contains(guide);
    }

    /** How often what was read of the ledger before had to be read anew. */
    int reading() {
        return standing.reading();
    }

    /** Whether what that reading has nothing of may have been published all the same. */
    boolean mayLack(int reading) {
        var now = standing;
        return now.behind() != null || now.reading() != reading;
    }

    /** What is served has to be read anew: the ledger is another one. */
    private synchronized @Nullable Behind readAnew(@Nullable Behind now) {
        var before = standing;
        standing = new Standing(before.reading() + 1, now);
        return before.behind();
    }

    private @Nullable Behind behind() {
        return standing.behind();
    }

    /** The ledger is read anew: nothing builds on it, and nothing of it is served, until it is known whether it is behind. */
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

    /** @param why what is wrong with it, as the rest of a sentence that begins with it */
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
        if (contents.put(Numbered.id(entry.id(), entry.revision()), failure) == null)
            log.error(
                    "{} It is not served, and nothing is published; see “When something fails” in docs/operations.md",
                    failure.detail());
    }

    void contentIsRight(LedgerEntry entry) {
        if (!contents.isEmpty()) contents.remove(Numbered.id(entry.id(), entry.revision()));
    }

    /** Readers are told something new of the guide: what was wrong before is looked at again if it still counts. */
    void toldAnew(String guide) {
        if (!contents.isEmpty()) contents.values().removeIf(failure -> guide.equals(failure.guide()));
    }

    /** Refuses to build on a ledger that is damaged. */
    void mustHaveRightEntries() {
        if (ledger != null) throw ledgerDamaged().raise();
    }

    /** Refuses to change anything while the ledger is behind. */
    void mustNotBeBehind() {
        if (behind() == null || DECIDED.isBound()) return;
        throw (isNotCompared() ? ledgerReadAnew() : ledgerBehind()).raise();
    }

    /** Refuses to show anything new while something is not as it was signed. */
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

    /** What is told where the ledger is needed. */
    public static Refusal ledgerDamaged() {
        return Refusal.unavailable(
                "ledger-damaged",
                "the stored publication ledger was changed, so nothing is published or withdrawn, and nothing behind the"
                        + " change is told, until it is mended; administrators see what is wrong",
                LOOKED_INTO);
    }

    /** What is told where something would be changed. */
    public static Refusal ledgerBehind() {
        return Refusal.unavailable(
                "ledger-behind",
                "the publication ledger has lost its end, so nothing is changed until it is restored or an administrator decides"
                        + " that it goes on as it is",
                LOOKED_INTO);
    }

    /** What is told for the moment in which the ledger is read anew and not compared yet. */
    private static Refusal ledgerReadAnew() {
        return Refusal.unavailable(
                "unavailable",
                "the publication ledger is being read anew; send the same request again shortly",
                READ_ANEW);
    }

    /** What sites are told where nothing can be told. */
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

    /** What is told of what a reading of the ledger has nothing of, while it {@linkplain #mayLack may lack} it. */
    Refusal notKnown() {
        return isNotCompared() || behind() == null
                ? ledgerReadAnew()
                : Refusal.unavailable(
                        "ledger-behind",
                        "the publication ledger has lost its end, so it is not known whether there is something here until an administrator"
                                + " has decided how the ledger goes on",
                        LOOKED_INTO);
    }

    /** What is told where a guide cannot be shown that is live by the ledger. */
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

    /** What is told where a guide cannot be shown. */
    public static Refusal contentDamaged() {
        return Refusal.unavailable(
                "content-damaged",
                "what is stored of this guide is not what was approved, so it is not served until it is mended",
                LOOKED_INTO);
    }
}
