// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.editing;

import dev.imprimatur.content.ContentHash;
import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.content.NormalForm;
import dev.imprimatur.diff.Change;
import dev.imprimatur.diff.Diff;
import dev.imprimatur.diff.Edit;
import dev.imprimatur.diff.IdentifiedContent;
import dev.imprimatur.diff.ItemIds;
import dev.imprimatur.diff.MergePatch;
import dev.imprimatur.drafts.Edits;
import dev.imprimatur.drafts.WorkingCopies;
import dev.imprimatur.drafts.WorkingCopy;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.history.EditionLog;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.history.Revision;
import dev.imprimatur.history.Revisions;
import dev.imprimatur.paging.Page;
import dev.imprimatur.paging.Window;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Fault;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.signing.SealedCollection;
import java.time.Clock;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Everything that editors do with guides before the review: create, edit, submit, open the next edition, discard. */
@Component
public class Editing {
    private static final int ATTEMPTS = 20;
    private static final String DEFAULT_LOCALE = "en-US";

    private final ContentTypes types;
    private final Guides guides;
    private final Editions editions;
    private final EditionLog log;
    private final WorkingCopies copies;
    private final Revisions revisions;
    private final Ids ids;
    private final Clock clock;

    Editing(
            ContentTypes types,
            Guides guides,
            Editions editions,
            EditionLog log,
            WorkingCopies copies,
            Revisions revisions,
            Ids ids,
            Clock clock) {
        this.types = types;
        this.guides = guides;
        this.editions = editions;
        this.log = log;
        this.copies = copies;
        this.revisions = revisions;
        this.ids = ids;
        this.clock = clock;
    }

    /** The guide with this type and id. Throws a refusal if there is none. */
    public Guide require(String type, String id) {
        return guides.find(id)
                .filter(guide -> guide.type().equals(types.require(type).name()))
                .orElseThrow(() ->
                        Refusal.missing("there is no " + type + " with this id").raise());
    }

    public Guide require(String id) {
        return guides.find(id)
                .orElseThrow(
                        () -> Refusal.missing("there is no guide with this id").raise());
    }

    public Optional<Guide> bySlug(String type, String locale, String slug) {
        return guides.bySlug(type, locale, slug);
    }

    public List<Guide> all() {
        return guides.all();
    }

    /** The ids of all guides, including those whose cards cannot be read. */
    public Set<String> ids() {
        var found = new HashSet<String>();
        guides.each((id, row) -> found.add(id));
        return found;
    }

    /** All cards, at most two seconds old. Writes of this node are always included. */
    public List<Guide> glance() {
        return guides.glance();
    }

    /** @param window a page of the query */
    public Page<Guide> page(GuideQuery query, Window window) {
        return guides.page(query, window);
    }

    /** Creates a guide with edition 1 in draft. A repeated request returns the guide that it created before. */
    public Guide create(String typeName, String slug, @Nullable String locale, JsonNode given, Person by) {
        var type = types.require(typeName);
        Slug.checked(slug);
        String tag = Slug.locale(locale == null ? DEFAULT_LOCALE : locale);
        var content = draftOf(type, given, "/content");
        var there = guides.bySlug(typeName, tag, slug);
        if (there.isPresent()) return ownOf(by, there.get());
        var now = clock.instant();
        var first = new EditionId(ids.next(), 1);
        var copy = WorkingCopy.first(first, content, ItemIds.numbered(content), List.of(by.account()), null, by, now);
        copies.insert(copy);
        log.insert(Edition.opened(first, by, now), SealedCollection.GENESIS);
        var card = new Guide(
                        first.guide(),
                        typeName,
                        tag,
                        slug,
                        slug,
                        null,
                        null,
                        by.account(),
                        now,
                        1,
                        Edition.State.DRAFT,
                        null,
                        List.of(),
                        null,
                        null,
                        false,
                        now,
                        1)
                .with(copy);
        if (guides.insert(card)) return card;
        log.forget(first);
        copies.forget(first);
        return ownOf(by, guides.bySlug(typeName, tag, slug).orElseThrow());
    }

