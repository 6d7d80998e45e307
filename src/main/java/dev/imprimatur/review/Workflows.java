// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.problem.Refusal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.flowable.engine.RepositoryService;
import org.flowable.engine.repository.Deployment;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.ResourcePatternResolver;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * The workflows: the files, which are read and checked at start-up, and the versions that people uploaded. Once a workflow was uploaded,
 * its file is not followed any more. An edition follows the version that was the newest ten seconds before it was opened, and keeps it
 * until somebody moves it to another one.
 */
@Component
class Workflows {
    private static final Logger log = LoggerFactory.getLogger(Workflows.class);
    static final String SUFFIX = ".bpmn20.xml";
    /** The name of the deployment of an uploaded version. */
    private static final Pattern UPLOADED = Pattern.compile("[^:]+:([0-9]{1,9}) sha256:[0-9a-f]+");

    /** The number of the version that a file has. */
    static final int FILE = 0;
    /**
     * How long after its deployment a version takes effect. Every node looks for versions more often, so that the nodes agree which version
     * an edition follows, although none asks the store when an edition is opened.
     */
    static final Duration TAKES_EFFECT = Duration.ofSeconds(10);

    /**
     * A version of a workflow.
     *
     * @param workflow null if the stored version cannot be read, so that it is not used
     * @param row null for a file
     */
    record Version(String id, int number, @Nullable Workflow workflow, WorkflowVersionStore.@Nullable Row row) {}

    private final RepositoryService repository;
    private final WorkflowVersionStore store;
    private final Map<String, Workflow> files = new TreeMap<>();
    private final Map<String, byte[]> xmls = new TreeMap<>();
    private final Duration lead;
    private final Clock clock;
    private final ContentTypes types;
    private final Editions editions;
    private final Map<String, Workflow> byDefinition = new ConcurrentHashMap<>();
    private final Map<String, String> definitions = new ConcurrentHashMap<>();
    private final Map<String, Integer> numbers = new ConcurrentHashMap<>();
    private final Map<String, Version> read = new ConcurrentHashMap<>();
    private volatile Map<String, List<Version>> uploaded = Map.of();
    private volatile Instant refreshedAt = Instant.MIN;
    private volatile long known = -1;

    /**
     * Reads the files and the uploaded versions.
     *
     * @param lead {@code imprimatur.review.lead}
     * @param location the folder of the files, {@code imprimatur.workflows}
     */
    Workflows(
            @Lazy RepositoryService repository,
            WorkflowVersionStore store,
            ResourcePatternResolver files,
            ContentTypes types,
            Clock clock,
            Editions editions,
            @Value("${imprimatur.review.lead:14d}") Duration lead,
            @Value("${imprimatur.workflows:classpath:workflows/}") String location)
            throws IOException {
        this.repository = repository;
        this.store = store;
        this.clock = clock;
        this.lead = lead;
        this.types = types;
        this.editions = editions;
        for (Resource file : files.getResources(location + "*.xml")) {
            String name = Objects.requireNonNull(file.getFilename());
            if (!name.endsWith(SUFFIX))
                throw new IllegalStateException("workflow " + name + ": a workflow file is named ID" + SUFFIX);
            byte[] xml = file.getContentAsByteArray();
            var workflow = read(name, xml);
            this.files.put(workflow.id(), workflow);
            xmls.put(name, xml);
        }
        refresh();
        types.all().forEach(this::mustFit);
    }

    private Workflow read(String name, byte[] xml) {
        return WorkflowFile.read(name, xml, ServiceTasks.NAMES).asking(editions::isChanged);
    }

    @Scheduled(initialDelayString = "5s", fixedDelayString = "5s")
    void lookForVersions() {
        try {
            refresh();
        } catch (RuntimeException away) {
            log.debug("the uploaded workflows are read again later: {}", away.toString());
        }
    }

