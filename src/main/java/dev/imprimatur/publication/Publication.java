// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import static java.util.Objects.requireNonNull;

import dev.imprimatur.content.ContentHash;
import dev.imprimatur.content.Reason;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.editing.Slugs;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.history.Revision;
import dev.imprimatur.history.Signature;
import dev.imprimatur.history.Stamp;
import dev.imprimatur.history.StampedPart;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.publication.LedgerEntry.Kind;
import dev.imprimatur.store.NumberedIds;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Publishes, restamps, marks as overdue and unpublishes. Each step appends an entry to the ledger first, and then records its position in
 * the edition log.
 */
@Component
public class Publication {
    /** How many redirects of unpublished guides are followed to find a circle. */
    private static final int MOST_REDIRECTS = 10;

    private final Guides guides;
    private final Editions editions;
    private final Gate gate;
    private final Ledger ledger;
    private final PublishedContents contents;
    private final Integrity integrity;
    private final LedgerChain chain;
    private final Slugs slugs;
    private final Renaming renaming;
    private final TranslationLinks links;
    private final Clock clock;

    Publication(
            Guides guides,
            Editions editions,
            Gate gate,
            Ledger ledger,
            PublishedContents contents,
            Integrity integrity,
            LedgerChain chain,
            Slugs slugs,
            Renaming renaming,
            TranslationLinks links,
            Clock clock) {
        this.guides = guides;
        this.editions = editions;
        this.gate = gate;
        this.ledger = ledger;
        this.contents = contents;
        this.integrity = integrity;
        this.chain = chain;
        this.slugs = slugs;
        this.renaming = renaming;
        this.links = links;
        this.clock = clock;
    }

    /** Publishes an approved edition. Publishing the same revision again returns the same entry. */
    public LedgerEntry publish(EditionId id) {
        var guide = guides.require(id.guide());
        var edition = editions.get(id);
        if (edition.schedule().release() != null
                && ledger.ofCause(publishCause(
                                id, edition.submitted().orElseThrow().number()))
                        .isEmpty())
            throw Refusal.conflict(
                            "in-release",
                            "edition " + id.number() + " is published with its release, and not by itself")
                    .raise();
        // what the gate asks may have changed since it was published
        var entry = publishedBefore(guide, edition).orElseGet(() -> publish(guide, edition));
        var published = editions.published(id, entry.position());
        boolean isRenamed =
                published.renamedTo().filter(slug -> !slug.equals(entry.slug())).isPresent();
        // renamed while it was unpublished
        boolean hasOtherSlug = guide.live() == null && !guide.slug().equals(entry.slug());
        if (isRenamed || hasOtherSlug) renaming.alignLedger(id.guide());
        return entry;
    }

    private Optional<LedgerEntry> publishedBefore(Guide guide, Edition edition) {
        if (edition.state() != Edition.State.PUBLISHED) return Optional.empty();
        gate.mustBeSealed(guide, edition);
        return edition.submitted().flatMap(revision -> ledger.ofCause(publishCause(edition.id(), revision.number())));
    }

    private LedgerEntry publish(Guide guide, Edition edition) {
        var revision = gate.admit(guide, edition);
        store(List.of(revision));
        slugs.mustBeFreeForThese(List.of(guide));
        var entry = ledger.append(publishing(
                guide,
                renaming.firstSlug(guide),
                links.namesFor(List.of(guide)).get(guide.id()),
                edition.id(),
                revision,
                edition.stamp().orElseThrow()));
        links.alignLedger(List.of(guide), List.of(entry));
        return entry;
    }

    /** Publishes the approved first editions of guides, as {@link #publish} does for one edition, with few calls to the stores. */
    public void publishFirstEditions(Collection<String> guideIds) {
        if (guideIds.isEmpty()) return;
        var cards = guides.find(guideIds);
        var first = editions.firstOf(guideIds);
        var revisions = gate.admit(cards.values().stream()
                .collect(Collectors.toMap(Function.identity(), card -> requireNonNull(first.get(card.id())))));
        store(revisions.values());
        slugs.mustBeFreeForThese(cards.values());
        var all = List.copyOf(revisions.values());
        var sets = links.namesFor(cards.values());
        var entries = ledger.append(all.stream()
                .map(revision -> publishing(
                        requireNonNull(cards.get(revision.guide())),
                        requireNonNull(cards.get(revision.guide())).slug(),
                        sets.get(revision.guide()),
                        new EditionId(revision.guide(), 1),
                        revision,
                        requireNonNull(first.get(revision.guide())).stamp().orElseThrow()))
                .toList());
        links.alignLedger(cards.values(), entries);
        var published = new ArrayList<Editions.FirstPublished>();
        for (int i = 0; i < all.size(); i++) {
            String guide = all.get(i).guide();
            published.add(new Editions.FirstPublished(
                    requireNonNull(cards.get(guide)),
                    requireNonNull(first.get(guide)),
                    all.get(i),
                    entries.get(i).position()));
        }
        editions.firstPublished(published);
    }