    /** Returns the guide that has the slug if the same request created it. Otherwise throws a refusal, because the slug is taken. */
    private Guide ownOf(Person by, Guide there) {
        if (editions.leftBy(by, there.id(), LogEntry.Kind.OPENED)
                .filter(opened -> opened.edition().number() == 1)
                .isEmpty())
            throw Refusal.conflict("slug-taken", "a guide of this type and locale has this slug; choose another")
                    .raise();
        return there;
    }

    public WorkingCopy draft(Guide guide) {
        editions.get(guide.current()).mustBeEditable();
        return requireCopy(guide);
    }

    private WorkingCopy requireCopy(Guide guide) {
        return copies.find(guide.current())
                .orElseThrow(
                        () -> Refusal.missing("the guide has no working copy").raise());
    }

    /**
     * Replaces the content of the working copy.
     *
     * @param etag the version the content was made from
     */
    public WorkingCopy save(Guide guide, String etag, JsonNode content, Person by) {
        return edit(guide, etag, content, current -> content, Set.of(), by);
    }

    /** Changes the working copy by a JSON Merge Patch (RFC 7396). */
    public WorkingCopy patch(Guide guide, String etag, JsonNode patch, Person by) {
        return edit(guide, etag, patch, current -> MergePatch.apply(current, patch), Set.of(), by);
    }

    /**
     * Copies an earlier revision into the working copy. The contributors of that revision become contributors of this edition.
     *
     * @param etag the version to replace; may be null while every change in that version is also in a revision
     */
    public WorkingCopy restore(Guide guide, @Nullable String etag, int number, Person by) {
        var revision = revision(guide, number);
        return edit(
                guide,
                etag == null ? versionWithNothingToLose(guide, by) : etag,
                revision.content(),
                current -> revision.content(),
                words(revision),
                by);
    }

    /**
     * The accounts whose text a restored revision may contain. If the revision is published, only its own contributors count, because
     * earlier text was approved.
     */
    private Set<String> words(Revision revision) {
        var edition = editions.get(new EditionId(revision.guide(), revision.edition()));
        return edition.state() == Edition.State.PUBLISHED
                ? Set.copyOf(revision.contributors())
                : editions.contributors(revision, clock.instant());
    }

    private String versionWithNothingToLose(Guide guide, Person by) {
        var copy = draft(guide);
        var parent = copy.parent();
        copy.mustNotBeAltered();
        if (copy.isChangedIn(by.request())) return copy.etag();
        if (parent == null || !revision(guide, parent).content().equals(copy.content()))
            throw Refusal.of(
                            Refusal.Kind.UNVERSIONED,
                            "if-match-required",
                            "the draft holds what is in no revision; send the ETag of what you read as If-Match")
                    .raise();
        return copy.etag();
    }

    private WorkingCopy edit(
            Guide guide, String etag, JsonNode yours, UnaryOperator<JsonNode> change, Set<String> alsoBy, Person by) {
        var done = changedIn(by, guide);
        if (done.isPresent()) return done.get();
        editions.get(guide.current()).mustBeEditable();
        var current = requireCopy(guide);
        if (!current.etag().equals(etag)) throw stale(current, yours);
        var changed = draftOf(types.require(guide.type()), change.apply(current.content()), "");
        if (!current.altered()
                && changed.equals(current.content())
                && current.contributors().containsAll(alsoBy)) return current;
        var next = current.edited(
                changed,
                current.items().follow(types.require(guide.type()).shape(), current.content(), changed),
                by,
                current.altered() ? union(alsoBy, contributorsOf(current.edition())) : alsoBy,
                current.receiptsWith(by.request()),
                clock.instant());
        if (!copies.replace(next)) return changedIn(by, guide).orElseThrow(() -> stale(requireCopy(guide), yours));
        guides.retitle(guide.with(next));
        return next;
    }

