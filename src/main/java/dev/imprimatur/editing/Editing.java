// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.editing;

import dev.imprimatur.content.ContentHash;
import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.diff.ItemIds;
import dev.imprimatur.drafts.WorkingCopies;
import dev.imprimatur.drafts.WorkingCopy;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.history.EditionLog;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.history.Revision;
import dev.imprimatur.history.Revisions;
import dev.imprimatur.history.Transitions;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.store.UnitOfWork;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Everything that editors do with guides before the review: create, edit, submit, open the next edition, discard. */
@Component
public class Editing {
    private static final String DEFAULT_LOCALE = "en-US";
    /** How much of its slug a guide keeps that was given up: with a hyphen and the id, it is at most 100 characters. */
    private static final int MOST_KEPT = 73;

    private final Permissions permissions;
    private final ContentTypes types;
    private final Guides guides;
    private final Editions editions;
    private final EditionLog log;
    private final WorkingCopies copies;
    private final Revisions revisions;
    private final Drafts drafts;
    private final Slugs slugs;
    private final Ids ids;
    private final Clock clock;

    Editing(
            ContentTypes types,
            Guides guides,
            Editions editions,
            EditionLog log,
            WorkingCopies copies,
            Revisions revisions,
            Drafts drafts,
            Slugs slugs,
            Ids ids,
            Clock clock,
            Permissions permissions) {
        this.permissions = permissions;
        this.types = types;
        this.guides = guides;
        this.editions = editions;
        this.log = log;
        this.copies = copies;
        this.revisions = revisions;
        this.drafts = drafts;
        this.slugs = slugs;
        this.ids = ids;
        this.clock = clock;
    }

    /** Creates a guide with edition 1 in draft. A repeated request returns the guide that it created before. */
    public Guide create(String typeName, String slug, @Nullable String locale, JsonNode given, Person by) {
        ReferenceCheck.mustBeRight(ReferenceCheck.ofNew(guides, types.require(typeName), given));
        return create(
                typeName,
                slug,
                Slug.newLocale(locale == null ? DEFAULT_LOCALE : locale),
                given,
                List.of(by.account()),
                by);
    }

    /**
     * Creates a guide with a draft of another guide's content: of the draft in progress, else of the current edition, else of the latest
     * draft. Everybody whose words the content may hold is a contributor, because no review covers them in the new guide.
     */
    public Guide duplicate(Guide original, String slug, Person by) {
        var all = editions.of(original.id());
        all.forEach(Edition::mustBeSound);
        var contributors = new TreeSet<>(Set.of(by.account()));
        contributors.addAll(editions.published(all));
        var live = original.live();
        JsonNode content;
        if (live != null && !all.getLast().state().isInProgress())
            content = revisions.require(original.id(), live.revision()).content();
        else {
            var copy = drafts.copy(original);
            copy.mustNotBeAltered();
            contributors.addAll(copy.contributors());
            content = copy.content();
        }
        return create(
                original.type(),
                slug,
                original.locale(),
                current(types.require(original.type()), content),
                List.copyOf(contributors),
                by);
    }

    /**
     * Creates a guide in another locale, whose draft has the published content of a guide and is to be translated. If the guide is not
     * published, the draft has the content of its draft. The same people are contributors as of a {@linkplain #duplicate duplicate}.
     */
    Guide translation(Guide original, String locale, String slug, Person by) {
        var all = editions.of(original.id());
        all.forEach(Edition::mustBeSound);
        var contributors = new TreeSet<>(Set.of(by.account()));
        contributors.addAll(editions.published(all));
        var live = original.live();
        JsonNode content;
        if (live != null)
            content = revisions.require(original.id(), live.revision()).content();
        else {
            var copy = drafts.copy(original);
            copy.mustNotBeAltered();
            contributors.addAll(copy.contributors());
            content = copy.content();
        }
        return create(
                original.type(),
                slug,
                locale,
                current(types.require(original.type()), content),
                List.copyOf(contributors),
                by);
    }

    private Guide create(
            String typeName, String slug, String tag, JsonNode given, List<String> contributors, Person by) {
        var type = types.require(typeName);
        Slug.checked(slug);
        var content = Drafts.draftOf(type, type.withDefaults(given), "/content");
        permissions.mustAllowNew(by, typeName, tag, content);
        var there = guides.bySlug(typeName, tag, slug);
        if (there.isPresent() && !isGivenUp(there.get(), by)) return ownOf(by, there.get());
        // after the cards: a published guide notes its former slug before it leaves the slug
        slugs.mustBeFreeFor(null, typeName, tag, slug);
        there.ifPresent(guide -> release(guide, by));
        var now = clock.instant();
        var first = new EditionId(ids.next(), 1);
        var copy = WorkingCopy.first(first, content, ItemIds.numbered(content), contributors, null, by, now);
        copies.insert(copy);
        log.open(Transitions.opened(first, by, now), null);
        var card = Guide.created(typeName, tag, slug, copy);
        if (guides.insert(card)) {
            editions.created(card);
            return card;
        }
        log.forget(first);
        copies.forget(first);
        return guides.bySlug(typeName, tag, slug)
                .map(guide -> ownOf(by, guide))
                .orElseThrow(() -> slugTaken().raise());
    }

