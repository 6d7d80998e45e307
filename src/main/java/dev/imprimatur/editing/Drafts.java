// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.editing;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.content.NormalForm;
import dev.imprimatur.diff.Change;
import dev.imprimatur.diff.Diff;
import dev.imprimatur.diff.Edit;
import dev.imprimatur.diff.IdentifiedContent;
import dev.imprimatur.diff.MergePatch;
import dev.imprimatur.drafts.DraftVersions;
import dev.imprimatur.drafts.Edits;
import dev.imprimatur.drafts.WorkingCopies;
import dev.imprimatur.drafts.WorkingCopy;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.history.Revision;
import dev.imprimatur.history.Revisions;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Fault;
import dev.imprimatur.problem.Refusal;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** The drafts of editions in progress: reads them and changes them in each of the ways that editors and scripts have. */
@Component
public class Drafts {
    private static final int ATTEMPTS = 20;
    /** A {@link WorkingCopy#name}. */
    private static final Pattern VERSION = Pattern.compile("([1-9][0-9]{0,8})-([1-9][0-9]{0,17})");
    /** Who may change a draft, and who may restore an earlier revision. */
    private static final String[] EDIT = {Permissions.EDITOR, Permissions.REVIEWER};

    private static final String[] RESTORE = {Permissions.EDITOR};

    private final Permissions permissions;
    private final ContentTypes types;
    private final Guides guides;
    private final Editions editions;
    private final WorkingCopies copies;
    private final DraftVersions versions;
    private final Revisions revisions;
    private final AssetRules assetRules;
    private final Clock clock;

    Drafts(
            ContentTypes types,
            Guides guides,
            Editions editions,
            WorkingCopies copies,
            DraftVersions versions,
            Revisions revisions,
            AssetRules assetRules,
            Clock clock,
            Permissions permissions) {
        this.permissions = permissions;
        this.types = types;
        this.guides = guides;
        this.editions = editions;
        this.copies = copies;
        this.versions = versions;
        this.revisions = revisions;
        this.assetRules = assetRules;
        this.clock = clock;
    }

    public WorkingCopy of(Guide guide) {
        editions.get(guide.current()).mustBeEditable();
        return copy(guide);
    }

    /** The last draft of the guide, if it is stored. */
    Optional<WorkingCopy> last(Guide guide) {
        return copies.find(guide.current());
    }

    /** The last draft of the guide, which its latest edition has or had. */
    public WorkingCopy copy(Guide guide) {
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
        permissions.mustAllow(by, guide, EDIT);
        return edit(guide, etag, content, current -> content, Set.of(), EDIT, by);
    }

    /** Changes the working copy by a JSON Merge Patch (RFC 7396). */
    public WorkingCopy patch(Guide guide, String etag, JsonNode patch, Person by) {
        permissions.mustAllow(by, guide, EDIT);
        return edit(guide, etag, patch, current -> MergePatch.apply(current, patch), Set.of(), EDIT, by);
    }

    /**
     * The draft with the content of an earlier revision.
     *
     * @param dropped the pointers of the fields of the revision that the content type does not have any more
     */
    public record Restored(WorkingCopy copy, List<String> dropped) {}

    /**
     * Copies an earlier revision into the working copy, without the fields that its content type does not have any more. The contributors
     * of that revision become contributors of this edition.
     *
     * @param etag the version to replace; may be null while every change in that version is also in a revision
     */
    public Restored restore(Guide guide, @Nullable String etag, int number, Person by) {
        permissions.mustAllow(by, guide, RESTORE);
        var revision = revisions.require(guide.id(), number);
        var type = types.require(guide.type());
        var dropped = type.unknownFields(revision.content());
        var content = type.withDefaults(ContentType.without(dropped, revision.content()));
        return restore(guide, etag, content, dropped, words(revision), by);
    }

    private Restored restore(
            Guide guide, @Nullable String etag, JsonNode content, List<String> dropped, Set<String> words, Person by) {
        String replaced = etag == null ? versionWithNothingToLose(guide, by) : etag;
        var current = copy(guide);
        if (current.etag().equals(replaced) && !current.isChangedIn(by.request())) versions.keep(current);
        return new Restored(edit(guide, replaced, content, before -> content, words, RESTORE, by), dropped);
    }

    /**
     * The earlier versions of the guide's drafts that are kept, the newest first. The last draft of an edition that was given up is one of
     * them.
     */
    public List<WorkingCopy> versions(Guide guide) {
        var givenUp = editions.of(guide.id()).stream()
                .filter(edition -> edition.state() == Edition.State.DISCARDED)
                .map(Edition::id)
                .toList();
        var all = new HashMap<String, WorkingCopy>();
        versions.of(guide.id()).forEach(version -> all.put(version.name(), version));
        copies.find(givenUp).forEach(last -> all.putIfAbsent(last.name(), last));
        return all.values().stream()
                .sorted(Comparator.comparing(WorkingCopy::updatedAt)
                        .thenComparingLong(WorkingCopy::version)
                        .reversed())
                .toList();
    }