    /**
     * Accepts a draft that was changed directly in the database. The person who does so becomes a contributor of its whole content.
     *
     * @param etag the version that was seen
     */
    public WorkingCopy takeOver(Guide guide, String etag, Person by) {
        return edit(guide, etag, requireCopy(guide).content(), current -> current, Set.of(), by);
    }

    /** Everybody who contributed to a submitted revision of the edition. */
    private Set<String> contributorsOf(EditionId edition) {
        return revisions.intact(edition.guide()).stream()
                .filter(revision -> revision.edition() == edition.number())
                .flatMap(revision -> revision.contributors().stream())
                .collect(Collectors.toSet());
    }

    private static Set<String> union(Set<String> some, Set<String> others) {
        return Stream.concat(some.stream(), others.stream()).collect(Collectors.toSet());
    }

    /** The draft, if it already contains the changes of this request. */
    private Optional<WorkingCopy> changedIn(Person by, Guide guide) {
        if (by.request() == null) return Optional.empty();
        var changed = copies.find(guide.current()).filter(copy -> copy.isChangedIn(by.request()));
        if (changed.isPresent()) editions.refreshCard(guide.id());
        return changed;
    }

    /**
     * Applies the edits of a person to the working copy, whatever version they are based on. Edits that fit are saved; the others
     * are returned as faults or conflicts.
     *
     * @param edition the edition whose draft the person had before them
     */
    public Edits.Result edit(Guide guide, EditionId edition, List<Edit> edits, Person by) {
        if (!guide.current().equals(edition))
            throw Refusal.conflict(
                            "edition-over",
                            "edition " + edition.number() + " is no longer the one in progress; open the guide again")
                    .raise();
        for (int attempt = 1; ; attempt++) {
            editions.get(edition).mustBeEditable();
            var current = requireCopy(guide);
            current.mustNotBeAltered();
            var result = Edits.apply(types.require(guide.type()), current, edits, by, clock.instant());
            if (result.copy().version() == current.version()) return result;
            if (copies.replace(result.copy())) {
                guides.retitle(guide.with(result.copy()));
                return result;
            }
            if (attempt == ATTEMPTS) throw stale(requireCopy(guide), JsonNodeFactory.instance.missingNode());
        }
    }

    /** The content of the draft with the edits applied; nothing is saved. */
    public IdentifiedContent tried(Guide guide, List<Edit> edits, Person by) {
        return Edits.apply(types.require(guide.type()), draft(guide), edits, by, clock.instant())
                .copy()
                .identifiedContent();
    }

    private static RuntimeException stale(WorkingCopy current, JsonNode yours) {
        return stale(
                current,
                "somebody saved since you read it; merge your version with the current one and save with its ETag",
                Map.of("yours", yours));
    }

    private static RuntimeException staleSubmission(WorkingCopy current) {
        return stale(
                current,
                "somebody saved since you read it; look at what is there now and submit it with its ETag",
                Map.of());
    }

