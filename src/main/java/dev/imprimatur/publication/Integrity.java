package dev.imprimatur.publication;

import dev.imprimatur.problem.Refusal;
import dev.imprimatur.store.Numbered;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

    private volatile @Nullable Damage ledger;
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
        return damage != null && damage.outdated();
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

    /** Refuses to show anything new while something is not as it was signed. */
    void mustBeSound() {
        mustHaveRightEntries();
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

    /** What is told where a guide cannot be shown. */
    public static Refusal contentDamaged() {
        return Refusal.unavailable(
                "content-damaged",
                "what is stored of this guide is not what was approved, so it is not served until it is mended",
                LOOKED_INTO);
    }
}