    /**
     * An earlier version of a draft of the guide.
     *
     * @param name the {@linkplain WorkingCopy#name name} of the version
     */
    public WorkingCopy version(Guide guide, String name) {
        return Optional.of(VERSION.matcher(name))
                .filter(Matcher::matches)
                .flatMap(parts -> find(
                        new EditionId(guide.id(), Integer.parseInt(parts.group(1))), Long.parseLong(parts.group(2))))
                .orElseThrow(() ->
                        Refusal.missing("no such version of the draft is kept").raise());
    }

    private Optional<WorkingCopy> find(EditionId edition, long version) {
        return versions.find(edition, version)
                .or(() -> copies.find(edition)
                        .filter(copy -> copy.version() == version
                                && editions.get(edition).state() == Edition.State.DISCARDED));
    }

    /** What changed from an earlier version to the last draft of the guide; items of lists are followed by their ids. */
    public List<Change> changesSince(Guide guide, WorkingCopy version) {
        var now = copy(guide);
        return Diff.between(
                types.require(guide.type()).shape(), version.content(), version.items(), now.content(), now.items());
    }

    /**
     * Puts an earlier version of a draft into the working copy, without the fields that its content type does not have any more. Its
     * contributors become contributors of this edition. What it replaces is kept as a version.
     *
     * @param etag the version to replace; may be null while every change in that version is also in a revision
     */
    public Restored restoreVersion(Guide guide, @Nullable String etag, String name, Person by) {
        permissions.mustAllow(by, guide, RESTORE);
        var version = version(guide, name);
        if (version.altered()) throw DraftVersions.altered().raise();
        var dropped = types.require(guide.type()).unknownFields(version.content());
        return restore(
                guide,
                etag,
                ContentType.without(dropped, version.content()),
                dropped,
                Set.copyOf(version.contributors()),
                by);
    }

    /** Removes the fields from the working copy that the content type does not have any more. */
    public WorkingCopy dropUnknownFields(Guide guide, String etag, Person by) {
        permissions.mustAllow(by, guide, EDIT);
        var type = types.require(guide.type());
        return edit(
                guide,
                etag,
                of(guide).content(),
                current -> ContentType.without(type.unknownFields(current), current),
                Set.of(),
                EDIT,
                by);
    }

    /**
     * Fills the required fields that the draft lacks with their defaults, and missing alternative texts with those of the library, if nothing
     * else is missing for a submission.
     *
     * @param etag the version to submit; null submits the current one
     * @return the version to submit
     */
    @Nullable
    String withDefaults(Guide guide, @Nullable String etag, Person by) {
        if (!editions.get(guide.current()).state().isEditable()) return etag;
        var type = types.require(guide.type());
        var copy = copy(guide);
        if (copy.altered() || etag != null && !copy.etag().equals(etag)) return etag;
        var filled = assetRules.filled(type, copy.content());
        if (filled.equals(copy.content())
                || !submissionFaults(guide, type, filled, assetRules::submissionFaults)
                        .isEmpty()) return etag;
        String submitted = edit(
                        guide, copy.etag(), filled, current -> assetRules.filled(type, current), Set.of(), EDIT, by)
                .etag();
        return etag == null ? null : submitted;
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
        var copy = of(guide);
        var parent = copy.parent();
        copy.mustNotBeAltered();
        if (copy.isChangedIn(by.request())) return copy.etag();
        if (parent == null || !revisions.require(guide.id(), parent).content().equals(copy.content()))
            throw Refusal.of(
                            Refusal.Kind.UNVERSIONED,
                            "if-match-required",
                            "the draft holds what is in no revision; send the ETag of what you read as If-Match")
                    .raise();
        return copy.etag();
    }

    private WorkingCopy edit(
            Guide guide,
            String etag,
            JsonNode yours,
            UnaryOperator<JsonNode> change,
            Set<String> alsoBy,
            String[] roles,
            Person by) {
        var changed = edit(guide, latestKnown(guide), etag, change, alsoBy, roles, by);
        return changed.isPresent()
                ? changed.get()
                // somebody else has saved, or nothing was changed: only the stored copy can tell
                : edit(guide, copy(guide), etag, change, alsoBy, roles, by)
                        .orElseGet(() -> unchanged(guide, etag, yours, by));
    }

    /** The draft after an edit that changed nothing. Throws a refusal if the edit was made from another version. */
    private WorkingCopy unchanged(Guide guide, String etag, JsonNode yours, Person by) {
        var done = changedIn(by, guide);
        if (done.isPresent()) return done.get();
        var current = copy(guide);
        if (!current.etag().equals(etag)) throw stale(current, yours);
        return current;
    }