    /** Whether the guide was never published and its edition was discarded, so that another guide can have its slug. */
    private boolean isGivenUp(Guide guide, Person by) {
        var all = editions.of(guide.id());
        return all.getLast().state() == Edition.State.DISCARDED
                && all.stream().noneMatch(edition -> edition.publishedEntry().isPresent())
                && !isOf(by, guide);
    }

    /** Takes the slug from a guide that was given up; the guide gets a slug that contains its id instead. */
    public void release(Guide guide, Person by) {
        String words = guide.slug().substring(0, Math.min(guide.slug().length(), MOST_KEPT));
        String other = (words.endsWith("-") ? words.substring(0, words.length() - 1) : words) + "-" + guide.id();
        var rename = new Slugs.Rename(guide.id(), guide.slug(), other, by, clock.instant(), ids.next());
        if (!slugs.begin(rename)) throw slugTaken().raise();
        if (guides.rename(guide.id(), guide.slug(), other))
            editions.renamed(
                    guide.current(), new LogEntry.Renamed(guide.slug(), other), null, rename.at(), rename.by());
        slugs.end(rename);
    }

    /** Whether another guide can have the slug of this guide, because this guide was never published and was given up. */
    public boolean isGivenUp(Guide guide) {
        return isGivenUp(guide, Person.SYSTEM);
    }

    /**
     * Deletes a guide that was never published. Its logs, revisions and drafts stay in the store. Deleting it again changes nothing.
     */
    public void delete(Guide guide, Person by) {
        for (; ; ) {
            var all = editions.of(guide.id());
            all.forEach(Edition::mustBeSound);
            var latest = all.getLast();
            if (latest.isDeleted()) return;
            mustBeDeletable(guide, by);
            slugs.leave(guide, guide.slug(), false);
            if (latest.state() != Edition.State.DISCARDED)
                editions.record(
                        latest.id(), edition -> Optional.of(edition.next().discard(by, clock.instant())));
            editions.deleted(latest.id(), by);
            UnitOfWork.forgetAll();
            var now = editions.of(guide.id());
            // somebody may have opened the next edition meanwhile
            if (now.getLast().isDeleted()) return;
        }
    }

    /**
     * Throws a refusal if the guide was published at any time, or is being published. A guide that waits for its scheduled publication is
     * deleted by somebody who is a publisher, too: its schedule ends with it.
     */
    public void mustBeDeletable(Guide guide, Person by) {
        var all = editions.of(guide.id());
        if (all.stream().anyMatch(edition -> edition.publishedEntry().isPresent()))
            throw wasPublished().raise();
        var state = all.getLast().state();
        if (state == Edition.State.SCHEDULED) all.getLast().next().mustBeAllowedToEnd(by);
        if (state == Edition.State.APPROVED)
            throw Refusal.conflict(
                            "not-in-draft",
                            "edition " + guide.edition() + " is " + state.apiName()
                                    + " and will be published, so the guide cannot be deleted")
                    .raise();
    }

    /**
     * Stores the card of a deleted guide again, under a slug that is free. The guide stays deleted until that is recorded; the next look at
     * it removes the card otherwise.
     *
     * @param slug null for the slug that the guide had
     * @return the card, which is as old as the guide's deletion
     */
    public Guide keepAddress(DeletedGuides.DeletedGuide deleted, @Nullable String slug) {
        var all = editions.of(deleted.guide().id());
        all.forEach(Edition::mustBeSound);
        var card = deleted.guide()
                .alone(slug == null ? deleted.guide().refreshed(all).slug() : slug);
        Slug.checked(card.slug());
        slugs.mustBeFreeFor(card.id(), card.type(), card.locale(), card.slug());
        // an earlier attempt may have stored it, or somebody else at the same time
        boolean isThere =
                guides.insert(card) || guides.stored(card.id()).map(Guide::slug).equals(Optional.of(card.slug()));
        if (!isThere) throw slugTaken().raise();
        return card;
    }

