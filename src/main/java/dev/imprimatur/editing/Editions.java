// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.editing;

import dev.imprimatur.content.Reason;
import dev.imprimatur.drafts.WorkingCopies;
import dev.imprimatur.drafts.WorkingCopy;
import dev.imprimatur.history.Decision;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.history.EditionLog;
import dev.imprimatur.history.LogEnd;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.history.Revision;
import dev.imprimatur.history.Revisions;
import dev.imprimatur.history.Stamp;
import dev.imprimatur.people.Person;
import java.time.Clock;
import java.time.Instant;
import java.time.Period;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** What is recorded of editions. Every verb ends with the guide's card as the log then tells it. */
@Component
public class Editions {
    private final EditionLog log;
    private final Guides guides;
    private final Revisions revisions;
    private final WorkingCopies copies;
    private final Clock clock;
    /** Guides whose logs were found to be as long as their cards say; from then on this node knows each log's end itself. */
    private final Set<String> compared =
            Collections.newSetFromMap(Collections.synchronizedMap(new LinkedHashMap<>(256, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                    return size() > EditionLog.REMEMBERED;
                }
            }));

    Editions(EditionLog log, Guides guides, Revisions revisions, WorkingCopies copies, Clock clock) {
        this.log = log;
        this.guides = guides;
        this.revisions = revisions;
        this.copies = copies;
        this.clock = clock;
    }

    public Edition get(EditionId id) {
        return log.edition(id);
    }

    /** All editions of a guide, the first first. */
    public List<Edition> of(String guide) {
        return log.editions(guide);
    }

    /**
     * The entry of that kind that the same request has left in a log of the guide, when it was sent before. What was cut off behind the entry
     * is made up for: the card is brought up to it.
     */
    public Optional<LogEntry> leftBy(Person by, String guide, LogEntry.Kind kind) {
        String request = by.request();
        if (request == null) return Optional.empty();
        var left = log.editions(guide).stream()
                .flatMap(edition -> edition.log().stream())
                .filter(entry ->
                        entry.kind() == kind && request.equals(entry.by().request()))
                .findFirst();
        if (left.isPresent()) refreshCard(guide);
        return left;
    }

    /**
     * Takes a decision; the same decision again changes nothing.
     *
     * @param approvals how many the content type asks for
     */
    public Edition decide(EditionId id, Decision decision, int approvals) {
        return record(id, edition -> {
            if (decision.effect().vouches()) mustKnowContributors(edition);
            return edition.decided(decision, contributors(edition, decision.seen()), approvals, clock.instant());
        });
    }

    /** While the draft is not as it was saved, nobody knows whose edits are in it. */
    private void mustKnowContributors(Edition edition) {
        if (edition.state() == Edition.State.PUBLISHED) return;
        copies.find(edition.id()).filter(WorkingCopy::altered).ifPresent(altered -> {
            throw WorkingCopies.altered().raise();
        });
    }

    /** Refuses if a log of the guide is not as it was written, or has lost entries. */
    public void mustBeWhole(String guide) {
        if (log.hasLost(guide)) throw Edition.logDamaged().raise();
    }

    /** Everybody who may not vouch for the revision now; also whose edits are in the working copy of its edition by now. */
    public Set<String> contributors(Edition edition, Revision.Ref seen) {
        var all = new HashSet<String>();
        revisions
                .find(edition.id().guide(), seen.number())
                .ifPresent(revision ->
                        all.addAll(contributors(revision, edition.vouchedAt().orElseGet(clock::instant))));
        if (edition.state() != Edition.State.PUBLISHED)
            copies.find(edition.id()).ifPresent(copy -> all.addAll(copy.contributors()));
        return all;
    }

    /**
     * Everybody who could not vouch for the revision at that moment, since words of theirs may be in it that were live with
     * nobody else's approval: who contributed to it, and, unless an earlier edition was live, who contributed to what was
     * published before and withdrawn.
     */
    public Set<String> contributors(Revision revision, Instant at) {
        var all = new HashSet<>(revision.contributors());
        var earlier = log.editions(revision.guide()).stream()
                .filter(edition -> edition.id().number() < revision.edition())
                .toList();
        earlier.forEach(Edition::mustBeSound);
        if (earlier.stream().noneMatch(edition -> edition.isLiveAt(at))) all.addAll(published(earlier));
        return all;
    }

    /** Everybody who could not vouch for that revision at that moment; nobody if there is no such revision. */
    public Set<String> contributors(String guide, int revision, Instant at) {
        return revisions
                .findIntact(guide, revision)
                .map(found -> contributors(found, at))
                .orElse(Set.of());
    }

    private Set<String> published(List<Edition> editions) {
        var all = new HashSet<String>();
        editions.stream()
                .flatMap(edition -> edition.publishedEntry().stream())
                .map(LogEntry::revision)
                .filter(Objects::nonNull)
                .flatMap(ref -> revisions.find(editions.getFirst().id().guide(), ref.number()).stream())
                .forEach(revision -> all.addAll(revision.contributors()));
        return all;
    }

    /** Who contributes to an edition from its first moment on: whose words were withdrawn, if nothing is live. */
    List<String> inherited(List<Edition> before) {
        boolean live = before.stream().anyMatch(edition -> edition.state() == Edition.State.PUBLISHED);
        return live ? List.of() : published(before).stream().sorted().toList();
    }

    /** Adds the stamp to an approval or confirmation that has none yet. */
    public Edition stamp(EditionId id, Period interval) {
        return record(id, edition -> edition.stamped(interval, clock.instant()));
    }

    /** Notes evidence of a review elsewhere; only the server's operator can vouch for such. */
    public Edition importEvidence(EditionId id, Stamp elsewhere) {
        return record(id, edition -> Optional.of(edition.imported(elsewhere, clock.instant())));
    }

    /** Records that the edition is published, and that it supersedes earlier ones. */
    public Edition published(EditionId id, long position) {
        var edition = record(id, it -> it.published(position, clock.instant()));
        log.editions(id.guide()).stream()
                .filter(earlier -> earlier.id().number() < id.number())
                .filter(earlier -> earlier.state() == Edition.State.PUBLISHED)
                .forEach(earlier -> record(earlier.id(), it -> it.superseded(clock.instant())));
        return edition;
    }

    public Edition reviewDue(EditionId id) {
        return record(id, edition -> edition.reviewDue(clock.instant()));
    }

    public Edition overdue(EditionId id, long position) {
        return record(id, edition -> edition.overdue(position, clock.instant()));
    }

    public Edition unpublished(
            EditionId id, long position, @Nullable String message, @Nullable Reason reason, Person by) {
        return record(id, edition -> edition.unpublished(position, message, reason, by, clock.instant()));
    }

    /** The intact entries of all logs that name a ledger position above the given one. */
    public List<LogEntry> entriesBeyond(long position) {
        return log.entriesBeyond(position);
    }

    /**
     * Notes where the ledger tells of it now, since what the log says of it is of an entry that is lost; the same again changes nothing.
     *
     * @param kind {@code PUBLISHED}, {@code UNPUBLISHED} or {@code OVERDUE}
     * @param position null if the ledger tells of it no more
     * @param message why, in the words of the administrator who decided it
     * @param lostAt when it was decided that what was noted before is lost
     */
    public Edition notedAnew(
            EditionId id, LogEntry.Kind kind, @Nullable Long position, String message, Instant lostAt) {
        return record(id, edition -> edition.notedAnew(kind, position, message, lostAt, clock.instant()));
    }

    Edition record(EditionId id, Function<Edition, Optional<LogEntry>> rule) {
        mustHaveLostNothing(id.guide());
        var edition = log.append(id, rule);
        refresh(id.guide(), false);
        return edition;
    }

    /**
     * Brings the card up to its logs, to what was published last and to its working copy; a crash between any of these and this
     * is mended by doing it again.
     */
    public void refreshCard(String guide) {
        refresh(guide, true);
    }

    private void refresh(String guide, boolean copyToo) {
        // the card first: its logs are then at least as long as those that it was made from
        guides.find(guide).ifPresent(card -> {
            var editions = log.editions(guide);
            if (isDamaged(card, editions)) return;
            var refreshed = titled(card.refreshed(editions), editions);
            var told = copyToo || refreshed.drafted() == null
                    ? copies.find(editions.getLast().id())
                            .filter(copy -> !copy.altered())
                            .map(refreshed::with)
                            .orElse(refreshed)
                    : refreshed;
            if (!told.equals(card)) guides.refresh(told);
            if (told.drafted() != null && !told.drafted().equals(card.drafted())) guides.retitle(told);
        });
    }

    /** Nothing is appended where an end may have been cut off while this node knew nothing of the logs: they are compared once. */
    private void mustHaveLostNothing(String guide) {
        if (!compared.contains(guide)) guides.find(guide).ifPresent(card -> isDamaged(card, log.editions(guide)));
        mustBeWhole(guide);
    }

    /** Whether logs are not as they were written, so that the card says more of the guide than they do. */
    private boolean isDamaged(Guide card, List<Edition> editions) {
        if (editions.stream().anyMatch(edition -> edition.damage().isPresent())) return true;
        int lost = card.entries()
                - editions.stream().mapToInt(edition -> edition.log().size()).sum();
        log.lost(card.id(), lost);
        if (lost > 0 || editions.isEmpty()) return true;
        compared.add(card.id());
        return false;
    }

    /** With the title of what was published last; that of a revision never changes, so it is read once. */
    private Guide titled(Guide card, List<Edition> editions) {
        return Guide.lastPublished(editions)
                .map(Revision.Ref::number)
                .filter(number -> !number.equals(card.titleOf()))
                .flatMap(number -> revisions.findIntact(card.id(), number))
                .map(card::titled)
                .orElse(card);
    }

    /** Every entry of all logs that can be read, each edition's in order. */
    public void eachEntry(Consumer<LogEntry> what) {
        log.each((id, row) -> row.map(EditionLog.Row::entry).ifPresent(what));
    }

    /** How many entries all logs have together, about; it stays the same only while nothing is logged. */
    public long logged() {
        return log.size();
    }

    /** How far the log of every edition goes. */
    public Map<EditionId, LogEnd> ends() {
        return log.ends();
    }
}