    /**
     * Changes the copy. Returns empty if the copy has another version, also in the store, or if the change changes nothing.
     *
     * @param current the copy, possibly outdated
     */
    private Optional<WorkingCopy> edit(
            Guide guide,
            WorkingCopy current,
            String etag,
            UnaryOperator<JsonNode> change,
            Set<String> alsoBy,
            String[] roles,
            Person by) {
        if (current.isChangedIn(by.request())) {
            editions.refreshCard(guide.id());
            return Optional.of(copy(guide));
        }
        editions.get(guide.current()).mustBeEditable();
        if (!current.etag().equals(etag)) return Optional.empty();
        var type = types.require(guide.type());
        var changed = draftOf(type, change.apply(current.content()), "");
        ReferenceCheck.mustBeRight(ReferenceCheck.ofDraft(guides, guide, type, current.content(), changed));
        permissions.mustAllowChange(by, guide, current.content(), changed, roles);
        if (!current.altered()
                && changed.equals(current.content())
                && current.contributors().containsAll(alsoBy)) return Optional.empty();
        var next = current.edited(
                changed,
                current.items().follow(types.require(guide.type()).shape(), current.content(), changed),
                by,
                current.altered() ? union(alsoBy, contributorsOf(current.edition())) : alsoBy,
                current.receiptsWith(by.request()),
                clock.instant());
        if (!copies.replace(current, next)) return Optional.empty();
        guides.retitle(guide.with(next));
        return Optional.of(next);
    }

    private WorkingCopy latestKnown(Guide guide) {
        return copies.latestKnown(guide.current()).orElseGet(() -> copy(guide));
    }

    /**
     * Accepts a draft that was changed directly in the database. The person who does so becomes a contributor of its whole content.
     *
     * @param etag the version that was seen
     */
    public WorkingCopy takeOver(Guide guide, String etag, Person by) {
        permissions.mustAllow(by, guide, EDIT);
        return edit(guide, etag, copy(guide).content(), current -> current, Set.of(), EDIT, by);
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
        permissions.mustAllow(by, guide, EDIT);
        for (int attempt = 1; ; attempt++) {
            editions.get(edition).mustBeEditable();
            var known = attempt == 1 ? copies.known(edition) : Optional.<WorkingCopy>empty();
            var current = known.orElseGet(() -> copy(guide));
            current.mustNotBeAltered();
            var result = Edits.apply(types.require(guide.type()), current, edits, by, clock.instant());
            permissions.mustAllowChange(
                    by, guide, current.content(), result.copy().content(), EDIT);
            if (result.copy().version() == current.version()) {
                // nothing is replaced, so only the stored copy can tell; the known one may be outdated
                if (known.isEmpty()) return result;
            } else if (copies.replace(current, result.copy())) {
                guides.retitle(guide.with(result.copy()));
                return result;
            }
            if (attempt == ATTEMPTS) throw stale(copy(guide), JsonNodeFactory.instance.missingNode());
        }
    }

    /** The content of the draft with the edits applied; nothing is saved. */
    public IdentifiedContent withEdits(Guide guide, List<Edit> edits, Person by) {
        return Edits.apply(types.require(guide.type()), of(guide), edits, by, clock.instant())
                .copy()
                .identifiedContent();
    }

    private static RuntimeException stale(WorkingCopy current, JsonNode yours) {
        return stale(
                current,
                "somebody saved since you read it; merge your version with the current one and save with its ETag",
                Map.of("yours", yours));
    }

    static RuntimeException staleSubmission(WorkingCopy current) {
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

    /** What prevents a submission of the draft. */
    public List<Fault> submissionFaults(Guide guide, WorkingCopy copy) {
        return submissionFaults(guide, types.require(guide.type()), copy.content(), assetRules::submissionFaults);
    }

    /** All that an editor has to do before a submission, which fills in the library's alternative texts by itself. */
    public List<Fault> missing(Guide guide, WorkingCopy copy) {
        return submissionFaults(guide, types.require(guide.type()), copy.content(), assetRules::missing);
    }

    private List<Fault> submissionFaults(
            Guide guide, ContentType type, JsonNode content, BiFunction<ContentType, JsonNode, List<Fault>> ofType) {
        var faults = new ArrayList<>(ofType.apply(type, content));
        faults.addAll(ReferenceCheck.ofSubmission(guides, guide, type, content));
        return faults;
    }

    /** What readers would not see as it was meant. Warnings prevent nothing. */
    public List<Fault> warnings(String typeName, WorkingCopy copy) {
        var type = types.require(typeName);
        var warnings = new ArrayList<>(type.warnings(copy.content()));
        warnings.addAll(ReferenceCheck.warnings(guides, type, copy.content()));
        return warnings;
    }

    /** The content in its normal form. Throws a refusal if it is not a valid draft. */
    static JsonNode draftOf(ContentType type, JsonNode content, String at) {
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
}
