// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.access.NeedsScope;
import dev.imprimatur.credentials.Scope;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.review.Outcome;
import dev.imprimatur.review.Walkthrough;
import dev.imprimatur.review.WorkflowDesign;
import dev.imprimatur.review.WorkflowDiff;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
import org.springframework.web.bind.annotation.RestController;

/** Lets administrators check, test and deploy workflows. */
@RestController
@RequestMapping(Api.ROOT + "/workflows")
@PreAuthorize("hasRole('ADMIN')")
@NeedsScope(Scope.ADMIN)
class WorkflowsApi {
    private final WorkflowDesign design;

    WorkflowsApi(WorkflowDesign design) {
        this.design = design;
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
            @Nullable String bpmn) {
        static VersionView of(WorkflowDesign.Version it, @Nullable String bpmn) {
            return new VersionView(
                    it.number(), sourceOf(it), it.current(), it.usable(), it.hash(), it.at(), it.by(), it.note(), bpmn);
        }
    }

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
        String bpmn = body.bpmn() != null
                ? body.bpmn()
                : design.require(body.workflow() == null ? "" : body.workflow()).bpmn();
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
        return answer(design.deploy(id, body.bpmn(), ifMatch == null ? null : Api.ifMatch(ifMatch), body.note(), me));
    }

    @GetMapping("/{id}/versions")
    Items<VersionView> versions(@PathVariable String id) {
        return new Items<>(design.versions(design.require(id).id()).stream()
                .map(it -> VersionView.of(it, null))
                .toList());
    }

    @GetMapping("/{id}/versions/{number}")
    VersionView version(@PathVariable String id, @PathVariable int number) {
        String bpmn = design.bpmn(id, number);
        return design.versions(id).stream()
                .filter(it -> it.number() == number)
                .findFirst()
                .map(it -> VersionView.of(it, bpmn))
                .orElseThrow();
    }

    @GetMapping("/{id}/versions/{from}/diff/{to}")
    WorkflowDiff diff(@PathVariable String id, @PathVariable int from, @PathVariable int to) {
        return design.diff(id, from, to);
    }
}
