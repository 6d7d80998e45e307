// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.history.LogEntry;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** Tells where editions are in their workflows, for people who look at a workflow or at one edition. */
@Component
public class WorkflowProgress {
    private final Guides guides;
    private final Editions editions;
    private final Processes processes;
    private final Workflows workflows;
    private final ContentTypes types;
    private final Engine engine;
    private final Rest rest;

    WorkflowProgress(
            Guides guides,
            Editions editions,
            Processes processes,
            Workflows workflows,
            ContentTypes types,
            Engine engine,
            Rest rest) {
        this.rest = rest;
        this.guides = guides;
        this.editions = editions;
        this.processes = processes;
        this.workflows = workflows;
        this.types = types;
        this.engine = engine;
    }

    /**
     * The position of an edition in its workflow.
     *
     * @param version the number of the uploaded version; for a file, how often it was changed; 0 if {@code fromLog}
     * @param bpmn the process as BPMN 2.0 XML with diagram
     * @param active the ids of the activities that the edition is at now
     * @param completed the ids of the completed activities; only of the completed tasks if {@code fromLog}
     * @param fromLog whether this was derived from the edition log because the engine is unavailable or the edition rests without a process
     */
    public record Progress(
            String workflow, int version, String bpmn, List<String> active, List<String> completed, boolean fromLog) {}

    /** The position of an edition in its workflow; empty once the edition is over and its process has ended. */
    public Optional<Progress> of(EditionId edition) {
        return engine.read(() -> fromProcess(edition), () -> fromLog(edition));
    }

    private Optional<Progress> fromProcess(EditionId edition) {
        var running = processes.of(edition);
        // an edition that rests may be without a process
        if (running.isEmpty()) return fromLog(edition);
        return running.map(process -> {
            String definition = process.getProcessDefinitionId();
            var workflow = workflows.ofDefinition(definition);
            var activities = processes.activities(process);
            return new Progress(
                    workflow.id(),
                    workflows.number(definition) == Workflows.FILE
                            ? workflows.version(definition)
                            : workflows.number(definition),
                    new String(workflows.bytes(definition), StandardCharsets.UTF_8),
                    // a reminder that waits is beside what the edition is at
                    activities.getOrDefault(true, List.of()).stream()
                            .filter(activity -> !workflow.onlyTells(activity))
                            .toList(),
                    activities.getOrDefault(false, List.of()),
                    false);
        });
    }

    /** The progress according to the log alone: which tasks are open, and which were completed. */
    private Optional<Progress> fromLog(EditionId id) {
        var edition = editions.get(id);
        if (edition.state().isOver()) return Optional.empty();
        var workflow = workflows.of(types.require(guides.require(id.guide()).type()), edition);
        return Optional.of(new Progress(
                workflow.id(),
                0,
                new String(workflows.bytes(workflow), StandardCharsets.UTF_8),
                edition.state() == Edition.State.PUBLISHED && !edition.isReviewDueMarked()
                        ? List.copyOf(workflow.restsAt())
                        : workflow.openTasks(edition).stream()
                                .map(Workflow.Step::id)
                                .toList(),
                edition.log().stream()
                        .map(LogEntry::task)
                        .filter(Objects::nonNull)
                        .distinct()
                        .toList(),
                true));
    }

    /**
     * A workflow that content types follow.
     *
     * @param version the number of the uploaded version; for a file, how often it was changed
     * @param types the titles of the content types that follow the workflow
     * @param editionsAt the number of editions at each activity, by activity id
     */
    public record Deployed(String id, int version, String bpmn, List<String> types, Map<String, Integer> editionsAt) {}

    /** The latest version of each workflow in use, with the number of editions at each of its activities. */
    public List<Deployed> deployed() {
        return types.all().stream()
                .map(type -> workflows.of(type).id())
                .distinct()
                .map(id -> engine.require(() -> deployed(id)))
                .toList();
    }

    private Deployed deployed(String id) {
        var workflow = workflowOf(id);
        String definition = workflows.definition(workflow);
        return new Deployed(
                id,
                workflow.version() == Workflows.FILE ? workflows.version(definition) : workflow.version(),
                new String(workflows.bytes(definition), StandardCharsets.UTF_8),
                types.all().stream()
                        .filter(type -> type.workflow().equals(id))
                        .map(ContentType::title)
                        .toList(),
                editionsAt(workflow));
    }

    /** The number of editions at each activity: of those with a process, and of those that rest without one. */
    private Map<String, Integer> editionsAt(Workflow workflow) {
        var counts = new HashMap<>(processes.countByActivity(workflow.id()));
        counts.keySet().removeIf(workflow::onlyTells);
        var inProcess = processes.states().keySet();
        int resting = Math.toIntExact(guides.cached().stream()
                .filter(guide -> rest.mayRest(guide) && !inProcess.contains(guide.current()))
                .filter(guide -> workflows.of(types.require(guide.type())).equals(workflow))
                .count());
        if (resting > 0) workflow.restsAt().forEach(activity -> counts.merge(activity, resting, Integer::sum));
        return counts;
    }

    private Workflow workflowOf(String id) {
        return types.all().stream()
                .map(workflows::of)
                .filter(workflow -> workflow.id().equals(id))
                .findFirst()
                .orElseThrow();
    }
}
