// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.access.NeedsScope;
import dev.imprimatur.credentials.Scope;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.paging.Window;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.review.EditionMoves;
import dev.imprimatur.review.Outcome;
import dev.imprimatur.review.Walkthrough;
import dev.imprimatur.review.WorkflowDesign;
import dev.imprimatur.review.WorkflowDiff;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Lets administrators check, test and deploy workflows. */
@RestController
@RequestMapping(Api.ROOT + "/workflows")
@PreAuthorize("hasRole('ADMIN')")
@NeedsScope(Scope.ADMIN)
class WorkflowsApi {
    private static final int LARGEST_PAGE = 100;

    private final WorkflowDesign design;
    private final EditionMoves moves;

    WorkflowsApi(WorkflowDesign design, EditionMoves moves) {
        this.design = design;
        this.moves = moves;
    }

    record File(String bpmn) {}

    record Upload(String bpmn, @Nullable String note) {}

    /** @param bpmn the BPMN to test; null for the current version of the workflow with the id */
    record Test(
            @Nullable String bpmn,
            @Nullable String workflow,
            @Nullable List<String> changed,
            @Nullable Integer approvals,
            List<Step> steps) {}

    /** @param advance an ISO 8601 duration in days, hours and minutes, such as {@code P3D} */
    record Step(
            @Nullable Boolean submit,
            @Nullable String decide,
            @Nullable String task,
            @Nullable String by,
            @Nullable String advance) {}

    record WorkflowView(
            String id,
            int version,
            String source,
            String hash,
            @Nullable Instant at,
            @Nullable String by,
            @Nullable String note,
            List<String> types,
            @Nullable String bpmn) {
        static WorkflowView of(WorkflowDesign.Design it, boolean withBpmn) {
            var current = it.current();
            return new WorkflowView(
                    it.id(),
                    current.number(),
                    sourceOf(current),
                    current.hash(),
                    current.at(),
                    current.by(),
                    current.note(),
                    it.types(),
                    withBpmn ? it.bpmn() : null);
        }
    }

    record VersionView(
            int version,
            String source,
            boolean current,
            boolean usable,
            String hash,
            @Nullable Instant at,
            @Nullable String by,
            @Nullable String note,
            @Nullable Integer editions,
            @Nullable String bpmn) {
        /** @param editions the number of editions whose process follows the version; null if it is not known */
        static VersionView of(WorkflowDesign.Version it, @Nullable Integer editions, @Nullable String bpmn) {
            return new VersionView(
                    it.number(),
                    sourceOf(it),
                    it.current(),
                    it.usable(),
                    it.hash(),
                    it.at(),
                    it.by(),
                    it.note(),
                    editions,
                    bpmn);
        }
    }

    /**
     * An edition and where it stands.
     *
     * @param entries the length of its log
     */
    record StandingView(
            String edition,
            String guide,
            String type,
            String slug,
            String title,
            String state,
            int entries,
            int version,
            List<EditionMoves.At> at,
            EditionMoves.@Nullable Preview preview) {
        static StandingView of(EditionMoves.Standing it) {
            return new StandingView(
                    it.edition().toString(),
                    it.guide().id(),
                    it.guide().type(),
                    it.guide().slug(),
                    it.guide().title(),
                    it.state().apiName(),
                    it.entries(),
                    it.version(),
                    it.at(),
                    it.preview());
        }
    }

    /**
     * @param editions the editions to move; null for all in progress that follow another version
     * @param dryRun whether to move nothing
     */
    record Move(
            int to,
            @Nullable List<WantedEdition> editions,
            @Nullable Boolean dryRun) {}

    /** @param entries the length of the log that was seen; null for any */
    record WantedEdition(String edition, @Nullable Integer entries) {}

    record MovedView(
            int to,
            boolean dryRun,
            List<String> moved,
            List<String> there,
            List<String> changed,
            List<StandingView> editions) {}

    private static String sourceOf(WorkflowDesign.Version version) {
        return version.number() == 0 ? "file" : "upload";
    }

    record Items<T>(List<T> items) {}

    record TaskView(
            String id,
            String name,
            String group,
            List<OutcomeView> outcomes,
            @Nullable Instant due) {}