    /** Reads the versions that people uploaded since, on this node or another one. */
    synchronized void refresh() {
        var now = clock.instant();
        long count = store.count();
        if (count != known) {
            var all = new TreeMap<String, List<Version>>();
            for (var row : store.all())
                all.computeIfAbsent(row.workflow(), none -> new ArrayList<>())
                        .add(read.computeIfAbsent(row.id() + " " + row.hash(), none -> version(row)));
            uploaded = all;
            known = count;
        }
        refreshedAt = now;
    }

    private Version version(WorkflowVersionStore.Row row) {
        try {
            byte[] xml = xml(row.workflow(), row.number());
            return new Version(
                    row.workflow(),
                    row.number(),
                    read(row.workflow() + SUFFIX, xml).as(row.number()),
                    row);
        } catch (IllegalArgumentException unusable) {
            log.error("the stored version {} of a workflow is not used: {}", row.id(), unusable.getMessage());
            return new Version(row.workflow(), row.number(), null, row);
        }
    }

    /** The stored BPMN of an uploaded version. */
    private byte[] xml(String id, int number) {
        var row = store.find(id, number).orElseThrow();
        byte[] xml = Objects.requireNonNullElse(row.bpmn(), "").getBytes(StandardCharsets.UTF_8);
        if (!hash(xml).equals(row.hash()))
            throw new IllegalArgumentException("workflow " + id + ": the stored text of version " + number
                    + " was changed, so it is not what was deployed");
        return xml;
    }