    /**
     * @param slug the slug of the guide if the ledger does not know the guide yet
     * @param set the set of translations of the guide
     */
    private Ledger.Addition publishing(
            Guide guide, String slug, @Nullable String set, EditionId id, Revision revision, Stamp stamp) {
        return new Ledger.Addition(publishCause(id, revision.number()), guide.id(), (position, hash, before) -> {
            if (before != null && before.edition() >= id.number())
                throw Refusal.conflict("superseded", "a later edition is published already")
                        .raise();
            var now = clock.instant();
            var first = before == null ? now : before.firstPublishedAt();
            // the ledger says under which slug readers know the guide; the card may be older
            String known = before == null ? slug : before.slug();
            return reviewed(unsealed(guide, known, set, id, revision, first, now, position, hash), stamp);
        });
    }

    private static String publishCause(EditionId id, int revision) {
        return "publish:" + id + ":" + revision;
    }

    /** Throws the refusal that a publication of the edition would meet now, if it had not to wait. */
    public void mustBePublishable(EditionId id) {
        var guide = guides.require(id.guide());
        gate.wouldAdmit(guide, editions.get(id));
        slugs.mustBeFreeForThese(List.of(guide));
    }

    /**
     * The end of a guide's publication as a part of a release.
     *
     * @param redirectTo where readers are sent instead; null for no redirect
     */
    public record Withdrawal(EditionId edition, @Nullable String redirectTo) {}

    /**
     * Publishes editions and unpublishes others in one step of the ledger: no reader sees some of these changes without the others. A
     * withdrawal of an edition that is not published any more is left out. The same release again appends nothing.
     *
     * @return the place of the release in the ledger; empty if there was nothing left to do
     */
    public Optional<LedgerEntry.Release> publishRelease(
            String release, Collection<EditionId> published, Collection<Withdrawal> withdrawn) {
        integrity.mustNotBeBehind();
        var cards = guides.find(published.stream().map(EditionId::guide).toList());
        var all = new LinkedHashMap<Guide, Edition>();
        for (var id : published) {
            var card = cards.get(id.guide());
            if (card == null)
                throw Refusal.missing("there is no guide " + id.guide()).raise();
            all.put(card, editions.get(id));
        }
        var revisions = gate.admit(all);
        store(revisions.values());
        slugs.mustBeFreeForThese(all.keySet());
        var additions = new ArrayList<Ledger.Addition>();
        var sets = links.namesFor(cards.values());
        all.forEach((guide, edition) -> additions.add(publishing(
                guide,
                renaming.firstSlug(guide),
                sets.get(guide.id()),
                edition.id(),
                requireNonNull(revisions.get(guide.id())),
                edition.stamp().orElseThrow())));
        withdrawn.forEach(it -> additions.add(withdrawing(it.edition(), it.redirectTo())));
        var entries = ledger.appendRelease(release, additions).values();
        links.alignLedger(cards.values(), entries);
        return entries.stream()
                .map(LedgerEntry::release)
                .filter(Objects::nonNull)
                .filter(it -> it.id().equals(release))
                .findFirst();
    }

    /** Stores contents before the ledger entries that name them. Refuses if other content is stored under the same revision. */
    private void store(Collection<Revision> revisions) {
        integrity.mustBeSound();
        var there = contents.insert(revisions);
        var stored = contents.find(there);
        for (var revision : revisions) {
            String id = NumberedIds.id(revision.guide(), revision.number());
            if (!there.contains(id)) continue;
            var content = stored.get(id);
            if (content == null || !ContentHash.isOf(content, revision.hash().value()))
                throw LedgerRefusals.contentDamaged().raise();
        }
    }

    /** Renews the stamp of the current edition after a confirmation. Returns empty if the edition is not published. */
    public Optional<LedgerEntry> restamp(EditionId id) {
        var guide = guides.require(id.guide());
        var edition = editions.get(id);
        if (edition.state() != Edition.State.PUBLISHED) return Optional.empty();
        var stamp = edition.stamp().orElseThrow();
        integrity.mustBeSound();
        return Optional.of(ledger.append(
                "restamp:" + id + ":" + edition.stampSeq(), guide.id(), (position, hash, before) -> {
                    var current = current(before, id);
                    gate.admitRestamp(guide, edition, current);
                    return reviewed(current.next(Kind.RESTAMP, position + 1, hash, null, clock.instant()), stamp);
                }));
    }