    record OutcomeView(String id, String name, String effect) {
        static OutcomeView of(Outcome it) {
            return new OutcomeView(
                    it.id(),
                    it.name(),
                    it.effect().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        }
    }

    record PositionView(
            Instant at,
            String state,
            boolean live,
            int approvals,
            int approvalsMissing,
            List<String> active,
            List<TaskView> tasks,
            List<Walkthrough.Timer> timers,
            List<String> fired,
            @Nullable String refused) {
        static PositionView of(Walkthrough.Position it) {
            return new PositionView(
                    it.at(),
                    it.state(),
                    it.live(),
                    it.approvals(),
                    it.approvalsMissing(),
                    it.active(),
                    it.tasks().stream()
                            .map(task -> new TaskView(
                                    task.id(),
                                    task.name(),
                                    task.group(),
                                    task.outcomes().stream()
                                            .map(OutcomeView::of)
                                            .toList(),
                                    task.due()))
                            .toList(),
                    it.timers(),
                    it.fired(),
                    it.refused());
        }
    }

    @GetMapping
    Items<WorkflowView> list() {
        return new Items<>(
                design.all().stream().map(it -> WorkflowView.of(it, false)).toList());
    }

    /** Checks a workflow. Changes nothing. */
    @PostMapping("/check")
    WorkflowDesign.Check check(@RequestBody File body) {
        return design.check(body.bpmn());
    }

    /** Walks through a workflow on the test bench. Changes nothing. */
    @PostMapping("/test")
    Items<PositionView> test(@RequestBody Test body) {
        if ((body.bpmn() == null) == (body.workflow() == null))
            throw Refusal.malformed("/workflow", "give either bpmn or workflow").raise();
        String bpmn = body.bpmn() != null
                ? body.bpmn()
                : design.require(Objects.requireNonNull(body.workflow())).bpmn();
        return new Items<>(design.test(bpmn, walkthrough(body)).stream()
                .map(PositionView::of)
                .toList());
    }

    private static Walkthrough walkthrough(Test body) {
        int approvals = body.approvals() == null ? 1 : body.approvals();
        if (approvals < 1 || approvals > 10)
            throw Refusal.malformed("/approvals", "is from 1 to 10").raise();
        if (body.steps().size() > Walkthrough.MOST_STEPS)
            throw Refusal.malformed("/steps", "has at most " + Walkthrough.MOST_STEPS + " steps")
                    .raise();
        var steps = new ArrayList<Walkthrough.Step>();
        for (int i = 0; i < body.steps().size(); i++)
            steps.add(step(body.steps().get(i), "/steps/" + i));
        return new Walkthrough(Set.copyOf(body.changed() == null ? List.of() : body.changed()), approvals, steps);
    }

    private static Walkthrough.Step step(Step step, String pointer) {
        int given = (Boolean.TRUE.equals(step.submit()) ? 1 : 0)
                + (step.decide() == null ? 0 : 1)
                + (step.advance() == null ? 0 : 1);
        if (given != 1)
            throw Refusal.malformed(
                            pointer, "a step is one of {\"submit\": true}, {\"decide\": …} and {\"advance\": …}")
                    .raise();
        return new Walkthrough.Step(
                step.submit(),
                step.decide(),
                step.task(),
                step.by(),
                step.advance() == null ? null : duration(step.advance(), pointer + "/advance"));
    }

    private static Duration duration(String text, String pointer) {
        try {
            var duration = Duration.parse(text);
            if (!duration.isNegative() && duration.compareTo(Walkthrough.FARTHEST) <= 0) return duration;
        } catch (DateTimeException | ArithmeticException wrong) {
            // refused below
        }
        throw Refusal.malformed(
                        pointer,
                        "is an ISO 8601 duration in days, hours and minutes, such as P3D, of at most "
                                + Walkthrough.FARTHEST.toDays() + " days")
                .raise();
    }

    @GetMapping("/{id}")
    ResponseEntity<WorkflowView> get(@PathVariable String id) {
        return answer(design.require(id));
    }

