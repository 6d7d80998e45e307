// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.editing;

import dev.imprimatur.content.ContentHash;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.content.ReviewIntervals;
import dev.imprimatur.diff.ItemIds;
import dev.imprimatur.drafts.WorkingCopies;
import dev.imprimatur.drafts.WorkingCopy;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.history.EditionLog;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.history.Revision;
import dev.imprimatur.history.Revisions;
import dev.imprimatur.history.Stamp;
import dev.imprimatur.history.Transitions;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Fault;
import dev.imprimatur.problem.Refusal;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/**
 * Creates and submits many guides at once, for the import at start-up. Each step writes the documents of one collection together, in the
 * order in which the steps for a single guide write them. So a crash leaves each guide in a state from which the import continues.
 */
@Component
public class Imports {
    private final ContentTypes types;
    private final Guides guides;
    private final Editions editions;
    private final EditionLog log;
    private final WorkingCopies copies;
    private final Revisions revisions;
    private final AssetRules assetRules;
    private final Ids ids;
    private final Clock clock;

    Imports(
            ContentTypes types,
            Guides guides,
            Editions editions,
            EditionLog log,
            WorkingCopies copies,
            Revisions revisions,
            AssetRules assetRules,
            Ids ids,
            Clock clock) {
        this.types = types;
        this.guides = guides;
        this.editions = editions;
        this.log = log;
        this.copies = copies;
        this.revisions = revisions;
        this.assetRules = assetRules;
        this.ids = ids;
        this.clock = clock;
    }

    /**
     * @param by the author of the draft
     * @param note where the content is from; null if nothing is to be said
     */
    public record NewGuide(
            String type,
            String locale,
            String slug,
            JsonNode content,
            Person by,
            @Nullable String note) {}

    /**
     * Checks a guide before it is created.
     *
     * @param complete whether the content must be complete enough for a submission
     * @return the guide with its content in normal form
     */
    public NewGuide checked(NewGuide given, boolean complete) {
        Slug.checked(given.slug());
        var type = types.require(given.type());
        if (complete && !type.draftFaults(given.content()).isEmpty())
            // all faults at once, also those that a draft may have
            throw Refusal.malformed("the content is not a " + type.name(), at(type.submissionFaults(given.content())))
                    .raise();
        var content = Drafts.draftOf(type, given.content(), "/content");
        var faults = complete ? assetRules.submissionFaults(type, content) : List.<Fault>of();
        if (!faults.isEmpty())
            throw Refusal.incomplete("the guide is not complete", at(faults)).raise();
        return new NewGuide(given.type(), Slug.locale(given.locale()), given.slug(), content, given.by(), given.note());
    }

    private static List<Fault> at(List<Fault> faults) {
        return faults.stream()
                .map(fault -> new Fault("/content" + fault.pointer(), fault.detail()))
                .toList();
    }

    /** Creates guides, each with edition 1 in draft. Returns the created ones; without those whose slug is taken. */
    public List<Guide> create(List<NewGuide> all) {
        var now = clock.instant();
        var opened = new HashMap<EditionId, LogEntry>();
        var drafts = new ArrayList<WorkingCopy>();
        var cards = new ArrayList<Guide>();
        for (var guide : all) {
            var first = new EditionId(ids.next(), 1);
            var copy = WorkingCopy.first(
                    first,
                    guide.content(),
                    ItemIds.numbered(guide.content()),
                    List.of(guide.by().account()),
                    null,
                    guide.by(),
                    now);
            opened.put(first, Transitions.opened(first, guide.by(), guide.note(), now));
            drafts.add(copy);
            cards.add(Guide.created(guide.type(), guide.locale(), guide.slug(), copy));
        }
        copies.insertAll(drafts);
        log.appendAll(
                opened.keySet().stream().map(EditionLog::unopened).toList(),
                List.of(edition -> Optional.ofNullable(opened.get(edition.id()))));
        var taken = guides.insertAll(cards);
        taken.forEach(guide -> {
            log.forget(new EditionId(guide, 1));
            copies.forget(new EditionId(guide, 1));
        });
        return cards.stream().filter(card -> !taken.contains(card.id())).toList();
    }

    /**
     * A guide whose content was reviewed elsewhere.
     *
     * @param hash the hash of the reviewed content
     * @param task the BPMN id of the drafting task
     * @param stamp makes the stamp for the revision of the content
     * @param intervals of the parts that the content has
     */
    public record Reviewed(
            Guide guide,
            String hash,
            String task,
            @Nullable String note,
            Function<Revision.Ref, Stamp> stamp,
            ReviewIntervals intervals) {}

