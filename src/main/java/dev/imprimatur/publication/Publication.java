package dev.imprimatur.publication;

import static java.util.Objects.requireNonNull;

import dev.imprimatur.editing.Editing;
import dev.imprimatur.editing.Edition;
import dev.imprimatur.editing.EditionId;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.LogEntry;
import dev.imprimatur.editing.Person;
import dev.imprimatur.editing.Revision;
import dev.imprimatur.editing.Stamp;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.publication.LedgerEntry.Kind;
import dev.imprimatur.store.Numbered;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/** What changes what readers see: four steps, each through the gate into the ledger and then noted in the edition log. */
@Component
public class Publication {
    private static final Logger log = LoggerFactory.getLogger(Publication.class);
    private static final int VERIFY_BATCH = 500;
    /** How many entries are checked at every start; all are by {@link #verify}. */
    private static final int CHECKED_AT_START = 100;

    private final Editing editing;
    private final Editions editions;
    private final Gate gate;
    private final Ledger ledger;
    private final PublishedContents contents;
    private final Seal seal;
    private final Clock clock;
    private final List<Runnable> afterAppend = new CopyOnWriteArrayList<>();

    Publication(
            Editing editing,
            Editions editions,
            Gate gate,
            Ledger ledger,
            PublishedContents contents,
            Seal seal,
            Clock clock) {
        this.editing = editing;
        this.editions = editions;
        this.gate = gate;
        this.ledger = ledger;
        this.contents = contents;
        this.seal = seal;
        this.clock = clock;
        checkLastEntries();
    }

    private void checkLastEntries() {
        long last = position();
        var check = verify(Math.max(0, last - CHECKED_AT_START));
        if (check.broken() != null)
            throw new IllegalStateException("the publication ledger is broken: " + check.broken()
                    + "; restore the database or the signing key, nothing is served from it");
        log.info("ledger at position {}, last {} entries verified", last, check.entries());
    }