    /**
     * Brings a deleted guide back, whose card is stored again.
     *
     * @param card with the slug that the guide has from now on
     */
    public void undelete(DeletedGuides.DeletedGuide deleted, Guide card, Person by) {
        var all = editions.of(card.id());
        String before = deleted.guide().refreshed(all).slug();
        if (!before.equals(card.slug()))
            editions.renamed(all.getLast().id(), new LogEntry.Renamed(before, card.slug()), null, clock.instant(), by);
        all.stream().filter(Edition::isDeleted).forEach(edition -> editions.undeleted(edition.id(), by));
        editions.refreshCard(card.id());
        // another node may have removed it before that was recorded
        if (guides.stored(card.id()).isEmpty() && guides.insert(card)) editions.refreshCard(card.id());
    }

    private static Refusal wasPublished() {
        return Refusal.conflict(
                "guide-was-published",
                "the guide was published, so sites and its history refer to it; unpublish it instead");
    }

    private static Refusal slugTaken() {
        return Refusal.conflict("slug-taken", "a guide of this type and locale has this slug; choose another");
    }

    private boolean isOf(Person by, Guide guide) {
        return editions.leftBy(by, guide.id(), LogEntry.Kind.OPENED)
                .filter(opened -> opened.edition().number() == 1)
                .isPresent();
    }

    /** Returns the guide that has the slug if the same request created it. Otherwise throws a refusal, because the slug is taken. */
    private Guide ownOf(Person by, Guide there) {
        if (!isOf(by, there)) throw slugTaken().raise();
        return there;
    }