    /**
     * Submits the first editions of guides, and records and stamps the evidence that their content was reviewed elsewhere. Continues what
     * a crash interrupted. An edition that somebody else opened, that has ended, or that has other content stays as it is. Only the
     * operator of the server can vouch for such evidence.
     *
     * @return the editions that hold the reviewed content
     */
    public List<Edition> importEvidence(Collection<Reviewed> all) {
        var reviewed = all.stream().collect(Collectors.toMap(it -> it.guide().id(), Function.identity()));
        var before = new ArrayList<Edition>();
        log.firstEditions(reviewed.keySet()).forEach((guide, edition) -> {
            editions.mustHaveLostNothing(reviewed(reviewed, edition).guide(), edition);
            if (edition.log().getFirst().by().equals(Person.SYSTEM)) before.add(edition);
        });
        var submissions = submissions(before, reviewed);
        var now = clock.instant();
        var grown = log.appendAll(
                before,
                List.of(
                        edition -> Optional.ofNullable(submissions.get(edition.id()))
                                .map(revision -> submission(edition, revision, reviewed(reviewed, edition))),
                        edition -> edition.state() == Edition.State.IN_REVIEW && holds(edition, reviewed)
                                ? Optional.of(edition.next()
                                        .acceptEvidence(
                                                reviewed(reviewed, edition)
                                                        .stamp()
                                                        .apply(edition.submitted()
                                                                .orElseThrow()),
                                                now))
                                : Optional.empty(),
                        edition -> edition.state() == Edition.State.APPROVED
                                        && edition.evidence().isPresent()
                                ? edition.next()
                                        .stamp(reviewed(reviewed, edition).intervals(), now)
                                : Optional.empty()));
        if (grown.size() < before.size()) throw overtaken();
        return grown.stream()
                .filter(edition -> holds(edition, reviewed) && !edition.state().isOver())
                .toList();
    }

    private static Reviewed reviewed(Map<String, Reviewed> all, Edition edition) {
        return Objects.requireNonNull(all.get(edition.id().guide()));
    }

    private static boolean holds(Edition edition, Map<String, Reviewed> reviewed) {
        return edition.submitted()
                .filter(ref ->
                        ref.contentHash().equals(reviewed(reviewed, edition).hash()))
                .isPresent();
    }

    private LogEntry submission(Edition edition, Revision revision, Reviewed it) {
        return edition.next()
                .submit(
                        revision.ref(),
                        types.require(it.guide().type()).approvals(),
                        types.require(it.guide().type()).requirements(),
                        it.task(),
                        it.note(),
                        Person.SYSTEM,
                        clock.instant());
    }

    /** Stores the drafts that hold the reviewed content as revisions; returns the revision of each such edition. */
    private Map<EditionId, Revision> submissions(List<Edition> all, Map<String, Reviewed> reviewed) {
        var inDraft = all.stream()
                .filter(edition -> edition.state() == Edition.State.DRAFT)
                .map(Edition::id)
                .toList();
        if (inDraft.isEmpty()) return Map.of();
        var drafts = copies.find(inDraft).parallelStream()
                .filter(copy -> ContentHash.isOf(
                        copy.content(),
                        Objects.requireNonNull(reviewed.get(copy.edition().guide()))
                                .hash()))
                .toList();
        drafts.forEach(WorkingCopy::mustNotBeAltered);
        var last = revisions.last(
                drafts.stream().map(copy -> copy.edition().guide()).toList());
        var now = clock.instant();
        var minted = drafts.parallelStream()
                .map(copy -> Editing.revision(
                        copy, Objects.requireNonNull(last.get(copy.edition().guide())), Person.SYSTEM, now))
                .collect(Collectors.toMap(
                        revision -> new EditionId(revision.guide(), revision.edition()), Function.identity()));
        var fresh = minted.values().stream()
                .filter(revision -> revision.number()
                        > Objects.requireNonNull(last.get(revision.guide())).number())
                .toList();
        if (!revisions.insertAll(fresh).isEmpty()) throw overtaken();
        var numbers = new HashMap<EditionId, Integer>();
        minted.forEach((edition, revision) -> numbers.put(edition, revision.number()));
        if (!copies.submittedAs(drafts, numbers)) throw overtaken();
        return minted;
    }

    private static RuntimeException overtaken() {
        return Refusal.conflict("edited-meanwhile", "somebody else changed a guide at the same time")
                .raise();
    }
}
