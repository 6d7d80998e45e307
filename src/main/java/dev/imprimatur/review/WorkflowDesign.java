// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.audit.Audit;
import dev.imprimatur.content.ContentType;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.CleanText;
import dev.imprimatur.problem.Fault;
import dev.imprimatur.problem.Refusal;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;

/** What administrators do with workflows: check a file, walk through it on the test bench, and deploy it as the next version. */
@Component
public class WorkflowDesign {
    private static final int LONGEST_NOTE = 500;
    private static final String ANY = "*";
    private static final String BYTE_ORDER_MARK = "\uFEFF";
    private static final Pattern ENCODING =
            Pattern.compile("^(<\\?xml\\s[^>]*?\\bencoding\\s*=\\s*)([\"'])[^\"'>]*\\2");

    private final Workflows workflows;
    private final WorkflowVersionStore store;
    private final TestBench bench;
    private final Audit audit;
    private final Clock clock;
    private final long largest;
    private final int mostVersions;

    /**
     * Reads the limits.
     *
     * @param largest {@code imprimatur.limits.workflow}: how large an uploaded workflow may be
     * @param mostVersions {@code imprimatur.limits.workflow-versions}: how many versions of one workflow may be uploaded
     */
    WorkflowDesign(
            Workflows workflows,
            WorkflowVersionStore store,
            TestBench bench,
            Audit audit,
            Clock clock,
            @Value("${imprimatur.limits.workflow:256KB}") DataSize largest,
            @Value("${imprimatur.limits.workflow-versions:200}") int mostVersions) {
        this.workflows = workflows;
        this.store = store;
        this.bench = bench;
        this.audit = audit;
        this.clock = clock;
        this.largest = largest.toBytes();
        this.mostVersions = mostVersions;
    }

    /**
     * The result of a check.
     *
     * @param id the id of the workflow; empty if the file has none
     * @param findings what is wrong; empty if the workflow can be deployed
     */
    public record Check(String id, List<WorkflowFinding> findings) {}

    /**
     * A version of a workflow.
     *
     * @param number 1, 2, 3… for an uploaded version, 0 for the file
     * @param current whether editions follow it that are opened now
     * @param usable whether the stored version can be read, and is what was deployed
     * @param at when it was deployed; null for the file, and below: who deployed it, and what for
     */
    public record Version(
            String id,
            int number,
            boolean current,
            boolean usable,
            String hash,
            @Nullable Instant at,
            @Nullable String by,
            @Nullable String note) {}

    /**
     * A workflow.
     *
     * @param types the names of the content types that follow it
     * @param bpmn the BPMN of the current version
     */
    public record Design(String id, Version current, List<String> types, String bpmn) {
        /** The entity tag of the workflow, which changes with each version. */
        public String version() {
            return current.number() + "-" + current.hash().substring(7, 23);
        }
    }

    /** The steps that a service task may name. */
    public static Set<String> steps() {
        return new TreeSet<>(ServiceTasks.NAMES);
    }

    /** Checks a workflow as it would be checked before it is deployed. Changes nothing. */
    public Check check(String bpmn) {
        var examined = examine(bpmn);
        return new Check(examined.id(), examined.findings());
    }

    private WorkflowFile.Examined examine(String bpmn) {
        byte[] xml = xml(bpmn);
        var examined = WorkflowFile.examine(xml, ServiceTasks.NAMES);
        var workflow = examined.workflow();
        if (workflow == null) return examined;
        var further = new ArrayList<>(workflows.misfits(workflow));
        if (further.isEmpty()) {
            String refused = bench.refusal(xml, workflow, examined.walks());
            if (refused != null) further.add(refused);
        }
        return further.isEmpty() ? examined : examined.refused(further);
    }

    /**
     * The file as it is checked and kept: JSON and forms carry text, so a byte order mark is dropped, and the declaration says UTF-8.
     */
    private static String text(String bpmn) {
        String text = bpmn.startsWith(BYTE_ORDER_MARK) ? bpmn.substring(1) : bpmn;
        return ENCODING.matcher(text).replaceFirst("$1$2UTF-8$2");
    }

    private byte[] xml(String given) {
        String bpmn = text(given);
        byte[] xml = bpmn.getBytes(StandardCharsets.UTF_8);
        if (xml.length > largest)
            throw Refusal.malformed("/bpmn", "a workflow has at most " + largest + " bytes")
                    .raise();
        return xml;
    }

    private WorkflowFile.Examined sound(String bpmn) {
        var examined = examine(bpmn);
        if (!examined.findings().isEmpty())
            throw new Refusal(
                            Refusal.Kind.INCOMPLETE,
                            "workflow-faulty",
                            "the workflow cannot be used yet; correct what is listed",
                            examined.findings().stream()
                                    .map(finding -> new Fault("/bpmn", finding.inWords()))
                                    .toList(),
                            Map.of("findings", examined.findings()))
                    .raise();
        return examined;
    }

    /** Walks through a workflow on the test bench. Changes nothing. */
    public List<Walkthrough.Position> test(String bpmn, Walkthrough walk) {
        var workflow = sound(bpmn).workflow();
        if (workflow == null) return List.of();
        var known = new TreeSet<>(workflow.changedFields());
        workflows.followers(workflow.id()).forEach(type -> known.addAll(type.fields()));
        walk.changed().stream()
                .filter(field -> !known.contains(field))
                .sorted()
                .findFirst()
                .ifPresent(unknown -> {
                    throw Refusal.malformed(
                                    "/changed",
                                    "“" + unknown
                                            + "” is no field of a content type that follows the workflow, and no condition asks for it"
                                            + (known.isEmpty() ? "" : "; known are " + String.join(", ", known)))
                            .raise();
                });
        return bench.walk(xml(bpmn), workflow, walk);
    }

