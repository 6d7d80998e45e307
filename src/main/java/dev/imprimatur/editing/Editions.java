// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.editing;

import dev.imprimatur.content.ContentHash;
import dev.imprimatur.content.Reason;
import dev.imprimatur.content.Requirement;
import dev.imprimatur.content.ReviewIntervals;
import dev.imprimatur.drafts.WorkingCopies;
import dev.imprimatur.drafts.WorkingCopy;
import dev.imprimatur.history.Decision;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.history.EditionLog;
import dev.imprimatur.history.EndedSchedule;
import dev.imprimatur.history.LogEnd;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.history.Notice;
import dev.imprimatur.history.ReviewScope;
import dev.imprimatur.history.Revision;
import dev.imprimatur.history.Revisions;
import dev.imprimatur.history.Schedule;
import dev.imprimatur.history.Stamp;
import dev.imprimatur.history.Transitions;
import dev.imprimatur.people.Person;
import dev.imprimatur.store.Failures;
import dev.imprimatur.store.UnitOfWork;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** Records what happens to editions. Every method that records something also refreshes the guide's index card. */
@Component
public class Editions {
    /** The guides whose cards are refreshed at the end of {@link #together}, and whether their logs have grown. */
    private static final ScopedValue<Map<String, Boolean>> OUTDATED_CARDS = ScopedValue.newInstance();

