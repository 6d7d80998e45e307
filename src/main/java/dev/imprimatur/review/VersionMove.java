// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.Requirement;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.people.Person;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The move of one edition from the version of a workflow that it follows to another one: the entry for its log, where it would stand, and
 * the reasons why it cannot be moved.
 *
 * @param from the version that the edition follows
 * @param to the version to which it is to move
 * @param hash of the BPMN of that version
 * @param requirements those of the content type that apply to the submitted revision
 */
record VersionMove(
        Edition edition, Workflow from, Workflow to, String hash, ContentType type, List<Requirement> requirements) {
    /**
     * A reason why an edition cannot be moved.
     *
     * @param code a name for programs
     * @param message for people
     */
    public record Reason(String code, String message) {}

    /**
     * The result of the move.
     *
     * @param after the edition after the move; the edition as it is if there are reasons against it
     * @param at the tasks that are open then
     * @param carried the decisions on the submitted revision that count then
     * @param dropped the decisions that count now and would count no longer
     */
    record Result(
            Edition after,
            List<Workflow.Step> at,
            List<LogEntry> carried,
            List<LogEntry> dropped,
            List<Reason> reasons) {}

    /** Whether the edition follows this version already, so that the move changes nothing. */
    boolean isThere() {
        return from.id().equals(to.id()) && from.version() == to.version() && to.version() != Workflows.FILE;
    }

    Result result(Person by, Instant now) {
        if (edition.damage().isPresent())
            return refused("log-damaged", "its log was changed in the database; administrators see what is wrong");
        var misfits = Workflows.misfits(to, type);
        if (!misfits.isEmpty()) return refused("does-not-fit-type", String.join("; ", misfits));
        return switch (edition.state()) {
            case DRAFT, IN_REVIEW -> waits(inProgress(by, now));
            case PUBLISHED -> waits(live(by, now));
            case APPROVED -> refused("approved", "it is approved; it can be moved once it is published");
            case SCHEDULED ->
                refused(
                        "scheduled",
                        "it is approved and waits for its publication; it can be moved once it is published, or once the"
                                + " schedule is given up");
            case SUPERSEDED, UNPUBLISHED, DISCARDED -> refused("over", "it is over");
        };
    }

    private Result refused(String code, String message) {
        return new Result(edition, List.of(), List.of(), List.of(), List.of(new Reason(code, message)));
    }

    /** Refuses a version that has no timer for what is scheduled. */
    private Result waits(Result result) {
        var schedule = edition.schedule();
        boolean publishes = schedule.publishAt() != null || schedule.release() != null;
        boolean canWait = (!publishes || to.waitsFor(ServiceTasks.PUBLISH_AT))
                && (schedule.unpublishAt() == null || to.waitsFor(ServiceTasks.UNPUBLISH_AT));
        if (canWait) return result;
        return against(
                result,
                "does-not-wait",
                "it is scheduled or in a release, and this version has no timer that waits for that");
    }

    private static Result against(Result result, String code, String message) {
        var reasons = new ArrayList<>(result.reasons());
        reasons.add(new Reason(code, message));
        return new Result(result.after(), result.at(), result.carried(), result.dropped(), reasons);
    }

    private Result inProgress(Person by, Instant now) {
        var before = edition.decisionsInForce().stream()
                .filter(entry -> entry.kind() == LogEntry.Kind.DECIDED || entry.kind() == LogEntry.Kind.APPROVED)
                .toList();
        var carried = edition.state() == Edition.State.IN_REVIEW ? to.carried(edition, from) : List.<LogEntry>of();
        var dropped = before.stream().filter(entry -> !carried.contains(entry)).toList();
        // how many approvals this version asks for depends on where the edition stands in it
        var placed = moved(carried, List.of(), 1, by, now);
        int approvals = edition.state() == Edition.State.IN_REVIEW
                ? Math.max(type.approvals(), to.approvals(placed))
                : type.approvals();
        var opened = to.openTasks(moved(carried, List.of(), approvals, by, now)).stream()
                .map(Workflow.Step::id)
                .filter(task -> !openNow().contains(task))
                .toList();
        var after = moved(carried, opened, approvals, by, now);
        var result = new Result(after, to.openTasks(after), carried, dropped, List.of());
        if (edition.state() == Edition.State.DRAFT) return result;
        if (after.approvalsMissing() == 0)
            return against(
                    result,
                    "would-be-approved",
                    "the approvals that it has are all that this version asks for, so the move would publish it without a decision;"
                            + " let it be submitted again, and move it then");
        String hazard = to.hazard(after);
        if (result.at().isEmpty() || hazard != null)
            return against(
                    result, "leads-nowhere", hazard == null ? "no task of this version would be open for it" : hazard);
        if (!to.canCollectWhatIsMissing(after))
            return against(
                    result,
                    "too-few-approvals",
                    "from where it would stand, this version cannot collect the approvals that are missing");
        return result;
    }

    private Set<String> openNow() {
        return from.openTasks(edition).stream().map(Workflow.Step::id).collect(Collectors.toSet());
    }

    private Result live(Person by, Instant now) {
        var after = moved(null, List.of(), 1, by, now);
        var result = new Result(after, to.openTasks(after), List.of(), List.of(), List.of());
        if (edition.unstampedConfirmation().isPresent())
            return against(result, "being-stamped", "somebody has just confirmed it; try again in a moment");
        if (to.wayToPublication(after).isEmpty() || to.restsAt().isEmpty())
            return against(
                    result,
                    "leads-nowhere",
                    "this version has no clear way to the publication, behind which a published edition could wait for its review");
        int publishedAt = edition.publishedEntry().orElseThrow().seq();
        boolean isKnown = edition.decisionsInForce().stream()
                .filter(entry -> entry.seq() > publishedAt && entry.task() != null)
                .allMatch(to::knows);
        if (!isKnown)
            return against(
                    result,
                    "decision-unknown",
                    "a decision on the published content is in force that this version does not know, such as the call for a next"
                            + " edition");
        if (result.at().isEmpty() != from.openTasks(edition).isEmpty())
            return against(result, "leads-nowhere", "this version has no task for the review that is requested");
        return result;
    }

    /** @param carried null for a published edition */
    private Edition moved(
            @Nullable List<LogEntry> carried, List<String> opened, int approvals, Person by, Instant now) {
        var entry = edition.next()
                .move(
                        new LogEntry.Moved(
                                to.id(),
                                to.version(),
                                hash,
                                carried == null
                                        ? null
                                        : carried.stream().map(LogEntry::seq).toList(),
                                edition.state() == Edition.State.IN_REVIEW ? opened : List.of()),
                        approvals,
                        requirements,
                        by,
                        now);
        return Edition.of(
                edition.id(),
                Stream.concat(edition.log().stream(), Stream.of(entry)).toList(),
                edition.chain());
    }
}