    /** All workflows. */
    public List<Design> all() {
        workflows.refresh();
        return workflows.ids().stream().flatMap(id -> design(id).stream()).toList();
    }

    /** The workflow with this id; refuses if there is none. */
    public Design require(String id) {
        return find(id).orElseThrow(
                        () -> Refusal.missing("there is no such workflow").raise());
    }

    private Optional<Design> find(String id) {
        workflows.refresh();
        return design(id);
    }

    /** Empty if there is no such workflow, or none of its versions can be used. */
    private Optional<Design> design(String id) {
        return workflows
                .current(id)
                .map(current -> new Design(
                        id,
                        versions(id).stream()
                                .filter(Version::current)
                                .findFirst()
                                .orElseThrow(),
                        workflows.followers(id).stream().map(ContentType::name).toList(),
                        new String(workflows.bytes(current), StandardCharsets.UTF_8)));
    }

    /** The versions of a workflow, the newest first; its file is the last one. */
    public List<Version> versions(String id) {
        int current = workflows.current(id).map(Workflow::version).orElse(-1);
        return workflows.versions(id).stream().map(it -> version(it, current)).toList();
    }

    private Version version(Workflows.Version it, int current) {
        var row = it.row();
        boolean usable = it.workflow() != null;
        return row == null
                ? new Version(
                        it.id(),
                        it.number(),
                        it.number() == current,
                        usable,
                        it.workflow() == null ? "" : Workflows.hash(workflows.bytes(it.workflow())),
                        null,
                        null,
                        null)
                : new Version(
                        it.id(),
                        it.number(),
                        it.number() == current,
                        usable,
                        row.hash(),
                        row.at(),
                        row.by(),
                        row.note());
    }

    /** The BPMN of a version; refuses if there is no such version. */
    public String bpmn(String id, int number) {
        return workflows.versions(id).stream()
                .filter(it -> it.number() == number)
                .findFirst()
                .map(it -> it.workflow())
                .map(workflow -> new String(workflows.bytes(workflow), StandardCharsets.UTF_8))
                .orElseThrow(() -> Refusal.missing("there is no such version of this workflow")
                        .raise());
    }

    /** What differs between two versions of a workflow. */
    public WorkflowDiff diff(String id, int from, int to) {
        return WorkflowDiff.of(bpmn(id, from), bpmn(id, to));
    }

    /**
     * Deploys a workflow as its next version, which editions follow that are opened from now on. If the current version is this very file,
     * nothing changes.
     *
     * @param seen the entity tag of the workflow that the change was made from, or {@code *} for any; null for a workflow that does not
     *     exist yet
     */
    public Design deploy(String id, String bpmn, @Nullable String seen, @Nullable String note, Person by) {
        CleanText.mustBeClean("/note", note);
        if (note != null && CleanText.length(note) > LONGEST_NOTE)
            throw Refusal.malformed("/note", "has at most " + LONGEST_NOTE + " characters")
                    .raise();
        var examined = sound(bpmn);
        if (!examined.id().equals(id))
            throw Refusal.malformed(
                            "/bpmn", "the process in the file has the id “" + examined.id() + "”, and not “" + id + "”")
                    .raise();
        var before = find(id);
        String hash = Workflows.hash(xml(bpmn));
        if (before.isPresent() && before.get().current().hash().equals(hash)) return before.get();
        String version = before.map(Design::version).orElse(null);
        if (version != null && seen == null)
            throw Refusal.of(
                            Refusal.Kind.UNVERSIONED,
                            "if-match-required",
                            "this workflow exists; read it, and send its ETag as If-Match")
                    .raise();
        boolean isAny = ANY.equals(seen) && version != null;
        if (seen != null && !isAny && !seen.equals(version)) throw changed(id).raise();
        var versions = workflows.versions(id);
        int number = versions.isEmpty() ? 1 : versions.getFirst().number() + 1;
        if (number > mostVersions)
            throw Refusal.conflict("too-many-versions", "a workflow has at most " + mostVersions + " versions")
                    .raise();
        var last = versions.isEmpty() ? null : versions.getFirst().row();
        var now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        var at = last == null || last.at().isBefore(now) ? now : last.at().plusMillis(1);
        boolean inserted = store.insert(new WorkflowVersionStore.Row(
                WorkflowVersionStore.key(id, number), id, number, at, by.account(), hash, note, text(bpmn)));
        if (!inserted) {
            workflows.refresh();
            var there = require(id);
            if (there.current().hash().equals(hash)) return there;
            throw changed(id).raise();
        }
        audit.record(by.account(), "workflow-deployed", WorkflowVersionStore.key(id, number) + " " + hash, null);
        return require(id);
    }

    private Refusal changed(String id) {
        String who = versions(id).stream()
                .filter(Version::current)
                .findFirst()
                .map(it -> it.by() == null
                        ? "the file of the server"
                        : "version " + it.number() + ", which " + it.by() + " deployed")
                .orElse("");
        return Refusal.of(
                Refusal.Kind.STALE,
                "workflow-changed",
                "the workflow has another version than the one that you read: " + (who.isEmpty() ? "none" : who)
                        + "; compare it with yours before you send it again");
    }
}
