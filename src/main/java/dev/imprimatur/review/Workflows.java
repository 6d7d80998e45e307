// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.ContentTypes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.flowable.engine.RepositoryService;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.ResourcePatternResolver;
import org.springframework.stereotype.Component;

/**
 * The workflow files. They are read and checked at start-up, and deployed once the engine starts. A running process keeps the version that
 * it was started with.
 */
@Component
class Workflows {
    static final String SUFFIX = ".bpmn20.xml";

    private final RepositoryService repository;
    private final Map<String, Workflow> latest = new TreeMap<>();
    private final Map<String, byte[]> xmls = new TreeMap<>();
    private final Duration lead;
    private final Clock clock;
    private final Map<String, Workflow> byDefinition = new ConcurrentHashMap<>();

    /**
     * Reads the files.
     *
     * @param lead {@code imprimatur.review.lead}
     * @param location the folder of the files, {@code imprimatur.workflows}
     */
    Workflows(
            @Lazy RepositoryService repository,
            ResourcePatternResolver files,
            ContentTypes types,
            Clock clock,
            @Value("${imprimatur.review.lead:14d}") Duration lead,
            @Value("${imprimatur.workflows:classpath:workflows/}") String location)
            throws IOException {
        this.repository = repository;
        this.clock = clock;
        this.lead = lead;
        for (Resource file : files.getResources(location + "*.xml")) {
            String name = Objects.requireNonNull(file.getFilename());
            if (!name.endsWith(SUFFIX))
                throw new IllegalStateException("workflow " + name + ": a workflow file is named ID" + SUFFIX);
            byte[] xml = file.getContentAsByteArray();
            var workflow = WorkflowFile.read(name, xml, ServiceTasks.NAMES);
            latest.put(workflow.id(), workflow);
            xmls.put(name, xml);
        }
        types.all().forEach(this::check);
    }

    /** Deploys the files to the engine, which ignores a file that it has deployed already. */
    void deploy() {
        xmls.forEach((name, xml) -> repository
                .createDeployment()
                .name(name)
                .enableDuplicateFiltering()
                .addBytes(name, xml)
                .deploy());
    }

    /** The BPMN of the workflow's latest version, with which new processes are started. */
    byte[] bytes(Workflow workflow) {
        return Objects.requireNonNull(xmls.get(workflow.id() + SUFFIX), "read at start");
    }

    /** Whether a review that is due on this day is requested already, judged by the lead alone. */
    boolean isReviewRequested(LocalDate due) {
        return !due.atStartOfDay(ZoneOffset.UTC).toInstant().minus(lead).isAfter(clock.instant());
    }

    /** Whether a review of the type that is due on this day is announced already. */
    boolean isReviewAnnounced(ContentType type, LocalDate due) {
        return of(type).announcement().isPresent()
                && ReviewTimes.announcements(type, due).stream()
                        .findFirst()
                        .filter(at -> !at.isAfter(clock.instant()))
                        .isPresent();
    }

    private void check(ContentType type) {
        var workflow = latest.get(type.workflow());
        if (workflow == null)
            throw new IllegalStateException("content type " + type.name() + ": x-workflow “" + type.workflow()
                    + "” is none of the workflows " + String.join(", ", latest.keySet()));
        if (!type.requirements().isEmpty() && !workflow.asksForMoreApprovals())
            throw new IllegalStateException("content type " + type.name()
                    + ": /x-requirements needs a workflow that asks for more approvals (${approvalsMissing > 0}), and "
                    + workflow.id() + " does not");
        if (!workflow.canCollect(type.approvals()))
            throw new IllegalStateException("content type " + type.name() + ": asks for " + type.approvals()
                    + " approvals, but the workflow " + workflow.id() + " cannot collect as many");
    }

    Workflow of(ContentType type) {
        return Objects.requireNonNull(latest.get(type.workflow()), "checked at start");
    }

    /** The workflow in the version that a running process uses. */
    Workflow ofDefinition(String definitionId) {
        return byDefinition.computeIfAbsent(definitionId, id -> {
            var definition = repository.getProcessDefinition(id);
            return WorkflowFile.read(definition.getKey() + SUFFIX, bytes(id), ServiceTasks.NAMES);
        });
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

    /** The BPMN ids of the tasks that ask for a decision. */
    Set<String> decisionTasks() {
        return latest.values().stream()
                .flatMap(workflow -> workflow.steps().stream())
                .filter(step -> !step.isDrafting())
                .map(Workflow.Step::id)
                .collect(Collectors.toSet());
    }

    /** The roles that may take a task with this BPMN id; empty if there is no such task. */
    Set<String> groups(String task) {
        return latest.values().stream()
                .flatMap(workflow -> workflow.step(task).stream())
                .map(Workflow.Step::group)
                .collect(Collectors.toSet());
    }

    String latestDefinition(String id) {
        return repository
                .createProcessDefinitionQuery()
                .processDefinitionKey(id)
                .latestVersion()
                .singleResult()
                .getId();
    }

    int version(String definitionId) {
        return repository.getProcessDefinition(definitionId).getVersion();
    }
}