    /** Makes an approved edition visible to readers; once it is, doing it again returns the same entry. */
    public LedgerEntry publish(EditionId id) {
        var guide = editing.require(id.guide());
        var edition = editions.get(id);
        var revision = gate.admit(guide, edition);
        var stamp = edition.stamp().orElseThrow();
        contents.insert(guide.id(), revision.number(), revision.hash().value(), revision.content());
        var entry = append("publish:" + id + ":" + revision.number(), guide, (position, hash, before) -> {
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

    /** Renews the stamp of what is live, after a confirmation. */
    public Optional<LedgerEntry> restamp(EditionId id) {
        var guide = editing.require(id.guide());
        var edition = editions.get(id);
        if (edition.state() != Edition.State.PUBLISHED) return Optional.empty();
        var stamp = edition.stamp().orElseThrow();
        return Optional.of(append("restamp:" + id + ":" + edition.stampSeq(), guide, (position, hash, before) -> {
            var live = live(before, id);
            gate.admitRestamp(guide, edition, live);
            return reviewed(live.next(Kind.RESTAMP, position + 1, hash, null, clock.instant()), stamp);
        }));
    }

    /** Tells readers that the review of what is live was due and nobody confirmed it. */
    public Optional<LedgerEntry> markOverdue(EditionId id) {
        var guide = editing.require(id.guide());
        var edition = editions.get(id);
        var today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        boolean overdue =
                edition.stamp().filter(stamp -> stamp.overdueOn(today)).isPresent();
        if (edition.state() != Edition.State.PUBLISHED || !overdue) return Optional.empty();
        var entry = ledger.lastOf(guide.id())
                .filter(last -> last.edition() == id.number() && isOverdue(last))
                .orElseGet(() -> append("overdue:" + id + ":" + edition.stampSeq(), guide, (position, hash, before) -> {
                    var live = live(before, id);
                    return live.next(Kind.REVIEW_OVERDUE, position + 1, hash, null, clock.instant())
                            .with(requireNonNull(live.review()).asOverdue());
                }));
        editions.overdue(id, entry.position());
        return Optional.of(entry);
    }

    /**
     * Takes what is live from readers; the same request again returns the entry that it made.
     *
     * @param redirectTo where they are sent instead: a slug of the same type, a path, or an http(s) URL
     */
    public LedgerEntry unpublish(Guide guide, String reason, @Nullable String redirectTo, Person by) {
        var done = editions.leftBy(by, guide.id(), LogEntry.Kind.UNPUBLISHED).map(LogEntry::position);
        if (done.isPresent()) return ledger.at(List.of(done.get())).getFirst();
        var live = guide.live();
        if (live == null)
            throw Refusal.conflict("not-live", "the guide is not live, so there is nothing to unpublish")
                    .raise();
        if (redirectTo != null) Redirect.check(redirectTo, guide.slug());
        var id = new EditionId(guide.id(), live.edition());
        var entry = append(
                "unpublish:" + id,
                guide,
                (position, hash, before) -> live(before, id)
                        .next(Kind.UNPUBLISH, position + 1, hash, redirectTo, clock.instant())
                        .with(null));
        editions.unpublished(id, entry.position(), reason, by);
        return entry;
    }

    private LedgerEntry append(String cause, Guide guide, Ledger.Proposal proposal) {
        var entry = ledger.append(cause, guide.id(), proposal);
        afterAppend.forEach(Runnable::run);
        return entry;
    }

    /** Runs it after every local append, so that readers on this node need not wait for the next poll. */
    public void onAppend(Runnable action) {
        afterAppend.add(action);
    }

    private static LedgerEntry live(@Nullable LedgerEntry before, EditionId id) {
        if (before == null || !before.isLive() || before.edition() != id.number())
            throw Refusal.conflict("not-live", "edition " + id.number() + " is not what is live")
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
        return new LedgerEntry(
                lastPosition + 1,
                Kind.PUBLISH,
                guide.id(),
                guide.type(),
                guide.slug(),
                guide.locale(),
                id.number(),
                revision.number(),
                revision.hash().value(),
                now,
                firstPublishedAt,
                null,
                null,
                now,
                lastHash,
                "",
                "");
    }

    private static boolean isOverdue(LedgerEntry entry) {
        var review = entry.review();
        return review != null && review.overdue();
    }

    private LedgerEntry reviewed(LedgerEntry open, Stamp stamp) {
        var review = new LedgerEntry.Review(
                stamp.lastReviewed(),
                stamp.reviewedAt(),
                stamp.reviewers().stream()
                        .map(by -> new LedgerEntry.By(by.name(), by.title(), by.publicId()))
                        .toList(),
                stamp.reviewDue(),
                stamp.overdueOn(LocalDate.ofInstant(open.at(), ZoneOffset.UTC)),
                stamp.origin().name().toLowerCase(Locale.ROOT),
                "");
        return open.with(seal.sign(open, review));
    }

    /** The last thing that readers were told about the guide. */
    public Optional<LedgerEntry> lastOf(String guide) {
        return ledger.lastOf(guide);
    }

    /** The last thing that readers were told about each of these guides, for those that they were told of. */
    public Map<String, LedgerEntry> lastOf(Collection<String> guides) {
        return ledger.lastOf(guides);
    }

    /** What is wrong with an entry's hash, place or signature; empty if it is right. */
    public Optional<String> broken(LedgerEntry entry) {
        long before = entry.position() - 1;
        String hash = before == 0
                ? Seal.GENESIS
                : ledger.after(before - 1, 1).getFirst().hash();
        return seal.broken(entry, before, hash);
    }

    /** The last position; 0 while nothing was ever published. */
    public long position() {
        return ledger.last().map(LedgerEntry::position).orElse(0L);
    }

    /** Entries above the position, in order. */
    public List<LedgerEntry> after(long position, int limit) {
        return ledger.after(position, limit);
    }

    /** The entries at these positions, in order. */
    public List<LedgerEntry> at(Collection<Long> positions) {
        return ledger.at(positions);
    }

    /** The contents that these entries name, as they passed the gate, by position; those that are there. */
    public Map<Long, JsonNode> contents(Collection<LedgerEntry> entries) {
        var found = contents.find(
                entries.stream().map(Publication::revision).distinct().toList());
        return entries.stream()
                .filter(entry -> found.containsKey(revision(entry)))
                .collect(Collectors.toMap(LedgerEntry::position, entry -> requireNonNull(found.get(revision(entry)))));
    }

    private static String revision(LedgerEntry entry) {
        return Numbered.id(entry.id(), entry.revision());
    }

    /**
     * Checks hashes, order and signatures of the whole ledger.
     *
     * @return how many entries were checked, and what is wrong with the first broken one
     */
    public Verification verify() {
        return verify(0);
    }

    private Verification verify(long from) {
        long position = from;
        String hash = Seal.GENESIS;
        if (from > 0) hash = ledger.after(from - 1, 1).getFirst().hash();
        for (; ; ) {
            var batch = ledger.after(position, VERIFY_BATCH);
            if (batch.isEmpty()) return new Verification(position - from, position, hash, null);
            for (var entry : batch) {
                var broken = seal.broken(entry, position, hash);
                if (broken.isPresent())
                    return new Verification(
                            position - from, position, hash, "entry " + entry.position() + " " + broken.get());
                position = entry.position();
                hash = entry.hash();
            }
        }
    }

    /**
     * The outcome of a check of the ledger.
     *
     * @param entries how many were found right
     * @param position of the last right one
     * @param hash of the last right one
     * @param broken what is wrong with the one after it; null if all are right
     */
    public record Verification(
            long entries,
            long position,
            String hash,
            @Nullable String broken) {}
}