    /**
     * Submits the working copy as a revision. Content that is already under review is not submitted twice; changed content
     * replaces it.
     *
     * @param etag the version to submit; null submits the current one
     * @param task the BPMN id of the drafting task that this completes
     * @param approvals how many approvals the workflow asks for, given whether a field of the content is changed
     * @param from the revision of the source guide that the text has, if the person says so
     * @return the edition with the submission
     */
    public Edition submit(
            Guide guide,
            @Nullable String etag,
            String task,
            ToIntFunction<Predicate<String>> approvals,
            @Nullable String message,
            LogEntry.@Nullable TranslatedFrom from,
            Person by) {
        var done = editions.leftBy(by, guide.id(), LogEntry.Kind.SUBMITTED);
        if (done.isPresent()) return editions.get(done.get().edition());
        String version = drafts.withDefaults(guide, etag, by);
        return editions.record(guide.current(), edition -> {
            edition.mustBeEditable();
            var copy = drafts.copy(guide);
            copy.mustNotBeAltered();
            if (version != null && !copy.etag().equals(version)) throw Drafts.staleSubmission(copy);
            var faults = drafts.submissionFaults(guide, copy);
            if (!faults.isEmpty())
                throw Refusal.incomplete("the guide is not complete; correct what is listed and submit again", faults)
                        .raise();
            var hash = ContentHash.of(copy.content()).value();
            boolean same = edition.submitted()
                    .filter(ref -> ref.contentHash().equals(hash))
                    .isPresent();
            if (edition.state() == Edition.State.IN_REVIEW && same)
                return from == null
                        ? Optional.empty()
                        : edition.next()
                                .translate(
                                        from,
                                        edition.translatedFrom().orElse(null),
                                        edition.submitted().orElse(null),
                                        by,
                                        clock.instant());
            if (guide.live() != null && isLive(guide, hash))
                throw Refusal.conflict(
                                "nothing-changed",
                                "this is word for word the current edition; there is nothing to review")
                        .raise();
            var revision = mint(copy, by);
            // If an edit was saved meanwhile, a person who named a version must decide again.
            boolean unchanged = copies.submittedAs(copy, revision.number());
            if (version != null && !unchanged) throw Drafts.staleSubmission(drafts.copy(guide));
            var submission = edition.next()
                    .submit(
                            revision.ref(),
                            Math.max(
                                    types.require(guide.type()).approvals(),
                                    approvals.applyAsInt(
                                            field -> editions.isChanged(edition.id(), copy.content(), field))),
                            editions.applicable(types.require(guide.type()).requirements(), guide.id(), copy.content()),
                            task,
                            message,
                            by,
                            clock.instant());
            return Optional.of(from == null ? submission : submission.withTranslatedFrom(from));
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
     * Stores the copy as the next revision. If the last revision was made from the same copy, that revision is used: it was sent back
     * without a change since, or was never submitted because of a crash or a race.
     */
    private Revision mint(WorkingCopy copy, Person by) {
        var guide = copy.edition().guide();
        var hash = ContentHash.of(copy.content());
        var submitted = editions.of(guide).stream()
                .flatMap(edition -> edition.log().stream())
                .map(LogEntry::revision)
                .filter(Objects::nonNull)
                .max(Comparator.comparingInt(Revision.Ref::number));
        int number = submitted.map(Revision.Ref::number).orElse(0);
        var last = submitted
                .filter(ref -> ref.contentHash().equals(hash.value()))
                .flatMap(ref -> revisions.findIntact(guide, ref.number()));
        for (; ; ) {
            var next = revision(copy, new Revisions.Last(number, last), by, clock.instant());
            if (next.number() == number || revisions.insert(next)) return next;
            number = next.number();
            last = revisions.findIntact(guide, number);
        }
    }

    /** The revision to submit the copy as: the last one of the guide if it is the same and was minted for it, else a new one. */
    static Revision revision(WorkingCopy copy, Revisions.Last last, Person by, Instant now) {
        var next = new Revision(
                copy.edition().guide(),
                last.number() + 1,
                copy.edition().number(),
                ContentHash.of(copy.content()),
                copy.content(),
                copy.items(),
                Stream.concat(copy.contributors().stream(), Stream.of(by.account()))
                        .toList(),
                copy.parent(),
                by.account(),
                now);
        return last.revision()
                .filter(revision -> revision.edition() == next.edition()
                        && revision.hash().equals(next.hash())
                        && revision.contributors().equals(next.contributors()))
                .orElse(next);
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
                            "edition " + latest.id().number() + " is "
                                    + latest.state().apiName() + "; a guide has one edition in progress at a time")
                    .raise();
        }
        var next = latest.id().next();
        copies.insert(nextCopy(guide, all, next, by));
        if (!editions.open(next, latest, by))
            throw Refusal.conflict("edition-in-progress", "somebody has just opened edition " + next.number())
                    .raise();
        if (latest.state() == Edition.State.DISCARDED) mustNotBeDeleted(next, by);
        return next;
    }

    /** Deletes the edition that was just opened, if the guide was deleted meanwhile. */
    private void mustNotBeDeleted(EditionId opened, Person by) {
        UnitOfWork.forgetAll();
        if (!editions.isDeleted(opened.guide())) return;
        editions.record(opened, edition -> Optional.of(edition.next().discard(by, clock.instant())));
        editions.deleted(opened, by);
        throw Refusal.missing("the guide is deleted").raise();
    }

    /** Carries edits that were made during the last review, but never submitted, over to the draft of the next edition. */
    private WorkingCopy nextCopy(Guide guide, List<Edition> all, EditionId next, Person by) {
        var published = all.stream()
                .filter(edition -> edition.publishedEntry().isPresent())
                .max(Comparator.comparingInt(edition -> edition.id().number()))
                .flatMap(Edition::submitted)
                .map(ref -> revisions.require(guide.id(), ref.number()));
        // a draft that was changed in the database has no known author
        var last = copies.find(all.getLast().id()).filter(copy -> !copy.altered());
        boolean lastWasDropped = all.getLast().state() == Edition.State.DISCARDED;
        var leftOver = last.filter(copy -> published
                .map(revision -> !lastWasDropped && !copy.content().equals(revision.content()))
                .orElse(true));
        JsonNode before = leftOver.map(WorkingCopy::content)
                .or(() -> published.map(Revision::content))
                .orElseGet(JsonNodeFactory.instance::objectNode);
        var itemsBefore = leftOver.map(WorkingCopy::items)
                .or(() -> published.map(Revision::items))
                .map(ids -> ids.orNumbered(before))
                .orElseGet(() -> ItemIds.numbered(before));
        var type = types.require(guide.type());
        var content = current(type, before);
        var items = content.equals(before) ? itemsBefore : itemsBefore.follow(type.shape(), before, content);
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

    /** The content with the fields that the type has now: without those that are gone, and with the defaults of new ones. */
    private static JsonNode current(ContentType type, JsonNode content) {
        return type.withDefaults(ContentType.without(type.unknownFields(content), content));
    }

    /** Discards the edition in progress. */
    public Edition discard(Guide guide, Person by) {
        var done = editions.leftBy(by, guide.id(), LogEntry.Kind.DISCARDED);
        var discarded = done.isPresent()
                ? editions.get(done.get().edition())
                : editions.record(
                        guide.current(), edition -> Optional.of(edition.next().discard(by, clock.instant())));
        var all = editions.of(guide.id());
        // If a later edition exists, any call for a next edition belongs to that one.
        if (!all.getLast().id().equals(discarded.id())) return discarded;
        all.stream()
                .filter(Edition::isRevisionCalled)
                .forEach(live ->
                        editions.record(live.id(), edition -> edition.next().dropRevision(clock.instant())));
        return discarded;
    }
}