    private final EditionLog log;
    private final Guides guides;
    private final Revisions revisions;
    private final WorkingCopies copies;
    private final ScheduleNotices notices;
    private final TranslationSets translationSets;
    private final DeletedGuides deletedGuides;
    private final Clock clock;
    /** Guides whose logs were compared with their cards and lack no entry. From then on, this node itself remembers the end of each log. */
    private final Set<String> compared =
            Collections.newSetFromMap(Collections.synchronizedMap(new LinkedHashMap<>(256, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                    return size() > EditionLog.REMEMBERED;
                }
            }));

    Editions(
            EditionLog log,
            Guides guides,
            Revisions revisions,
            WorkingCopies copies,
            ScheduleNotices notices,
            TranslationSets translationSets,
            DeletedGuides deletedGuides,
            Clock clock) {
        this.deletedGuides = deletedGuides;
        this.translationSets = translationSets;
        this.notices = notices;
        this.log = log;
        this.guides = guides;
        this.revisions = revisions;
        this.copies = copies;
        this.clock = clock;
    }

    public Edition get(EditionId id) {
        return log.edition(id);
    }

    /** The first editions of these guides, by guide. */
    public Map<String, Edition> firstOf(Collection<String> guideIds) {
        return log.firstEditions(guideIds);
    }

    /** The schedule of the latest edition, or of the one before, if it ended because what it was set for was withdrawn or replaced. */
    public Optional<EndedSchedule> endedSchedule(String guide) {
        return of(guide).reversed().stream()
                .limit(2)
                .flatMap(edition -> edition.endedSchedule().stream())
                .max(Comparator.comparing(ended -> ended.cause().at()));
    }

    /** All editions of a guide, the first first. */
    public List<Edition> of(String guide) {
        return log.editions(guide);
    }

    /**
     * The entry of this kind that an earlier attempt of the same request appended to a log of the guide; empty if there is none. Also
     * refreshes the card, because the earlier attempt may have stopped before that.
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
     * Records a decision. Recording the same decision again changes nothing.
     *
     * @param approvals how many approvals the content type requires
     * @param requirements what else the content type requires of an approval
     */
    public Edition decide(EditionId id, Decision decision, int approvals, List<Requirement> requirements) {
        return decide(id, decision, edition -> approvals, requirements);
    }

    /**
     * Likewise.
     *
     * @param approvals how many approvals the content type and the workflow require of the edition together
     */
    public Edition decide(
            EditionId id, Decision decision, ToIntFunction<Edition> approvals, List<Requirement> requirements) {
        return decide(id, decision, approvals, requirements, _ -> {});
    }

    /** @param mustFit refuses if the decision does not fit the edition as it is when the decision is recorded */
    public Edition decide(
            EditionId id,
            Decision decision,
            ToIntFunction<Edition> approvals,
            List<Requirement> requirements,
            Consumer<Edition> mustFit) {
        return record(id, edition -> {
            mustFit.accept(edition);
            if (decision.effect().vouches()) mustKnowContributors(edition);
            return edition.next()
                    .decide(
                            decision,
                            contributors(edition, decision.seen()),
                            decision.effect() == Decision.Effect.APPROVE ? approvals.applyAsInt(edition) : 1,
                            decision.effect() == Decision.Effect.APPROVE
                                    ? applicable(requirements, id.guide(), decision.seen())
                                    : List.of(),
                            clock.instant());
        });
    }

    /**
     * Moves an edition to another version of its workflow.
     *
     * @param rule the entry for the edition as it is when it moves; empty if it is not to move
     */
    public Edition move(EditionId id, BiFunction<Edition, Instant, Optional<LogEntry>> rule) {
        return record(id, edition -> rule.apply(edition, clock.instant()));
    }

    /** Those of the requirements that apply to the submitted revision of the edition. */
    public List<Requirement> applicable(List<Requirement> requirements, Edition edition) {
        return edition.submitted()
                .map(seen -> applicable(requirements, edition.id().guide(), seen))
                .orElse(List.of());
    }

    private List<Requirement> applicable(List<Requirement> requirements, String guide, Revision.Ref seen) {
        return requirements.isEmpty()
                ? List.of()
                : applicable(
                        requirements,
                        guide,
                        revisions.require(guide, seen.number()).content());
    }

    /** The requirements that apply to this content: those whose fields differ from the revision that was published last. */
    List<Requirement> applicable(List<Requirement> requirements, String guide, JsonNode content) {
        if (requirements.isEmpty()) return List.of();
        var published = Guide.lastPublished(log.editions(guide))
                .map(ref -> revisions.require(guide, ref.number()).content())
                .orElse(null);
        return requirements.stream()
                .filter(requirement -> requirement.appliesTo(content, published))
                .toList();
    }

    /**
     * Whether the field of the submitted revision differs from the revision that was published last before this edition. If none was, each
     * field that has a value counts as changed.
     *
     * @param field the name of a field at the top level
     */
    public boolean isChanged(Edition edition, String field) {
        var submitted = edition.submitted();
        return submitted.isPresent()
                && isChanged(
                        edition.id(),
                        revisions
                                .require(edition.id().guide(), submitted.get().number())
                                .content(),
                        field);
    }

    /** Likewise, of content that is about to be submitted. */
    public boolean isChanged(EditionId edition, JsonNode content, String field) {
        var before = log.editions(edition.guide()).stream()
                .filter(it -> it.id().number() < edition.number())
                .toList();
        var published = Guide.lastPublished(before)
                .map(ref -> revisions.require(edition.guide(), ref.number()).content());
        return !content.path(field).equals(published.map(it -> it.path(field)).orElse(MissingNode.getInstance()));
    }

    /** Refuses if the draft was altered in the database, because then nobody knows whose edits it contains. */
    private void mustKnowContributors(Edition edition) {
        if (edition.state() == Edition.State.PUBLISHED) return;
        copies.find(edition.id()).filter(WorkingCopy::altered).ifPresent(altered -> {
            throw WorkingCopies.altered().raise();
        });
    }

    /** Refuses if a log of the guide was altered or has lost entries. */
    public void mustBeWhole(String guide) {
        if (log.hasLost(guide)) throw Edition.logDamaged().raise();
    }

    /**
     * Everybody who may not vouch for the revision now. Includes everybody whose edits are in the edition's working copy, unless the
     * edition is published.
     */
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
     * Everybody who could not vouch for the revision at that moment, because it may contain their text: the contributors of the revision
     * and, if no earlier edition was published at that moment, the contributors of all revisions that were published before.
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

    /** Everybody who could not vouch for the revision at that moment; empty if no intact revision has this number. */
    public Set<String> contributors(String guide, int revision, Instant at) {
        return revisions
                .findIntact(guide, revision)
                .map(found -> contributors(found, at))
                .orElse(Set.of());
    }

    /** The contributors of all revisions of these editions that were published. */
    Set<String> published(List<Edition> editions) {
        var all = new HashSet<String>();
        editions.stream()
                .flatMap(edition -> edition.publishedEntry().stream())
                .map(LogEntry::revision)
                .filter(Objects::nonNull)
                .flatMap(ref -> revisions.find(editions.getFirst().id().guide(), ref.number()).stream())
                .forEach(revision -> all.addAll(revision.contributors()));
        return all;
    }

    /**
     * The contributors that a new edition starts with: if nothing is published, the contributors of everything that was published before.
     */
    List<String> inherited(List<Edition> before) {
        boolean live = before.stream().anyMatch(edition -> edition.state() == Edition.State.PUBLISHED);
        return live ? List.of() : published(before).stream().sorted().toList();
    }

    /**
     * Adds the stamp to an approval or confirmation that has none yet.
     *
     * @param intervals of the content type
     */
    public Edition stamp(EditionId id, ReviewIntervals intervals) {
        return record(id, edition -> edition.next().stamp(ofSubmitted(edition, intervals), clock.instant()));
    }

    /** The intervals of the parts that the submitted content has. */
    private ReviewIntervals ofSubmitted(Edition edition, ReviewIntervals intervals) {
        var submitted = edition.submitted();
        return intervals.parts().isEmpty() || submitted.isEmpty()
                ? intervals
                : intervals.of(revisions
                        .require(edition.id().guide(), submitted.get().number())
                        .content());
    }

    /** Records that the edition is published, and that it supersedes earlier ones. */
    public Edition published(EditionId id, long position) {
        var edition = record(id, it -> it.next().publish(position, clock.instant()));
        log.editions(id.guide()).stream()
                .filter(earlier -> earlier.id().number() < id.number())
                .filter(earlier -> earlier.state() == Edition.State.PUBLISHED)
                .forEach(earlier -> record(earlier.id(), it -> it.next().supersede(clock.instant())));
        return edition;
    }

    /**
     * A guide whose first edition was published.
     *
     * @param card was read before the edition
     * @param position of the ledger entry
     */
    public record FirstPublished(Guide card, Edition edition, Revision revision, long position) {}

    /** Records that first editions are published, as {@link #published} does for one edition. They supersede no other. */
    public void firstPublished(Collection<FirstPublished> all) {
        var published = all.stream().collect(Collectors.toMap(it -> it.edition().id(), Function.identity()));
        var now = clock.instant();
        var grown = log.appendAll(
                all.stream().map(FirstPublished::edition).toList(),
                List.of(edition -> edition.next()
                        .publish(
                                Objects.requireNonNull(published.get(edition.id()))
                                        .position(),
                                now)));
        translationSets
                .of(all.stream()
                        .map(FirstPublished::card)
                        .filter(card -> card.translation() != null)
                        .map(Guide::id)
                        .toList())
                .values()
                .stream()
                .distinct()
                .forEach(set -> grown.stream()
                        .filter(edition -> edition.id().guide().equals(set.source()))
                        .forEach(edition -> compareTranslations(set, List.of(edition))));
        guides.refreshAll(grown.stream()
                .map(edition -> {
                    var it = Objects.requireNonNull(published.remove(edition.id()));
                    return it.card().refreshed(List.of(edition)).titled(it.revision());
                })
                .toList());
        // others have appended to the remaining logs meanwhile
        published.forEach((id, it) -> published(id, it.position()));
    }

    /**
     * Sets when the edition is to be published and unpublished. Setting the same again changes nothing.
     *
     * @param wanted {@link Schedule#NONE} to give up the schedule
     */
    public Edition schedule(EditionId id, Schedule wanted, Person by) {
        return schedule(id, _ -> wanted, by);
    }

    /**
     * Sets when the edition is to be published and unpublished.
     *
     * @param wanted the schedule for the edition as it is when the change is recorded; may throw a refusal
     */
    public Edition schedule(EditionId id, Function<Edition, Schedule> wanted, Person by) {
        return record(id, edition -> edition.next().schedule(wanted.apply(edition), by, clock.instant()));
    }

    /** Records that a scheduled edition is being published, if its instant has come. From then on its schedule cannot change. */
    public Edition publicationDue(EditionId id) {
        return record(id, edition -> edition.next().publicationDue(clock.instant()));
    }

    /** Lets the edition be published with a release. */
    public Edition join(EditionId id, String release, Person by) {
        return record(id, edition -> edition.next().join(release, by, clock.instant()));
    }

    /** Takes the edition out of a release. An edition that is not in this release stays as it is. */
    public Edition leave(EditionId id, String release, Person by) {
        return record(id, edition -> edition.next().leave(release, by, clock.instant()));
    }

    /** Records that an edition is being published with its release. From then on it cannot be taken out of the release. */
    public Edition publicationDue(EditionId id, String release) {
        return record(id, edition -> edition.next().publicationDue(release, clock.instant()));
    }

    /**
     * Requests a review of the published edition. Requesting the same again changes nothing.
     *
     * @param due what comes due, according to the stamp
     */
    public Edition reviewDue(EditionId id, Function<Stamp, ReviewScope> due) {
        return record(
                id,
                edition -> edition.stamp()
                        .flatMap(stamp -> edition.next().markReviewDue(due.apply(stamp), clock.instant())));
    }

    /**
     * Records what a timer tells people. Recording the same again, or something earlier, changes nothing.
     *
     * @param kind {@code REMINDED}, {@code ESCALATED} or {@code REVIEW_ANNOUNCED}
     * @param wanted what the edition calls for now; empty if nothing
     */
    public Edition notice(EditionId id, LogEntry.Kind kind, Function<Edition, Optional<Notice>> wanted) {
        return record(
                id,
                edition ->
                        wanted.apply(edition).flatMap(notice -> edition.next().notice(kind, notice, clock.instant())));
    }

    /**
     * Records the announcement of the review of a part.
     *
     * @param part the JSON Pointer of the part
     * @param wanted what the edition calls for now; empty if nothing
     */
    public Edition announcePart(EditionId id, String part, Function<Edition, Optional<Notice>> wanted) {
        return record(
                id,
                edition -> wanted.apply(edition)
                        .flatMap(notice ->
                                edition.next().notice(LogEntry.Kind.REVIEW_ANNOUNCED, part, notice, clock.instant())));
    }

    public Edition overdue(EditionId id, long position) {
        return record(id, edition -> edition.next().markOverdue(position, clock.instant()));
    }

    /** Records that the review of a part is overdue. */
    public Edition overdue(EditionId id, String part, long position) {
        return record(id, edition -> edition.next().markOverdue(part, position, clock.instant()));
    }

    /** Records the position at which the ledger now marks a part as overdue, as {@link #notedAnew} does for the whole content. */
    public Edition overdueAgain(EditionId id, String part, long position, String message, Instant lostAt) {
        return record(
                id,
                edition -> edition.next()
                        .recordAgain(LogEntry.Kind.OVERDUE, List.of(part), position, message, lostAt, clock.instant()));
    }

    public Edition unpublished(
            EditionId id, long position, @Nullable String message, @Nullable Reason reason, Person by) {
        return record(id, edition -> edition.next().unpublish(position, message, reason, by, clock.instant()));
    }

    /**
     * Records that the guide has another slug.
     *
     * @param position of the ledger entry; null if the guide was never published
     * @param since when the change began
     */
    public Edition renamed(EditionId id, LogEntry.Renamed renamed, @Nullable Long position, Instant since, Person by) {
        return record(id, edition -> edition.next().rename(renamed, position, since, by, clock.instant()));
    }

    /**
     * Records who owns the guide from now on.
     *
     * @param latest the latest edition of the guide
     * @param owner null if nobody is to own the guide
     */
    public void owned(EditionId latest, @Nullable String owner, Person by) {
        record(latest, edition -> edition.next().own(owner, ownerWith(edition), by, clock.instant()));
    }

    /** Records that another account owns the guide, if it is still owned by {@code from}; returns whether that account owns it now. */
    public boolean handedOver(EditionId latest, String from, String to, Person by) {
        var edition = record(
                latest,
                it -> Optional.of(from)
                        .filter(owner -> owner.equals(ownerWith(it)))
                        .flatMap(owner -> it.next().own(to, owner, by, clock.instant())));
        return to.equals(ownerWith(edition));
    }

    /**
     * Records which reviewers the guide names from now on.
     *
     * @param latest the latest edition of the guide
     * @param wanted returns the reviewers to name instead of those that are named now; throws a refusal if they cannot be changed
     */
    public void namedReviewers(EditionId latest, UnaryOperator<List<String>> wanted, Person by) {
        record(latest, edition -> {
            var current = Guide.reviewersIn(with(edition));
            return edition.next().nameReviewers(wanted.apply(current), current, by, clock.instant());
        });
    }

    private @Nullable String ownerWith(Edition latest) {
        return Guide.ownerIn(with(latest));
    }

    /** The editions of the guide up to this one, in the state in which it is given. */
    private List<Edition> with(Edition latest) {
        return Stream.concat(
                        of(latest.id().guide()).stream()
                                .filter(other ->
                                        other.id().number() < latest.id().number()),
                        Stream.of(latest))
                .toList();
    }

    /** Records that the text of an edition has what a revision of its source guide says. */
    void translated(EditionId id, LogEntry.TranslatedFrom from, Person by) {
        record(
                id,
                edition -> edition.next()
                        .translate(
                                from,
                                Guide.translatedFromIn(with(edition)),
                                submittedText(edition),
                                by,
                                clock.instant()));
    }

    /** The content of the revision that was submitted last; empty if none was, or if its content is damaged. */
    Optional<JsonNode> submittedContent(Edition edition) {
        return edition.submitted()
                .flatMap(ref -> revisions.findIntact(edition.id().guide(), ref.number()))
                .map(Revision::content);
    }

    /** The submitted revision, if the working copy was not changed since. */
    private Revision.@Nullable Ref submittedText(Edition edition) {
        return edition.submitted()
                .filter(ref -> !edition.state().isEditable()
                        || copies.find(edition.id())
                                .filter(copy -> ContentHash.isOf(copy.content(), ref.contentHash()))
                                .isPresent())
                .orElse(null);
    }

    /** If somebody else linked the guide while its card was remembered, what was just recorded has yet to reach its translations. */
    private void noticeLink(Guide remembered, Guide stored) {
        var now = stored.translation();
        var before = remembered.translation();
        boolean isSame = now == null || before != null && now.source().equals(before.source());
        if (!isSame) translationSets.change(stored.id(), TranslationSet::asUnsettled);
    }

    /** Compares the translations of a set with what is published of their source now. */
    void compareTranslations(TranslationSet set) {
        compareTranslations(set, of(set.source()));
    }

    private void compareTranslations(TranslationSet set, List<Edition> editionsOfSource) {
        editionsOfSource.stream()
                .filter(edition -> edition.state() == Edition.State.PUBLISHED)
                .flatMap(edition -> edition.publishedEntry().stream())
                .reduce((earlier, later) -> later)
                .or(() -> lastUnpublication(editionsOfSource))
                .ifPresent(entry -> guides.compareTranslations(
                        set,
                        Objects.requireNonNull(entry.position()),
                        entry.kind() == LogEntry.Kind.UNPUBLISHED
                                ? null
                                : Objects.requireNonNull(entry.revision()).contentHash()));
    }

    private static Optional<LogEntry> lastUnpublication(List<Edition> editions) {
        return editions.stream()
                .flatMap(edition -> edition.log().stream())
                .filter(entry -> entry.kind() == LogEntry.Kind.UNPUBLISHED && entry.position() != null)
                .reduce((earlier, later) -> later);
    }

    /** Whether the guide is deleted. */
    public boolean isDeleted(String guide) {
        return Guide.isDeleted(of(guide));
    }

    /** Records that the guide, which was never published, is deleted. Its card is removed. */
    Edition deleted(EditionId id, Person by) {
        return record(id, edition -> edition.next().delete(by, clock.instant()));
    }

    /** Records that the deleted guide is brought back. */
    void undeleted(EditionId id, Person by) {
        record(id, edition -> edition.next().undelete(by, clock.instant()));
    }

    /** The intact entries of all logs that name a ledger position above the given one. */
    public List<LogEntry> entriesBeyond(long position) {
        return log.entriesBeyond(position);
    }

    /**
     * Records the position at which the ledger now publishes, unpublishes or marks the edition, because the ledger entry that the log named
     * is lost. Recording the same again changes nothing.
     *
     * @param kind {@code PUBLISHED}, {@code UNPUBLISHED} or {@code OVERDUE}
     * @param position null if the ledger has no entry for the edition any more
     * @param message the reason, in the words of the administrator who decided
     * @param lostAt when the administrator decided that the earlier ledger entry is lost
     */
    public Edition notedAnew(
            EditionId id, LogEntry.Kind kind, @Nullable Long position, String message, Instant lostAt) {
        return record(id, edition -> edition.next().recordAgain(kind, position, message, lostAt, clock.instant()));
    }

    /**
     * Runs an action that may append several entries to logs. The cards of the guides are refreshed once, at the end. If a crash or an
     * outage prevents that, the reconciler refreshes them.
     */
    public <T> T together(Supplier<T> action) {
        return OUTDATED_CARDS.isBound() ? action.get() : UnitOfWork.of(() -> togetherInUnit(action));
    }

    private <T> T togetherInUnit(Supplier<T> action) {
        var outdated = new LinkedHashMap<String, Boolean>();
        T result;
        try {
            result = ScopedValue.where(OUTDATED_CARDS, outdated).call(action::get);
        } catch (RuntimeException failed) {
            if (!Failures.isOutage(failed)) refreshAllAfter(failed, outdated);
            throw failed;
        }
        refreshAll(outdated);
        return result;
    }

    private void refreshAllAfter(RuntimeException failed, Map<String, Boolean> outdated) {
        try {
            refreshAll(outdated);
        } catch (RuntimeException alsoFailed) {
            failed.addSuppressed(alsoFailed);
        }
    }

    private void refreshAll(Map<String, Boolean> outdated) {
        outdated.forEach((guide, hasGrown) -> refresh(guide, hasGrown, false));
    }

    Edition record(EditionId id, Function<Edition, Optional<LogEntry>> rule) {
        mustHaveLostNothing(id.guide());
        var before = log.edition(id);
        var edition = log.append(id, rule);
        boolean hasGrown = edition.log().size() > before.log().size();
        if (OUTDATED_CARDS.isBound()) OUTDATED_CARDS.get().merge(id.guide(), hasGrown, Boolean::logicalOr);
        else refresh(id.guide(), hasGrown, false);
        return edition;
    }

    /** Begins the log of the next edition of a guide; returns false if somebody else has just opened the edition. */
    boolean open(EditionId next, Edition before, Person by) {
        boolean opened = log.open(Transitions.opened(next, by, clock.instant()), before);
        if (opened) refresh(next.guide(), true, true);
        return opened;
    }

    /** Notes that this node has created the guide, so that its logs need not be compared with its card. */
    void created(Guide guide) {
        compared.add(guide.id());
    }

    /**
     * Rebuilds the card from the guide's logs, its last published revision and its working copy. This repairs a card that a crash left
     * outdated, and can be repeated at any time.
     */
    public void refreshCard(String guide) {
        refresh(guide, false, true);
    }

    /**
     * @param hasGrown whether this node has just appended to a log of the guide, so that the card is outdated in any case
     * @param copyToo whether the working copy may have changed, too
     */
    private void refresh(String guide, boolean hasGrown, boolean copyToo) {
        // Read the card before the logs: the logs are then at least as long as the logs that the card was made from.
        var known = hasGrown ? guides.seen(guide) : guides.stored(guide);
        known.ifPresent(card -> {
            var editions = logsOf(card);
            if (isDamaged(card, editions)) return;
            var deletion = Guide.deletion(editions);
            if (deletion.isPresent()) {
                deletedGuides.take(guide, deletion.get(), Guide.entriesIn(editions));
                return;
            }
            var refreshed = titled(card.refreshed(editions), editions);
            // before the card, which shows the reconciler what a crash has left to be done
            if (refreshed.entries() > card.entries()) notices.note(refreshed, editions);
            if (refreshed.translation() != null && !Objects.equals(refreshed.live(), card.live()))
                translationSets
                        .of(guide)
                        .filter(set -> set.source().equals(guide))
                        .ifPresent(set -> compareTranslations(set, editions));
            boolean isDraftAgain = refreshed.state() == Edition.State.DRAFT && card.state() != Edition.State.DRAFT;
            var next = copyToo || isDraftAgain || refreshed.drafted() == null || refreshed.tags() == null
                    ? copies.find(editions.getLast().id())
                            .filter(copy -> !copy.altered())
                            .map(refreshed::with)
                            .orElse(refreshed)
                    : refreshed;
            if (!next.equals(card)) guides.refresh(next).ifPresent(stored -> noticeLink(card, stored));
            if (next.drafted() != null
                    && (!next.drafted().equals(card.drafted()) || !Objects.equals(next.tags(), card.tags())))
                guides.retitle(next);
        });
    }

    /**
     * Refuses to append to a guide's logs if they have lost entries. The logs are compared with the card once, because entries may have
     * been cut off before this node knew the logs.
     */
    private void mustHaveLostNothing(String guide) {
        if (!compared.contains(guide)) guides.stored(guide).ifPresent(card -> isDamaged(card, logsOf(card)));
        mustBeWhole(guide);
    }

    /** Refuses if the log of a guide's only edition was altered or is shorter than the card says. */
    void mustHaveLostNothing(Guide card, Edition only) {
        isDamaged(card, List.of(only));
        only.mustBeSound();
        mustBeWhole(card.id());
    }

    /**
     * The logs of the guide, at least as long as the card says unless entries are lost. If a unit of work has read the logs before the
     * card, another node may have appended since.
     */
    private List<Edition> logsOf(Guide card) {
        var editions = log.editions(card.id());
        return lost(card, editions) > 0 ? log.editionsAnew(card.id()) : editions;
    }

    private static int lost(Guide card, List<Edition> editions) {
        return card.entries() - Guide.entriesIn(editions);
    }

    /** Whether a log was altered or is shorter than the card says. */
    private boolean isDamaged(Guide card, List<Edition> editions) {
        if (editions.stream().anyMatch(edition -> edition.damage().isPresent())) return true;
        int lost = lost(card, editions);
        log.lost(card.id(), lost);
        if (lost > 0 || editions.isEmpty()) return true;
        compared.add(card.id());
        return false;
    }

    /**
     * The card with the title of the last published revision. The revision is read only if the card has another revision's title, because a
     * revision never changes.
     */
    private Guide titled(Guide card, List<Edition> editions) {
        return Guide.lastPublished(editions)
                .map(Revision.Ref::number)
                .filter(number -> !number.equals(card.titleOf()) || card.tags() == null)
                .flatMap(number -> revisions.findIntact(card.id(), number))
                .map(card::titled)
                .orElse(card);
    }

    /** Visits all readable entries of all logs, those of each edition in order. */
    public void eachEntry(Consumer<LogEntry> what) {
        log.each((id, row) -> row.map(EditionLog.Row::entry).ifPresent(what));
    }

    /** The approximate number of entries in all logs; it stays the same only while nothing is logged. */
    public long logged() {
        return log.size();
    }

    /** The end of each edition's log. */
    public Map<EditionId, LogEnd> ends() {
        return log.ends();
    }
}