    private static ResponseEntity<WorkflowView> answer(WorkflowDesign.Design workflow) {
        return ResponseEntity.ok().eTag(Api.etag(workflow.version())).body(WorkflowView.of(workflow, true));
    }

    /** @param ifMatch the ETag of the workflow that the change was made from; absent for a new workflow */
    @PutMapping("/{id}")
    ResponseEntity<WorkflowView> deploy(
            @PathVariable String id,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch,
            @RequestBody Upload body,
            Person me) {
        return answer(design.deploy(id, body.bpmn(), Api.ifMatchIfSent(ifMatch), body.note(), me));
    }

    @GetMapping("/{id}/versions")
    Items<VersionView> versions(@PathVariable String id) {
        var versions = design.versions(design.require(id).id());
        var counts = moves.countByVersion(id);
        return new Items<>(versions.stream()
                .map(it -> VersionView.of(it, counts.get(it.number()), null))
                .toList());
    }

    /**
     * The editions that follow the workflow.
     *
     * @param version only those that follow this version
     * @param to the version for which a preview is wanted
     */
    @GetMapping("/{id}/editions")
    PageView<StandingView> editions(
            @PathVariable String id,
            @RequestParam(defaultValue = "in-progress") String state,
            @RequestParam(required = false) @Nullable Integer version,
            @RequestParam(required = false) @Nullable Integer to,
            @RequestParam(required = false) @Nullable String cursor,
            @RequestParam(defaultValue = "50") int limit) {
        if (!state.equals("in-progress") && !state.equals("published"))
            throw Refusal.malformed("state is in-progress or published", List.of())
                    .raise();
        var query = new EditionMoves.Query(id, state.equals("published"), version, to);
        return PageView.of(
                moves.list(query, cursor, Window.checked(limit, LARGEST_PAGE)).map(StandingView::of));
    }

    /** Moves editions to another version of the workflow, or none of them if one cannot be moved. */
    @PostMapping("/{id}/migrate")
    MovedView migrate(@PathVariable String id, @RequestBody Move body, Person me) {
        boolean isDryRun = Boolean.TRUE.equals(body.dryRun());
        var outcome = moves.move(id, body.to(), wanted(body.editions()), isDryRun, me);
        return new MovedView(
                body.to(),
                isDryRun,
                ids(outcome.moved()),
                ids(outcome.there()),
                ids(outcome.changed()),
                outcome.editions().stream().map(StandingView::of).toList());
    }

    private static List<String> ids(List<EditionId> editions) {
        return editions.stream().map(EditionId::toString).toList();
    }

    private static @Nullable List<EditionMoves.Wanted> wanted(@Nullable List<WantedEdition> given) {
        if (given == null) return null;
        var wanted = new LinkedHashMap<EditionId, EditionMoves.Wanted>();
        for (int i = 0; i < given.size(); i++) {
            String pointer = "/editions/" + i;
            var id = edition(given.get(i).edition(), pointer + "/edition");
            var entries = given.get(i).entries();
            if (entries != null && entries < 1)
                throw Refusal.malformed(pointer + "/entries", "is the length of a log, at least 1")
                        .raise();
            wanted.put(id, new EditionMoves.Wanted(id, entries, pointer + "/edition"));
        }
        return List.copyOf(wanted.values());
    }

    private static EditionId edition(String text, String pointer) {
        try {
            var id = EditionId.parse(text);
            if (id.toString().equals(text)) return id;
        } catch (IllegalArgumentException wrong) {
            // said below
        }
        throw Refusal.malformed(pointer, "is the id of an edition, such as GUIDE.1")
                .raise();
    }

    @GetMapping("/{id}/versions/{number}")
    VersionView version(@PathVariable String id, @PathVariable int number) {
        String bpmn = design.bpmn(id, number);
        return design.versions(id).stream()
                .filter(it -> it.number() == number)
                .findFirst()
                .map(it -> VersionView.of(it, moves.countByVersion(id).get(number), bpmn))
                .orElseThrow();
    }

    @GetMapping("/{id}/versions/{from}/diff/{to}")
    WorkflowDiff diff(@PathVariable String id, @PathVariable int from, @PathVariable int to) {
        return design.diff(id, from, to);
    }
}
