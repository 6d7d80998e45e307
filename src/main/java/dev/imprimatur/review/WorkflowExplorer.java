// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.history.Decision;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.history.Revision;
import dev.imprimatur.history.Transitions;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.review.Workflow.Step;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Tries every order of every outcome of a workflow on edition logs in memory, with the fields that it asks for changed and unchanged, and
 * with one to three approvals. Finds the decisions after which an edition can neither go on nor be published.
 */
final class WorkflowExplorer {
    private static final int MOST_APPROVALS = 3;
    /** How many positions are tried for each combination; more means that the workflow is too large to be understood. */
    private static final int MOST = 2_000;

    private static final Revision.Ref REVISION = new Revision.Ref(1, "sha256:0");
    private static final EditionId EDITION = new EditionId("tried", 1);

    private final Workflow workflow;
    private final Set<String> faults = new LinkedHashSet<>();
    /** The shortest ways to each outcome of each task, as walks for the test bench. */
    private final Set<Walkthrough> walks = new LinkedHashSet<>();

    WorkflowExplorer(Workflow workflow) {
        this.workflow = workflow;
    }

    /** What is wrong, in words. */
    List<String> faults() {
        for (boolean changed : workflow.changedFields().isEmpty() ? List.of(false) : List.of(false, true))
            for (int approvals = 1; approvals <= (workflow.asksForMoreApprovals() ? MOST_APPROVALS : 1); approvals++)
                try {
                    explore(workflow.asking((edition, field) -> changed), approvals, changed);
                } catch (IllegalStateException endless) {
                    return List.of(String.valueOf(endless.getMessage()));
                }
        return List.copyOf(faults);
    }

    /** The longest of the shortest ways to each outcome, by which an edition is published; empty before {@link #faults()}. */
    List<Walkthrough> walks() {
        return walks.stream()
                .filter(walk -> !walk.steps().getLast().equals(SUBMIT))
                .max(Comparator.comparingInt(walk -> walk.steps().size()))
                .stream()
                .toList();
    }

    /** An edition, the decisions that led to it in words, and as steps. */
    private record Tried(Edition edition, String how, List<Walkthrough.Step> steps) {}

    private static List<Walkthrough.Step> and(List<Walkthrough.Step> steps, Walkthrough.Step... more) {
        return Stream.concat(steps.stream(), Stream.of(more)).toList();
    }

    private static final Walkthrough.Step SUBMIT = new Walkthrough.Step(true, null, null, null, null);

    private void explore(Workflow tried, int approvals, boolean changed) {
        var fields = changed ? tried.changedFields() : Set.<String>of();
        var chosen = new HashSet<String>();
        walks.add(new Walkthrough(fields, approvals, List.of(SUBMIT)));
        var first = start(tried, approvals);
        var unvisited = new ArrayDeque<>(List.of(new Tried(first, "", List.of(SUBMIT))));
        var seen = new HashSet<String>();
        while (!unvisited.isEmpty()) {
            var at = unvisited.pop();
            if (!seen.add(key(tried, at.edition()))) continue;
            if (seen.size() > MOST) {
                faults.add("has more than " + MOST + " positions an edition can be at; make it simpler");
                return;
            }
            String hazard = tried.hazard(at.edition());
            if (hazard != null) {
                faults.add("after " + (at.how().isEmpty() ? "the submission" : at.how()) + ": " + hazard);
                continue;
            }
            var open = tried.openTasks(at.edition());
            if (open.isEmpty() && !(at.edition().state().isApproved() && tried.isAtPublication(at.edition())))
                faults.add(stuck(at));
            for (var step : open)
                for (var outcome : step.outcomes()) {
                    if (outcome.effect().vouches() != outcome.approves()) continue;
                    if (outcome.effect() == Decision.Effect.REVISE) continue;
                    var steps = and(at.steps(), new Walkthrough.Step(null, outcome.id(), step.id(), null, null));
                    boolean isNew = chosen.add(step.id() + " " + outcome.id() + " "
                            + at.edition().approvals().size());
                    boolean goesBack = outcome.effect() == Decision.Effect.REQUEST_CHANGES;
                    if (isNew) walks.add(new Walkthrough(fields, approvals, goesBack ? and(steps, SUBMIT) : steps));
                    if (outcome.effect() == Decision.Effect.REQUEST_CHANGES) {
                        if (!tried.leadsBack(at.edition(), step.id(), outcome.id()))
                            faults.add("<userTask id=\"" + step.id() + "\">: the flows behind the outcome “"
                                    + outcome.name()
                                    + "” must lead back to “" + tried.drafting().name()
                                    + "” and end all other tasks, because the edition is a draft then");
                        continue;
                    }
                    String how = (at.how().isEmpty() ? "" : at.how() + ", then ") + "“" + outcome.name() + "” on “"
                            + step.name() + "”";
                    try {
                        unvisited.add(new Tried(decided(tried, at.edition(), step, outcome, approvals), how, steps));
                    } catch (Refused refused) {
                        faults.add("<userTask id=\"" + step.id() + "\">: after "
                                + (at.how().isEmpty() ? "the submission" : at.how()) + " the outcome “" + outcome.name()
                                + "” is impossible, because the edition is "
                                + at.edition().state().apiName()
                                + "; let the task come before the last approval is there");
                    }
                }
        }
    }

    private static String stuck(Tried at) {
        return "after " + (at.how().isEmpty() ? "the submission" : at.how())
                + " no task is open, and the edition is not published either"
                + "; look at the flows behind it: a parallel gateway waits for all its incoming flows";
    }

    private static String key(Workflow tried, Edition edition) {
        return edition.state() + " " + edition.approvals().size() + " " + edition.approvalsMissing() + " "
                + tried.openTasks(edition).stream().map(Step::id).sorted().collect(Collectors.joining(" "));
    }

    private static Edition start(Workflow tried, int approvals) {
        var log = new ArrayList<LogEntry>();
        log.add(Transitions.opened(EDITION, Person.SYSTEM, Instant.EPOCH));
        int required = Math.max(
                approvals,
                tried.approvals(field -> tried.changes(edition(log)).values().contains(true)));
        log.add(edition(log)
                .next()
                .submit(
                        REVISION,
                        required,
                        List.of(),
                        tried.drafting().id(),
                        null,
                        Person.SYSTEM,
                        Instant.EPOCH.plusSeconds(1)));
        return edition(log);
    }

    private static Edition decided(Workflow tried, Edition edition, Step step, Outcome outcome, int approvals) {
        int number = edition.log().size();
        var somebodyElse = new Person("person-" + number, "Person " + number, null, Set.of("REVIEWER"));
        var decision = new Decision(
                step.id(),
                edition.round(step.id()),
                outcome.id(),
                outcome.effect(),
                REVISION,
                "tried",
                outcome.meaning(),
                null,
                somebodyElse);
        var entry = edition.next()
                .decide(
                        decision,
                        Set.of(),
                        Math.max(approvals, tried.approvals(edition, step.id(), outcome.id())),
                        List.of(),
                        Instant.EPOCH.plusSeconds(number));
        return edition(Stream.concat(edition.log().stream(), entry.stream()).toList());
    }

    private static Edition edition(List<LogEntry> log) {
        return Edition.of(EDITION, log, new Edition.Chain(List.of(), null));
    }
}