    static String hash(byte[] xml) {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(xml));
        } catch (NoSuchAlgorithmException none) {
            throw new IllegalStateException(none);
        }
    }

    /** Deploys the files to the engine, which ignores a file that it has deployed already. */
    void deploy() {
        xmls.forEach(this::deployFile);
    }

    private Deployment deployFile(String name, byte[] xml) {
        return repository
                .createDeployment()
                .name(name)
                .enableDuplicateFiltering()
                .addBytes(name, xml)
                .deploy();
    }

    /**
     * The process definition of the version in the engine. A version that the engine does not have is deployed to it: it is needed for the
     * first time, or again after its definition was removed.
     */
    String definition(Workflow workflow) {
        return definitions.compute(
                WorkflowVersionStore.key(workflow.id(), workflow.version()),
                (key, known) -> known != null && isDeployed(known) ? known : deployment(workflow));
    }

    private boolean isDeployed(String definitionId) {
        return repository
                        .createProcessDefinitionQuery()
                        .processDefinitionId(definitionId)
                        .count()
                == 1;
    }

    private String deployment(Workflow workflow) {
        String file = workflow.id() + SUFFIX;
        byte[] xml = bytes(workflow);
        String name = deploymentName(workflow);
        var deployed = repository.createDeploymentQuery().deploymentName(name).list().stream()
                .max(Comparator.comparing(Deployment::getDeploymentTime))
                .orElseGet(() -> workflow.version() == FILE
                        ? deployFile(file, xml)
                        : repository
                                .createDeployment()
                                .name(name)
                                .addBytes(file, xml)
                                .deploy());
        return repository
                .createProcessDefinitionQuery()
                .deploymentId(deployed.getId())
                .singleResult()
                .getId();
    }

    private String deploymentName(Workflow workflow) {
        return workflow.version() == FILE
                ? workflow.id() + SUFFIX
                : WorkflowVersionStore.key(workflow.id(), workflow.version()) + " " + hash(bytes(workflow));
    }

    /** The names of the deployments that editions follow which are opened now, and of the files. */
    private Set<String> deploymentsInUse() {
        return Stream.concat(
                        xmls.keySet().stream(),
                        ids().stream().flatMap(id -> current(id).map(this::deploymentName).stream()))
                .collect(Collectors.toSet());
    }

    /**
     * The deployments in the engine that can be removed, unless a process follows them: those of versions that editions opened now do not
     * follow. Of each version that they follow, the newest deployment stays.
     */
    List<Deployment> outdatedDeployments(Instant before) {
        var inUse = deploymentsInUse();
        var newest = new HashSet<String>();
        return repository.createDeploymentQuery().orderByDeploymentTime().desc().list().stream()
                .filter(it -> !(inUse.contains(it.getName()) && newest.add(it.getName())))
                .filter(it -> it.getDeploymentTime().toInstant().isBefore(before))
                .toList();
    }

    /** The number of the uploaded version that a process definition has; {@link #FILE} if it is that of a file. */
    int number(String definitionId) {
        return known(numbers, definitionId, id -> {
            var deployed = repository
                    .createDeploymentQuery()
                    .deploymentId(repository.getProcessDefinition(id).getDeploymentId())
                    .singleResult();
            var uploadedVersion = UPLOADED.matcher(deployed == null ? "" : String.valueOf(deployed.getName()));
            return uploadedVersion.matches() ? Integer.parseInt(uploadedVersion.group(1)) : FILE;
        });
    }

    /** The BPMN of this version of the workflow. */
    byte[] bytes(Workflow workflow) {
        return workflow.version() == FILE
                ? Objects.requireNonNull(xmls.get(workflow.id() + SUFFIX), "read at start")
                : xml(workflow.id(), workflow.version());
    }

    /** Whether a review that is due on this day is requested already, judged by the lead alone. */
    boolean isReviewRequested(LocalDate due) {
        return !due.atStartOfDay(ZoneOffset.UTC).toInstant().minus(lead).isAfter(clock.instant());
    }

    /** Whether a review of the type that is due on this day is announced already. */
    boolean isReviewAnnounced(ContentType type, LocalDate due) {
        return hasBegun(type, ReviewTimes.announcements(type, due));
    }

    /** Whether the review of a part that is due on this day is announced already. */
    boolean isReviewAnnounced(ContentType type, String part, LocalDate due) {
        return hasBegun(type, ReviewTimes.announcements(type, part, due));
    }

    private boolean hasBegun(ContentType type, List<Instant> announcements) {
        return of(type).announcement().isPresent()
                && announcements.stream()
                        .findFirst()
                        .filter(at -> !at.isAfter(clock.instant()))
                        .isPresent();
    }

    private void mustFit(ContentType type) {
        var workflow = current(type.workflow())
                .orElseThrow(() -> new IllegalStateException("content type " + type.name() + ": x-workflow “"
                        + type.workflow() + "” is none of the workflows " + String.join(", ", ids())));
        misfits(workflow, type).stream().findFirst().ifPresent(misfit -> {
            throw new IllegalStateException(misfit);
        });
    }

    /** Why the workflow cannot be that of the content type, in words; empty if it can. */
    static List<String> misfits(Workflow workflow, ContentType type) {
        var misfits = new ArrayList<String>();
        if (!type.requirements().isEmpty() && !workflow.asksForMoreApprovals())
            misfits.add("content type " + type.name()
                    + ": /x-requirements needs a workflow that asks for more approvals (${approvalsMissing > 0}), and "
                    + workflow.id() + " does not");
        workflow.changedFields().stream()
                .filter(field -> !type.fields().contains(field))
                .forEach(field ->
                        misfits.add("content type " + type.name() + ": the workflow " + workflow.id() + " asks with ${"
                                + field + ChangedFields.SUFFIX + "} for a field that the type does not have"));
        if (!workflow.canCollect(type.approvals()))
            misfits.add("content type " + type.name() + ": asks for " + type.approvals()
                    + " approvals, but the workflow " + workflow.id() + " cannot collect as many");
        return misfits;
    }

    /** Why the workflow cannot be that of the content types that follow it, in words. */
    List<String> misfits(Workflow workflow) {
        return followers(workflow.id()).stream()
                .flatMap(type -> misfits(workflow, type).stream())
                .toList();
    }

    /** The content types that follow the workflow. */
    List<ContentType> followers(String id) {
        return types.all().stream().filter(type -> type.workflow().equals(id)).toList();
    }

    /** The ids of all workflows. */
    Collection<String> ids() {
        var ids = new TreeSet<>(files.keySet());
        ids.addAll(uploaded.keySet());
        return ids;
    }

    /** The versions of a workflow, the newest first; its file is the last one. */
    List<Version> versions(String id) {
        var all = new ArrayList<>(uploaded.getOrDefault(id, List.of()).reversed());
        var file = files.get(id);
        if (file != null) all.add(new Version(id, FILE, file, null));
        return all;
    }

    /** The version that editions follow which are opened now. */
    Optional<Workflow> current(String id) {
        return versions(id).stream()
                .flatMap(it -> Stream.ofNullable(it.workflow()))
                .findFirst();
    }

    /** The workflow that editions of the type follow which are opened now. */
    Workflow of(ContentType type) {
        return current(type.workflow())
                .orElseThrow(() -> Refusal.missing("there is no usable version of the workflow " + type.workflow())
                        .raise());
    }

    /**
     * The workflow that the edition follows: the version that it was moved to, or else the newest of the versions that were in effect when
     * the edition was opened.
     */
    Workflow of(ContentType type, Edition edition) {
        if (!edition.exists()) return of(type);
        return edition.move().map(LogEntry::moved).flatMap(this::find).orElseGet(() -> ofOpening(type, edition));
    }

    /**
     * The version to which an edition was moved. Empty if its stored text is not the one that the sealed log names; then the edition follows
     * the version with which it began.
     */
    private Optional<Workflow> find(LogEntry.Moved moved) {
        var found = version(moved.workflow(), moved.version());
        if (found.isEmpty()) {
            // another node has deployed it just now
            refresh();
            found = version(moved.workflow(), moved.version());
        }
        return found.filter(it -> it.row() != null && it.row().hash().equals(moved.hash()))
                .flatMap(it -> Optional.ofNullable(it.workflow()));
    }

    /** The uploaded version with this number. */
    Optional<Version> version(String id, int number) {
        return uploaded.getOrDefault(id, List.of()).stream()
                .filter(it -> it.number() == number)
                .findFirst();
    }

    private Workflow ofOpening(ContentType type, Edition edition) {
        var deployedBy = edition.log().getFirst().at().minus(TAKES_EFFECT);
        if (!deployedBy.isBefore(refreshedAt)) refresh();
        return uploaded.getOrDefault(type.workflow(), List.of()).reversed().stream()
                .filter(it -> it.row() == null || !it.row().at().isAfter(deployedBy))
                .flatMap(it -> Stream.ofNullable(it.workflow()))
                .findFirst()
                .or(() -> Optional.ofNullable(files.get(type.workflow())))
                .orElseGet(() -> of(type));
    }

    /** The workflow in the version that a running process uses. */
    Workflow ofDefinition(String definitionId) {
        return known(byDefinition, definitionId, id -> {
            var definition = repository.getProcessDefinition(id);
            return read(definition.getKey() + SUFFIX, bytes(id));
        });
    }

    /** What is known of a process definition, or else is read. Several may read at once: while the store is slow, nobody waits for another. */
    private static <T> T known(Map<String, T> all, String definitionId, Function<String, T> reader) {
        var known = all.get(definitionId);
        if (known != null) return known;
        var read = reader.apply(definitionId);
        all.put(definitionId, read);
        return read;
    }

    /** The BPMN of a deployed process. */
    byte[] bytes(String definitionId) {
        var definition = repository.getProcessDefinition(definitionId);
        try (var in = repository.getResourceAsStream(definition.getDeploymentId(), definition.getResourceName())) {
            return in.readAllBytes();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private Stream<Workflow> all() {
        return Stream.concat(
                files.values().stream(),
                uploaded.values().stream().flatMap(List::stream).flatMap(it -> Stream.ofNullable(it.workflow())));
    }

    /** The BPMN ids of the tasks that ask for a decision, in any version. */
    Set<String> decisionTasks() {
        return all().flatMap(workflow -> workflow.steps().stream())
                .filter(step -> !step.isDrafting())
                .map(Workflow.Step::id)
                .collect(Collectors.toSet());
    }

    /** The roles that may take a task with this BPMN id; empty if there is no such task. */
    Set<String> groups(String task) {
        return all().flatMap(workflow -> workflow.step(task).stream())
                .map(Workflow.Step::group)
                .collect(Collectors.toSet());
    }

    int version(String definitionId) {
        return repository.getProcessDefinition(definitionId).getVersion();
    }
}
