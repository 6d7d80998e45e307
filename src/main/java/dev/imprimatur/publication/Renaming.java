// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import dev.imprimatur.editing.Editing;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.editing.Permissions;
import dev.imprimatur.editing.Slug;
import dev.imprimatur.editing.Slugs;
import dev.imprimatur.editing.Slugs.Rename;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Component;

/**
 * Gives guides other slugs. The card gets the new slug first: its unique key decides between several guides. Then follow the ledger entry,
 * if the guide is published, and the log entry. A rename that a crash interrupts is stored, and is completed later.
 */
@Component
public class Renaming {
    /** How long a rename may take before it counts as interrupted. */
    private static final Duration INTERRUPTED_AFTER = Duration.ofSeconds(30);

    private static final String NOT_LIVE = "not-live";

    private final Permissions permissions;
    private final Guides guides;
    private final Slugs slugs;
    private final Editing editing;
    private final Editions editions;
    private final Ledger ledger;
    private final LedgerChain chain;
    private final Integrity integrity;
    private final Clock clock;

    Renaming(
            Guides guides,
            Slugs slugs,
            Editing editing,
            Editions editions,
            Ledger ledger,
            LedgerChain chain,
            Integrity integrity,
            Clock clock,
            Permissions permissions) {
        this.permissions = permissions;
        this.guides = guides;
        this.slugs = slugs;
        this.editing = editing;
        this.editions = editions;
        this.ledger = ledger;
        this.chain = chain;
        this.integrity = integrity;
        this.clock = clock;
    }

    /** How the causes of a guide's renames begin. */
    static String causes(String guide) {
        return "rename:" + guide + ":";
    }

    /** Gives a guide another slug. The slug that the guide has already changes nothing. */
    public void rename(Guide guide, String slug, Person by) {
        Slug.checked(slug);
        if (editions.leftBy(by, guide.id(), LogEntry.Kind.RENAMED).isPresent()) return;
        var begun = slugs.inProgress(guide.id());
        if (begun.isPresent()) {
            mayComplete(begun.get(), slug);
            complete(begun.get());
        }
        var card = guides.stored(guide.id())
                .orElseThrow(
                        () -> Refusal.missing("there is no guide with this id").raise());
        if (card.slug().equals(slug)) return;
        integrity.mustBeSound();
        var last = ledger.lastOf(card.id());
        if (last.isPresent() && by.has(Permissions.PUBLISHER)) permissions.mustAllow(by, card, Permissions.PUBLISHER);
        else if (last.isPresent())
            throw Refusal.forbidden(
                            "publisher-only",
                            "the guide is or was published, so a publisher decides under which slug sites read it")
                    .raise();
        editions.of(card.id()).forEach(Edition::mustBeSound);
        slugs.mustBeFreeFor(card.id(), card.type(), card.locale(), slug);
        guides.bySlug(card.type(), card.locale(), slug)
                .filter(editing::isGivenUp)
                .ifPresent(givenUp -> editing.release(givenUp, by));
        var rename = new Rename(
                card.id(),
                card.slug(),
                slug,
                by,
                clock.instant(),
                UUID.randomUUID().toString());
        if (!slugs.begin(rename)) throw inProgress().raise();
        slugs.leave(
                card, card.slug(), last.filter(entry -> isKnown(card, entry)).isPresent());
        if (!guides.rename(card.id(), card.slug(), slug)) {
            slugs.end(rename);
            throw Refusal.conflict("slug-taken", "a guide of this type and locale has this slug; choose another")
                    .raise();
        }
        complete(rename);
    }

    /** Whether readers know the guide under the slug of its card. They do not know a slug that it got while it was unpublished. */
    private boolean isKnown(Guide card, LedgerEntry last) {
        return last.isLive()
                || last.slug().equals(card.slug())
                || slugs.guideOf(card.type(), card.locale(), card.slug())
                        .filter(card.id()::equals)
                        .isPresent();
    }

    private void mayComplete(Rename rename, String slug) {
        boolean isInterrupted = rename.at().plus(INTERRUPTED_AFTER).isBefore(clock.instant());
        if (!isInterrupted && !rename.to().equals(slug)) throw inProgress().raise();
    }

    /** Completes the renames that a crash interrupted. */
    public void completeInterrupted() {
        var now = clock.instant();
        for (var rename : slugs.inProgress())
            if (rename.at().plus(INTERRUPTED_AFTER).isBefore(now))
                try {
                    editions.together(() -> {
                        complete(rename);
                        return rename;
                    });
                } catch (Refused refused) {
                    if (refused.refusal().kind() == Refusal.Kind.UNAVAILABLE) throw refused;
                }
    }