    /** Marks the current edition as overdue for review. Returns empty if the edition is not published or its review is not overdue. */
    public Optional<LedgerEntry> markOverdue(EditionId id) {
        var guide = guides.require(id.guide());
        var edition = editions.get(id);
        var today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        boolean overdue =
                edition.stamp().filter(stamp -> stamp.overdueOn(today)).isPresent();
        if (edition.state() != Edition.State.PUBLISHED || !overdue) return Optional.empty();
        integrity.mustBeSound();
        var entry = ledger.lastOf(guide.id())
                .filter(last -> last.edition() == id.number() && isOverdue(last))
                .orElseGet(() -> ledger.append(
                        "overdue:" + id + ":" + edition.stampSeq(), guide.id(), (position, hash, before) -> {
                            var current = current(before, id);
                            return current.next(Kind.REVIEW_OVERDUE, position + 1, hash, null, clock.instant())
                                    .with(requireNonNull(current.review()).asOverdue());
                        }));
        editions.overdue(id, entry.position());
        return Optional.of(entry);
    }

    /**
     * Marks the parts of the current edition whose reviews are overdue; the review of the whole stays as it is. Marks nothing if the edition
     * is not published.
     */
    public void markPartsOverdue(EditionId id) {
        overdue(id, editions.get(id).partsToMark())
                .forEach((part, entry) -> editions.overdue(id, part, entry.position()));
    }

    /** Marks parts of the edition in the ledger again that its log names as overdue. Returns the entry that marks each of them. */
    Map<String, LedgerEntry> markPartsOverdueAgain(EditionId id) {
        var edition = editions.get(id);
        return overdue(
                id,
                edition.stamp().map(Stamp::stampedParts).orElse(List.of()).stream()
                        .filter(part -> edition.isOverdueAlone(part.pointer()))
                        .toList());
    }

    private Map<String, LedgerEntry> overdue(EditionId id, List<StampedPart> parts) {
        if (parts.isEmpty() || editions.get(id).state() != Edition.State.PUBLISHED) return Map.of();
        var today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        var marked = new LinkedHashMap<String, LedgerEntry>();
        for (var part : parts) {
            if (!part.overdueOn(today)) continue;
            integrity.mustBeSound();
            String pointer = part.pointer();
            marked.put(
                    pointer,
                    ledger.lastOf(id.guide())
                            .filter(last -> last.edition() == id.number() && isOverdue(last, pointer))
                            .orElseGet(() -> ledger.append(
                                    "overdue:" + id + ":" + pointer + ":" + part.reviewedAt(),
                                    id.guide(),
                                    (position, hash, before) ->
                                            overdue(current(before, id), pointer, position, hash))));
        }
        return marked;
    }

    private LedgerEntry overdue(LedgerEntry current, String part, long position, String hash) {
        return current.next(Kind.REVIEW_OVERDUE, position + 1, hash, null, clock.instant())
                .with(requireNonNull(current.review()).asOverdue(part));
    }

    /**
     * Unpublishes the current edition of a guide. The same request again returns the entry that the first request appended.
     *
     * @param message why, in the words of the person who unpublishes
     * @param reason the chosen reason, one of those that the content type lists
     * @param redirectTo where readers are sent instead: a slug of the same type, a path, or an http(s) URL
     */
    public LedgerEntry unpublish(
            Guide guide, String message, @Nullable Reason reason, @Nullable String redirectTo, Person by) {
        var logged = editions.leftBy(by, guide.id(), LogEntry.Kind.UNPUBLISHED);
        if (logged.isPresent())
            return ledger.ofCause(unpublishCause(logged.get().edition()))
                    .orElseThrow(() -> LedgerRefusals.ledgerBehind().raise());
        integrity.mustNotBeBehind();
        var live = guide.live();
        if (live == null)
            throw Refusal.conflict("not-live", "the guide is not published, so there is nothing to unpublish")
                    .raise();
        mayRedirect(guide, redirectTo);
        var id = new EditionId(guide.id(), live.edition());
        var entry = withdraw(id, redirectTo);
        editions.unpublished(id, entry.position(), message, reason, by);
        return entry;
    }

    /** Throws a refusal if readers of the guide cannot be sent there. */
    public void mayRedirect(Guide guide, @Nullable String redirectTo) {
        if (redirectTo == null) return;
        Redirect.check(redirectTo, guide.slug());
        if (slugs.guideOf(guide.type(), guide.locale(), redirectTo)
                .filter(guide.id()::equals)
                .isPresent())
            throw Refusal.malformed("/redirectTo", "a guide cannot redirect to a slug that it had before")
                    .raise();
        if (leadsBack(guide, redirectTo))
            throw Refusal.malformed(
                            "/redirectTo", "readers would be sent in a circle, because the guide there redirects here")
                    .raise();
    }

