// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import static java.util.Objects.requireNonNull;

import dev.imprimatur.content.ContentHash;
import dev.imprimatur.content.Reason;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.history.Revision;
import dev.imprimatur.history.Stamp;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.publication.LedgerEntry.Kind;
import dev.imprimatur.store.NumberedIds;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/**
 * Changes what readers see, by publishing, restamping, marking as overdue and unpublishing. Each step appends to the ledger first and then
 * notes the position in the edition log.
 */
@Component
public class Publication {
    private final Guides guides;
    private final Editions editions;
    private final Gate gate;
    private final Ledger ledger;
    private final PublishedContents contents;
    private final Integrity integrity;
    private final Lineage lineage;
    private final LedgerChain chain;
    private final Clock clock;
    private final List<Runnable> afterAppend = new CopyOnWriteArrayList<>();

    Publication(
            Guides guides,
            Editions editions,
            Gate gate,
            Ledger ledger,
            PublishedContents contents,
            Integrity integrity,
            Lineage lineage,
            LedgerChain chain,
            Clock clock) {
        this.guides = guides;
        this.editions = editions;
        this.gate = gate;
        this.ledger = ledger;
        this.contents = contents;
        this.integrity = integrity;
        this.lineage = lineage;
        this.chain = chain;
        this.clock = clock;
    }

    /** Publishes an approved edition. Publishing the same revision again returns the same entry. */
    public LedgerEntry publish(EditionId id) {
        var guide = guides.require(id.guide());
        var edition = editions.get(id);
        var revision = gate.admit(guide, edition);
        var stamp = edition.stamp().orElseThrow();
        store(guide, revision);
        var entry = append("publish:" + id + ":" + revision.number(), guide.id(), (position, hash, before) -> {
            if (before != null && before.edition() >= id.number())
                throw Refusal.conflict("superseded", "a later edition is published already")
                        .raise();
            var now = clock.instant();
            var first = before == null ? now : before.firstPublishedAt();
            return reviewed(open(guide, id, revision, first, now, position, hash), stamp);
        });
        editions.published(id, entry.position());
        return entry;
    }

    /** Stores the content before the ledger entry that names it. Refuses if other content is stored under the same revision. */
    private void store(Guide guide, Revision revision) {
        integrity.mustBeSound();
        String hash = revision.hash().value();
        if (contents.insert(guide.id(), revision.number(), hash, revision.content())) return;
        String id = NumberedIds.id(guide.id(), revision.number());
        var there = contents.find(List.of(id)).get(id);
        if (there == null || !ContentHash.isOf(there, hash))
            throw Integrity.contentDamaged().raise();
    }