    /** Does what follows the change of the card. It can be repeated, and two nodes may do it at once. */
    private void complete(Rename rename) {
        var card = guides.stored(rename.guide()).orElse(null);
        if (card == null || !card.slug().equals(rename.to())) {
            slugs.end(rename);
            return;
        }
        if (slugs.guideOf(card.type(), card.locale(), rename.to())
                .filter(owner -> !owner.equals(card.id()))
                .isPresent()) {
            // a published guide has left the slug since it was looked up
            giveBack(card, rename);
            throw Refusal.conflict("slug-reserved", "the slug redirects the readers of another guide; choose another")
                    .raise();
        }
        var entry = inLedger(card, rename);
        var id = entry.map(it -> new EditionId(it.id(), it.edition())).orElseGet(card::current);
        var edition = editions.renamed(
                id,
                new LogEntry.Renamed(rename.from(), rename.to()),
                entry.map(LedgerEntry::position).orElse(null),
                rename.at(),
                rename.by());
        // published since, under the slug that the card had before
        if (entry.isEmpty() && edition.publishedEntry().isPresent()) alignLedger(rename.guide());
        slugs.end(rename);
    }

    private void giveBack(Guide card, Rename rename) {
        guides.rename(card.id(), rename.to(), rename.from());
        slugs.end(rename);
    }

    /** The ledger entry of the rename; empty if the guide is not published: its next publication brings the slug into the ledger. */
    private Optional<LedgerEntry> inLedger(Guide card, Rename rename) {
        String cause = causes(rename.guide()) + rename.key();
        var done = ledger.ofCause(cause);
        if (done.isPresent()) return done;
        var last = ledger.lastOf(rename.guide());
        if (last.isEmpty()) return Optional.empty();
        // a publication has aligned the ledger meanwhile
        if (last.get().slug().equals(rename.to())) return Optional.empty();
        slugs.leave(card, last.get().slug(), true);
        if (!last.get().isLive()) return Optional.empty();
        try {
            return Optional.of(append(cause, rename.guide(), rename.to()));
        } catch (Refused refused) {
            // unpublished meanwhile
            if (refused.refusal().name().equals(NOT_LIVE)) return Optional.empty();
            throw refused;
        }
    }

    private LedgerEntry append(String cause, String guide, String slug) {
        integrity.mustBeSound();
        return ledger.append(cause, guide, (position, hash, before) -> {
            if (before == null || !before.isLive()) throw unpublished().raise();
            var unsealed = before.renamed(slug, position + 1, hash, clock.instant());
            var review = unsealed.review();
            return review == null ? unsealed : unsealed.with(chain.sign(unsealed, review));
        });
    }

    /** The slug under which the guide is or was published first; its card may have a later one. */
    String firstSlug(Guide guide) {
        var entries = editions.of(guide.id()).stream()
                .flatMap(edition -> edition.log().stream())
                .toList();
        var published = entries.stream()
                .filter(entry -> entry.kind() == LogEntry.Kind.PUBLISHED)
                .findFirst();
        return entries.stream()
                .filter(entry -> entry.renamed() != null)
                .filter(entry -> entry.position() != null
                        || published
                                .filter(first -> !entry.at().isBefore(first.at()))
                                .isPresent())
                .findFirst()
                .map(LogEntry::renamed)
                .map(LogEntry.Renamed::from)
                .orElse(guide.slug());
    }

    private List<LogEntry> renamesWhileLive(String guide) {
        return editions.of(guide).stream()
                .flatMap(edition -> edition.log().stream())
                .filter(entry -> entry.renamed() != null && entry.position() != null)
                .toList();
    }

    /**
     * Renames the guide in the ledger if its slug is another one there: it was renamed while its first edition was being published, or the
     * ledger has lost renames that the log knows.
     */
    void alignLedger(String guide) {
        var card = guides.stored(guide).orElse(null);
        var last = ledger.lastOf(guide).filter(LedgerEntry::isLive).orElse(null);
        if (card == null || last == null) return;
        if (last.previousSlug() != null) note(last);
        for (var logged : renamesWhileLive(guide)) {
            var renamed = Objects.requireNonNull(logged.renamed());
            if (!isInLedger(logged) && renamed.from().equals(last.slug())) last = appendAgain(card, last, renamed.to());
        }
        if (!last.slug().equals(card.slug())) appendAgain(card, last, card.slug());
    }

    private boolean isInLedger(LogEntry logged) {
        return ledger.find(List.of(Objects.requireNonNull(logged.position()))).stream()
                .anyMatch(entry -> entry.isDescribedBy(logged));
    }

    private LedgerEntry appendAgain(Guide card, LedgerEntry last, String slug) {
        slugs.leave(card, last.slug(), true);
        var entry = append(causes(card.id()) + "after:" + last.position(), card.id(), slug);
        note(entry);
        return entry;
    }

    private void note(LedgerEntry rename) {
        editions.renamed(
                new EditionId(rename.id(), rename.edition()),
                new LogEntry.Renamed(Objects.requireNonNull(rename.previousSlug()), rename.slug()),
                rename.position(),
                rename.at(),
                Person.SYSTEM);
    }

    private static Refusal unpublished() {
        return Refusal.conflict(NOT_LIVE, "the guide is unpublished, so its former slug leads nowhere");
    }

    private static Refusal inProgress() {
        return Refusal.inProgress(
                "rename-in-progress",
                "the slug of this guide is being changed by another request; look at it again shortly",
                Duration.ofSeconds(1));
    }
}