    /** Whether unpublished guides would send readers from the slug back to the guide. */
    private boolean leadsBack(Guide guide, String redirectTo) {
        var next = guides.bySlug(guide.type(), guide.locale(), redirectTo);
        for (int hop = 0; next.isPresent() && hop < MOST_REDIRECTS; hop++) {
            if (next.get().id().equals(guide.id())) return true;
            next = ledger.lastOf(next.get().id())
                    .filter(entry -> !entry.isLive())
                    .map(LedgerEntry::redirectTo)
                    .flatMap(slug -> guides.bySlug(guide.type(), guide.locale(), slug));
        }
        return false;
    }

    /** Unpublishes the edition in the ledger, without an entry in the edition log. */
    LedgerEntry withdraw(EditionId id, @Nullable String redirectTo) {
        return ledger.append(withdrawing(id, redirectTo));
    }

    private Ledger.Addition withdrawing(EditionId id, @Nullable String redirectTo) {
        return new Ledger.Addition(unpublishCause(id), id.guide(), new Ledger.Proposal() {
            @Override
            public LedgerEntry after(long position, String hash, @Nullable LedgerEntry before) {
                return current(before, id)
                        .next(Kind.UNPUBLISH, position + 1, hash, redirectTo, clock.instant())
                        .with(null);
            }

            @Override
            public boolean isDue(@Nullable LedgerEntry before) {
                return isCurrent(before, id);
            }
        });
    }

    private static boolean isCurrent(@Nullable LedgerEntry before, EditionId id) {
        return before != null && before.isLive() && before.edition() == id.number();
    }

    private static String unpublishCause(EditionId id) {
        return "unpublish:" + id;
    }

    /** Returns the guide's last entry. Throws a refusal if the edition is not the current edition. */
    private static LedgerEntry current(@Nullable LedgerEntry before, EditionId id) {
        if (before == null || !isCurrent(before, id))
            throw Refusal.conflict("not-live", "edition " + id.number() + " is not the current edition")
                    .raise();
        return before;
    }

    private static LedgerEntry unsealed(
            Guide guide,
            String slug,
            @Nullable String set,
            EditionId id,
            Revision revision,
            Instant firstPublishedAt,
            Instant now,
            long lastPosition,
            String lastHash) {
        return LedgerEntry.of(
                Kind.PUBLISH,
                new LedgerEntry.Subject(guide.id(), guide.type(), slug, guide.locale(), set),
                new LedgerEntry.PublishedRevision(
                        id.number(), revision.number(), revision.hash().value(), now, firstPublishedAt),
                null,
                null,
                now,
                LedgerEntry.Link.unsealed(lastPosition + 1, lastHash));
    }

    private static boolean isOverdue(LedgerEntry entry) {
        var review = entry.review();
        return review != null && review.overdue();
    }

    private static boolean isOverdue(LedgerEntry entry, String part) {
        var review = entry.review();
        return review != null && review.isOverdue(part);
    }

    private LedgerEntry reviewed(LedgerEntry unsealed, Stamp stamp) {
        var day = LocalDate.ofInstant(unsealed.at(), ZoneOffset.UTC);
        var review = new LedgerEntry.Review(
                stamp.lastReviewed(),
                stamp.reviewedAt(),
                stamp.reviewers().stream().map(LedgerEntry.By::of).toList(),
                signatures(stamp.signatures()),
                stamp.reviewDue(),
                stamp.overdueOn(day),
                spelling(stamp.origin()),
                stamp.stampedParts().stream()
                        .collect(Collectors.toMap(StampedPart::pointer, part -> reviewed(part, day))),
                "");
        return unsealed.with(chain.sign(unsealed, review));
    }

    private static LedgerEntry.Part reviewed(StampedPart part, LocalDate day) {
        return new LedgerEntry.Part(
                part.lastReviewed(),
                part.reviewedAt(),
                part.reviewers().stream().map(LedgerEntry.By::of).toList(),
                signatures(part.signatures()),
                part.reviewDue(),
                part.overdueOn(day),
                spelling(part.origin()),
                "");
    }

    private static String spelling(Stamp.Origin origin) {
        return origin.name().toLowerCase(Locale.ROOT);
    }

    private static @Nullable List<LedgerEntry.Signature> signatures(@Nullable List<Signature> signatures) {
        return signatures == null
                ? null
                : signatures.stream()
                        .map(it ->
                                new LedgerEntry.Signature(it.name(), it.title(), it.publicId(), it.meaning(), it.at()))
                        .toList();
    }

    /** Throws a refusal while the ledger has lost its last entries: nothing can change until an administrator decides how it continues. */
    public void mustNotBeBehind() {
        integrity.mustNotBeBehind();
    }
}