    /** Renews the stamp of the current edition after a confirmation. Returns empty if the edition is not published. */
    public Optional<LedgerEntry> restamp(EditionId id) {
        var guide = guides.require(id.guide());
        var edition = editions.get(id);
        if (edition.state() != Edition.State.PUBLISHED) return Optional.empty();
        var stamp = edition.stamp().orElseThrow();
        integrity.mustBeSound();
        return Optional.of(append("restamp:" + id + ":" + edition.stampSeq(), guide.id(), (position, hash, before) -> {
            var live = live(before, id);
            gate.admitRestamp(guide, edition, live);
            return reviewed(live.next(Kind.RESTAMP, position + 1, hash, null, clock.instant()), stamp);
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
                .orElseGet(() ->
                        append("overdue:" + id + ":" + edition.stampSeq(), guide.id(), (position, hash, before) -> {
                            var live = live(before, id);
                            return live.next(Kind.REVIEW_OVERDUE, position + 1, hash, null, clock.instant())
                                    .with(requireNonNull(live.review()).asOverdue());
                        }));
        editions.overdue(id, entry.position());
        return Optional.of(entry);
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
        var done = editions.leftBy(by, guide.id(), LogEntry.Kind.UNPUBLISHED);
        if (done.isPresent())
            return ledger.ofCause(unpublishing(done.get().edition()))
                    .orElseThrow(() -> Integrity.ledgerBehind().raise());
        integrity.mustNotBeBehind();
        var live = guide.live();
        if (live == null)
            throw Refusal.conflict("not-live", "the guide is not live, so there is nothing to unpublish")
                    .raise();
        if (redirectTo != null) Redirect.check(redirectTo, guide.slug());
        var id = new EditionId(guide.id(), live.edition());
        var entry = withdraw(id, redirectTo);
        editions.unpublished(id, entry.position(), message, reason, by);
        return entry;
    }

    /** Unpublishes the edition in the ledger, without an entry in the edition log. */
    LedgerEntry withdraw(EditionId id, @Nullable String redirectTo) {
        return append(
                unpublishing(id),
                id.guide(),
                (position, hash, before) -> live(before, id)
                        .next(Kind.UNPUBLISH, position + 1, hash, redirectTo, clock.instant())
                        .with(null));
    }

    private static String unpublishing(EditionId id) {
        return "unpublish:" + id;
    }

    private LedgerEntry append(String cause, String guide, Ledger.Proposal proposal) {
        var entry = ledger.append(cause, guide, proposal);
        tellOfAppends();
        return entry;
    }

    void tellOfAppends() {
        afterAppend.forEach(Runnable::run);
    }

    /** Runs the action after every append on this node, so that readers on this node need not wait for the next poll. */
    public void onAppend(Runnable action) {
        afterAppend.add(action);
    }

    private static LedgerEntry live(@Nullable LedgerEntry before, EditionId id) {
        if (before == null || !before.isLive() || before.edition() != id.number())
            throw Refusal.conflict("not-live", "edition " + id.number() + " is not the current edition")
                    .raise();
        return before;
    }

    private static LedgerEntry open(
            Guide guide,
            EditionId id,
            Revision revision,
            Instant firstPublishedAt,
            Instant now,
            long lastPosition,
            String lastHash) {
        return LedgerEntry.of(
                Kind.PUBLISH,
                new LedgerEntry.Subject(guide.id(), guide.type(), guide.slug(), guide.locale()),
                new LedgerEntry.PublishedRevision(
                        id.number(), revision.number(), revision.hash().value(), now, firstPublishedAt),
                null,
                null,
                now,
                LedgerEntry.Link.open(lastPosition + 1, lastHash));
    }

    private static boolean isOverdue(LedgerEntry entry) {
        var review = entry.review();
        return review != null && review.overdue();
    }

    private LedgerEntry reviewed(LedgerEntry open, Stamp stamp) {
        var review = new LedgerEntry.Review(
                stamp.lastReviewed(),
                stamp.reviewedAt(),
                stamp.reviewers().stream().map(LedgerEntry.By::of).toList(),
                signatures(stamp),
                stamp.reviewDue(),
                stamp.overdueOn(LocalDate.ofInstant(open.at(), ZoneOffset.UTC)),
                stamp.origin().name().toLowerCase(Locale.ROOT),
                "");
        return open.with(chain.sign(open, review));
    }

    private static @Nullable List<LedgerEntry.Signature> signatures(Stamp stamp) {
        var signatures = stamp.signatures();
        return signatures == null
                ? null
                : signatures.stream()
                        .map(it ->
                                new LedgerEntry.Signature(it.name(), it.title(), it.publicId(), it.meaning(), it.at()))
                        .toList();
    }

    /** Returns the guide's last ledger entry; empty if the guide was never published. */
    public Optional<LedgerEntry> lastOf(String guide) {
        return ledger.lastOf(guide);
    }

    /** Returns the last ledger entry of each of these guides, by guide id; guides that were never published are left out. */
    public Map<String, LedgerEntry> lastOf(Collection<String> guides) {
        return ledger.lastOf(guides);
    }

    /**
     * An entry as it is stored in the ledger, with the result of a check.
     *
     * @param broken what is wrong with the entry; null if hash, position and signature are right
     */
    public record Proven(LedgerEntry entry, @Nullable String broken) {}

    /** Returns the stored entries at these positions, in order, and checks each again. Leaves out entries that cannot be read. */
    public List<Proven> proven(Collection<Long> positions) {
        return ledger.proven(positions);
    }

    /** The last position of the ledger; 0 if nothing was ever published. */
    public long position() {
        return ledger.last().map(LedgerEntry::position).orElse(0L);
    }

    /** The last position that this node has verified. */
    public long verified() {
        return ledger.verified();
    }

    /**
     * Whether later entries are known to be out of reach, after a damaged entry or in a lost end. They may have unpublished guides that
     * this node still knows as published, so nothing may be served.
     */
    public boolean isOutdated() {
        return integrity.isOutdated();
    }

    /** Whether the ledger has lost its last entries. Nothing can change until an administrator decides how the ledger continues. */
    public boolean isBehind() {
        return integrity.isBehind();
    }

    /** Throws a refusal while the ledger {@linkplain #isBehind() has lost} its last entries. */
    public void mustNotBeBehind() {
        integrity.mustNotBeBehind();
    }

    /** Whether the guide is published according to the ledger, but is known to have been unpublished by an entry that is lost. */
    public boolean isWithheld(String guide) {
        return integrity.isWithheld(guide);
    }

    /** Counts how often data from the ledger became invalid and had to be read again. */
    public int reading() {
        return integrity.reading();
    }

    /** The answer to sites while nothing can be served. */
    public Refusal notTold() {
        return integrity.notTold();
    }

    /** Whether a guide that was not found in that {@link #reading()} of the ledger may be published all the same. */
    public boolean mayLack(int reading) {
        return integrity.mayLack(reading);
    }

    /** The answer for a guide that was not found, while the ledger {@linkplain #mayLack may lack} its entries. */
    public Refusal notKnown() {
        return integrity.notKnown();
    }

    /** The answer for a guide that is published according to the ledger, but cannot be served. */
    public Refusal notShown() {
        return integrity.notShown();
    }

    /** Returns the ledger positions that these log entries name. Leaves out positions of lost ledger entries. */
    public List<Long> positions(Collection<LogEntry> noted) {
        return noted.stream()
                .filter(entry -> !lineage.isLost(entry))
                .map(LogEntry::position)
                .filter(Objects::nonNull)
                .toList();
    }

    /** Returns entries above the position, in order. Throws a refusal if the first of them was changed since it was verified. */
    public List<LedgerEntry> after(long position, int limit) {
        return ledger.after(position, limit);
    }

    /**
     * The entries that follow a position.
     *
     * @param isAll whether the store was queried for this answer and had no further valid entries
     */
    public record Next(List<LedgerEntry> entries, boolean isAll) {}

    /** Returns the entries that {@link #after} returns, and whether the store may have more. */
    public Next next(long position, int limit) {
        return ledger.next(position, limit);
    }

    /** Returns the entries at these positions, in order. Throws a refusal if one was changed since it was verified. */
    public List<LedgerEntry> at(Collection<Long> positions) {
        return ledger.at(positions);
    }

    /** Returns the entries at these positions, in order. Leaves out entries that were changed since they were verified. */
    public List<LedgerEntry> find(Collection<Long> positions) {
        return ledger.find(positions);
    }

    /** Returns the contents of these entries, by position. Leaves out missing contents and contents that were changed. */
    public Map<Long, JsonNode> contents(Collection<LedgerEntry> entries) {
        var stored = contents.find(
                entries.stream().map(Publication::revision).distinct().toList());
        var right = new HashMap<Long, JsonNode>();
        for (var entry : entries) {
            var content = stored.get(revision(entry));
            if (content == null) integrity.contentFailed(entry, "is missing or cannot be read");
            else if (!ContentHash.isOf(content, entry.contentHash()))
                integrity.contentFailed(entry, "is not what was approved");
            else {
                integrity.contentIsRight(entry);
                right.put(entry.position(), content);
            }
        }
        return right;
    }

    private static String revision(LedgerEntry entry) {
        return NumberedIds.id(entry.id(), entry.revision());
    }

    /**
     * Checks hashes, order and signatures of the whole ledger.
     *
     * @return how many entries are right, and what is wrong with the first damaged one
     */
    public Verification verify() {
        return ledger.verify();
    }

    /**
     * The outcome of a check of the ledger.
     *
     * @param entries how many entries are right, counted up to the first damaged one
     * @param position of the last entry that is right
     * @param hash of the last entry that is right
     * @param broken what is wrong with the next entry; null if all entries are right
     */
    public record Verification(
            long entries,
            long position,
            String hash,
            @Nullable String broken) {}
}