    private static RuntimeException stale(WorkingCopy current, String detail, Map<String, Object> more) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put(
                "current",
                Map.of(
                        "etag", "\"" + current.etag() + "\"",
                        "content", current.content(),
                        "updatedBy", current.updatedBy(),
                        "updatedAt", current.updatedAt()));
        members.putAll(more);
        return new Refusal(Refusal.Kind.STALE, "working-copy-changed", detail, List.of(), members).raise();
    }

    /** The content in its normal form. Throws a refusal if it is not a valid draft. */
    private static JsonNode draftOf(ContentType type, JsonNode content, String at) {
        var faults = type.draftFaults(content);
        if (!faults.isEmpty())
            throw Refusal.malformed(
                            "the content is not a draft of a " + type.name(),
                            faults.stream()
                                    .map(fault -> new Fault(at + fault.pointer(), fault.detail()))
                                    .toList())
                    .raise();
        return NormalForm.of(content);
    }

    /**
     * Submits the working copy as a revision. Content that is already under review is not submitted twice; changed content
     * replaces it.
     *
     * @param etag the version to submit; null submits the current one
     * @param task the BPMN id of the drafting task that this completes
     * @return the edition with the submission
     */
    public Edition submit(Guide guide, @Nullable String etag, String task, @Nullable String message, Person by) {
        var done = editions.leftBy(by, guide.id(), LogEntry.Kind.SUBMITTED);
        if (done.isPresent()) return editions.get(done.get().edition());
        return editions.record(guide.current(), edition -> {
            edition.mustBeEditable();
            var copy = requireCopy(guide);
            copy.mustNotBeAltered();
            if (etag != null && !copy.etag().equals(etag)) throw staleSubmission(copy);
            var faults = types.require(guide.type()).submissionFaults(copy.content());
            if (!faults.isEmpty())
                throw Refusal.incomplete("the guide is not complete; mend what is listed and submit again", faults)
                        .raise();
            var hash = ContentHash.of(copy.content()).value();
            boolean same = edition.submitted()
                    .filter(ref -> ref.contentHash().equals(hash))
                    .isPresent();
            if (edition.state() == Edition.State.IN_REVIEW && same) return Optional.empty();
            if (guide.live() != null && isLive(guide, hash))
                throw Refusal.conflict(
                                "nothing-changed",
                                "this is word for word the current edition; there is nothing to review")
                        .raise();
            var revision = mint(copy, by);
            // If an edit was saved meanwhile, a person who named a version must decide again.
            boolean stands = copies.submittedAs(copy, revision.number());
            if (etag != null && !stands) throw staleSubmission(requireCopy(guide));
            return Optional.of(edition.submitted(
                    revision.ref(), types.require(guide.type()).approvals(), task, message, by, clock.instant()));
        });
    }

    private boolean isLive(Guide guide, String hash) {
        var live = guide.live();
        return live != null
                && revisions
                        .findIntact(guide.id(), live.revision())
                        .filter(revision -> revision.hash().value().equals(hash))
                        .isPresent();
    }

    /**
     * Stores the copy as the next revision. If the last revision was made from the same copy but never submitted, because of a crash or a
     * race, that revision is used.
     */
    private Revision mint(WorkingCopy copy, Person by) {
        String guide = copy.edition().guide();
        for (; ; ) {
            var last = revisions.last(guide);
            var next = new Revision(
                    guide,
                    last.number() + 1,
                    copy.edition().number(),
                    ContentHash.of(copy.content()),
                    copy.content(),
                    copy.items(),
                    Stream.concat(copy.contributors().stream(), Stream.of(by.account()))
                            .toList(),
                    copy.parent(),
                    by.account(),
                    clock.instant());
            var same = last.revision()
                    .filter(revision -> revision.edition() == next.edition()
                            && revision.hash().equals(next.hash())
                            && revision.contributors().equals(next.contributors()));
            if (same.isPresent()) return same.get();
            if (revisions.insert(next)) return next;
        }
    }

    /** Opens the next edition. Its draft starts from edits that were never submitted, else from the content published last. */
    public EditionId openNext(Guide guide, Person by) {
        var done = editions.leftBy(by, guide.id(), LogEntry.Kind.OPENED);
        if (done.isPresent()) return done.get().edition();
        var all = editions.of(guide.id());
        var latest = all.getLast();
        all.forEach(Edition::mustBeSound);
        if (latest.state().isInProgress()) {
            // the opening was interrupted before the card was updated, so update the card now
            if (guide.edition() != latest.id().number()) editions.refreshCard(guide.id());
            throw Refusal.conflict(
                            "edition-in-progress",
                            "edition " + latest.id().number() + " is " + Edition.name(latest.state())
                                    + "; a guide has one edition in progress at a time")
                    .raise();
        }
        var next = latest.id().next();
        copies.insert(nextCopy(guide, all, next, by));
        if (log.insert(Edition.opened(next, by, clock.instant()), latest.chain().last())
                .isEmpty())
            throw Refusal.conflict("edition-in-progress", "somebody has just opened edition " + next.number())
                    .raise();
        editions.refreshCard(guide.id());
        return next;
    }

    /** Carries edits that were made during the last review, but never submitted, over to the draft of the next edition. */
    private WorkingCopy nextCopy(Guide guide, List<Edition> all, EditionId next, Person by) {
        var published = all.stream()
                .filter(edition -> edition.publishedEntry().isPresent())
                .max(Comparator.comparingInt(edition -> edition.id().number()))
                .flatMap(Edition::submitted)
                .map(ref -> revision(guide, ref.number()));
        // a draft that was changed in the database has no known author
        var last = copies.find(all.getLast().id()).filter(copy -> !copy.altered());
        boolean lastWasDropped = all.getLast().state() == Edition.State.DISCARDED;
        var leftOver = last.filter(copy -> published
                .map(revision -> !lastWasDropped && !copy.content().equals(revision.content()))
                .orElse(true));
        JsonNode content = leftOver.map(WorkingCopy::content)
                .or(() -> published.map(Revision::content))
                .orElseGet(JsonNodeFactory.instance::objectNode);
        var items = leftOver.map(WorkingCopy::items)
                .or(() -> published.map(Revision::items))
                .map(ids -> ids.orNumbered(content))
                .orElseGet(() -> ItemIds.numbered(content));
        return WorkingCopy.first(
                next,
                content,
                items,
                Stream.concat(
                                leftOver.map(WorkingCopy::contributors).orElse(List.of()).stream(),
                                editions.inherited(all).stream())
                        .distinct()
                        .toList(),
                published.map(Revision::number).orElse(null),
                by,
                clock.instant());
    }

    /** Discards the edition in progress. */
    public Edition discard(Guide guide, Person by) {
        var done = editions.leftBy(by, guide.id(), LogEntry.Kind.DISCARDED);
        var discarded = done.isPresent()
                ? editions.get(done.get().edition())
                : editions.record(guide.current(), edition -> Optional.of(edition.discarded(by, clock.instant())));
        var all = editions.of(guide.id());
        // If a later edition exists, any call for a next edition belongs to that one.
        if (!all.getLast().id().equals(discarded.id())) return discarded;
        all.stream()
                .filter(Edition::isRevisionCalled)
                .forEach(live -> editions.record(live.id(), edition -> edition.revisionDropped(clock.instant())));
        return discarded;
    }

    /** All revisions of the guide, the newest first. */
    public List<Revision> revisions(Guide guide) {
        return revisions.of(guide.id());
    }

    /** The number that the next revision of the guide will have, unless somebody else submits first. */
    public int nextRevision(Guide guide) {
        return revisions.last(guide.id()).number() + 1;
    }

    public Revision revision(Guide guide, int number) {
        return revision(guide.id(), number);
    }

    public Revision revision(String guide, int number) {
        return revisions
                .find(guide, number)
                .orElseThrow(() -> Refusal.missing("there is no revision " + number + " of this guide")
                        .raise());
    }

    /** Whether the revision is stored, intact or not. */
    public boolean hasRevision(String guide, int number) {
        return revisions.exists(guide, number);
    }

    /** What changed from one revision of the guide to another; items of lists are followed by their ids. */
    public List<Change> changes(Guide guide, Revision from, Revision to) {
        return Diff.between(
                types.require(guide.type()).shape(), from.content(), from.items(), to.content(), to.items());
    }

    /** What changed from revision {@code from} to revision {@code to}. */
    public List<Change> diff(Guide guide, int from, int to) {
        return changes(guide, revision(guide, from), revision(guide, to));
    }
}
