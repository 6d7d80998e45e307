// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.absences.Absence;
import dev.imprimatur.absences.Absences;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.people.Person;
import dev.imprimatur.publication.LedgerReader;
import dev.imprimatur.store.Failures;
import dev.imprimatur.store.WatchThread;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.flowable.engine.TaskService;
import org.flowable.task.api.Task;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Assigns open tasks: to a reviewer whom the guide names, or else by the rule of their role. Passes on the tasks of people whose absence
 * begins. Tasks that open on this node are assigned at once. Every minute and at start, every node also looks for tasks that were missed,
 * because the node on which they opened died, or because nobody could take them.
 */
@Component
class AutomaticAssignment implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(AutomaticAssignment.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    /** How many processes with new tasks are remembered; beyond it, all tasks are looked at. */
    private static final int MOST = 10_000;

    private static final int BATCH = 500;
    /** How long an absence that is over is kept: notifications of that time may still be worked out. */
    private static final Duration FORGOTTEN = Duration.ofDays(7);

    private final TaskService tasks;
    private final Processes processes;
    private final Workflows workflows;
    private final Guides guides;
    private final Editions editions;
    private final Inbox inbox;
    private final Engine engine;
    private final Holders holders;
    private final ClaimStore claims;
    private final Takers takers;
    private final Assignments assignments;
    private final Absences absences;
    private final LedgerReader ledger;
    private final Duration every;
    private final Set<String> opened = ConcurrentHashMap.newKeySet();
    private volatile boolean missed = true;
    private long lastPass = System.nanoTime();
    private final WatchThread thread = new WatchThread("assignment", this::round);

    /** @param every how often to look for tasks that were missed, {@code imprimatur.review.assign-every} */
    AutomaticAssignment(
            @Lazy TaskService tasks,
            Processes processes,
            Workflows workflows,
            Guides guides,
            Editions editions,
            Inbox inbox,
            Engine engine,
            Holders holders,
            ClaimStore claims,
            Takers takers,
            Assignments assignments,
            Absences absences,
            AssignmentRules rules,
            TaskOpenings openings,
            LedgerReader ledger,
            @Value("${imprimatur.review.assign-every:60s}") Duration every) {
        this.tasks = tasks;
        this.processes = processes;
        this.workflows = workflows;
        this.guides = guides;
        this.editions = editions;
        this.inbox = inbox;
        this.engine = engine;
        this.holders = holders;
        this.claims = claims;
        this.takers = takers;
        this.assignments = assignments;
        this.absences = absences;
        this.ledger = ledger;
        this.every = every;
        openings.onOpen(this::enqueue);
        rules.onChange(this::lookAtAll);
        absences.onChange(this::lookAtAll);
    }

    private void enqueue(String process) {
        if (opened.size() < MOST) opened.add(process);
        else missed = true;
        thread.wake();
    }

    void lookAtAll() {
        missed = true;
        thread.wake();
    }

    private void round() throws InterruptedException {
        try {
            // MongoDB may have been restored from an old backup
            if (ledger.isBehind() || !opened.isEmpty() && !engine.runIfAvailable(this::assignOpened)) missed = true;
            else if (isTimeToPass()) {
                boolean all = missed;
                missed = false;
                lastPass = System.nanoTime();
                if (!engine.runIfAvailable(() -> pass(all))) missed = true;
            }
        } catch (RuntimeException failed) {
            missed = true;
            if (thread.isRunning()) log.warn("tasks are assigned later: {}", failed.toString());
            thread.pause(PAUSE);
            return;
        }
        thread.pauseUntilWoken(PAUSE);
    }

    private boolean isTimeToPass() {
        return missed || System.nanoTime() - lastPass >= every.toNanos();
    }

    private void assignOpened() {
        var some = List.copyOf(opened);
        // a task that opens from now on is enqueued again
        some.forEach(opened::remove);
        var team = takers.new Team();
        var withTasks = processes.businessKeys(some).values().stream()
                .map(EditionId::guide)
                .collect(Collectors.toSet());
        var claimed = claims.amongGuides(withTasks);
        for (String guide : withTasks)
            if (team.hasRules()
                    || claimed.contains(guide)
                    || guides.stored(guide)
                            .filter(card -> card.reviewers() != null)
                            .isPresent()) settle(guide, team);
    }

    /**
     * Looks at the open tasks of all guides.
     *
     * @param repair whether the engine may have missed claims
     */
    void pass(boolean repair) {
        // fails here if the engine does not answer, and not after half of the work
        processes.countTasksOf("");
        absences.forgetEnded(FORGOTTEN);
        var team = takers.new Team();
        absences.toPassOn().forEach(absence -> passOn(absence, team));
        if (repair) claims.guidesWithClaims().forEach(guide -> settle(guide, team));
        unassigned(team).forEach(guide -> settle(guide, team));
    }

    /** The guides with open decisions that nobody has and that a rule or a named reviewer is for. */
    private Collection<String> unassigned(Takers.Team team) {
        var cards = guides.cached().stream().collect(Collectors.toMap(Guide::id, Function.identity()));
        boolean named = cards.values().stream().anyMatch(card -> card.reviewers() != null);
        if (!named && !team.hasRules()) return List.of();
        var open = tasks.createTaskQuery()
                .taskUnassigned()
                .taskDefinitionKeys(workflows.decisionTasks())
                .orderByTaskCreateTime()
                .asc()
                .list();
        var found = new LinkedHashSet<String>();
        for (int from = 0; from < open.size(); from += BATCH) {
            var batch = open.subList(from, Math.min(from + BATCH, open.size()));
            var keys = processes.businessKeys(
                    batch.stream().map(Task::getProcessInstanceId).toList());
            var returned = claims
                    .ofSteps(batch.stream()
                            .flatMap(task -> Optional.ofNullable(keys.get(task.getProcessInstanceId()))
                                    .map(edition -> edition + "." + task.getTaskDefinitionKey())
                                    .stream())
                            .toList())
                    .stream()
                    .filter(Claim::returned)
                    .map(Claim::edition)
                    .collect(Collectors.toSet());
            for (var task : batch) {
                var edition = keys.get(task.getProcessInstanceId());
                var card = edition == null ? null : cards.get(edition.guide());
                if (card != null
                        && (card.reviewers() != null || team.hasRule(role(task)))
                        && !returned.contains(edition + "." + task.getTaskDefinitionKey())) found.add(card.id());
            }
        }
        return found;
    }

    private String role(Task task) {
        return workflows
                .ofDefinition(task.getProcessDefinitionId())
                .step(task.getTaskDefinitionKey())
                .map(Workflow.Step::group)
                .orElse("");
    }

    /** Brings all open tasks of the guide in line with their claims, and assigns those that nobody has. */
    private void settle(String guide, Takers.Team team) {
        try {
            var card = guides.stored(guide);
            if (card.isEmpty()) return;
            for (var edition : openEditions(card.get())) {
                var open = processes.tasksOf(edition);
                for (var task : open) settle(task, open, edition, team);
            }
            forgetOver(guide);
        } catch (RuntimeException failed) {
            if (Failures.isOutage(failed) || Failures.isSqlOutage(failed)) throw failed;
            if (Engine.mayBeRace(failed)) missed = true;
            log.debug("the tasks of guide {} are left to the next pass: {}", guide, failed.toString());
        }
    }

    private static List<EditionId> openEditions(Guide guide) {
        var live = guide.live();
        return Stream.concat(
                        Stream.of(guide.current()),
                        Stream.ofNullable(live).map(it -> new EditionId(guide.id(), it.edition())))
                .distinct()
                .toList();
    }

    private void settle(Task task, List<Task> ofEdition, EditionId edition, Takers.Team team) {
        var open = inbox.open(task, edition).orElse(null);
        if (open == null) return;
        var id = TaskId.parse(open.id());
        var claim = holders.of(id).orElse(null);
        String holder = claim == null ? task.getAssignee() : claim.person();
        if (holder != null && !assignments.mayHave(holder, task)) {
            if (!holders.change(claim, id, task, Holders.Change.released())) return;
            claim = holders.of(id).orElse(null);
        } else if (holder != null && claim == null) {
            // the engine of an earlier release knows who has the task
            holders.change(null, id, task, Holders.Change.claimed(holder));
            return;
        } else if (holder != null || claim != null && claim.returned()) {
            holders.follow(id, task);
            return;
        }
        boolean isAssignable =
                !open.outcomes().isEmpty() && (open.guide().reviewers() != null || team.hasRule(open.group()));
        var choice = isAssignable ? team.choose(open, others(ofEdition, task)) : Optional.<Takers.Choice>empty();
        if (choice.isPresent()) give(choice.get(), claim, id, task, team);
        else if (claim != null) holders.follow(id, task);
    }

    private void give(Takers.Choice choice, @Nullable Claim claim, TaskId id, Task task, Takers.Team team) {
        var change = new Holders.Change(choice.person(), null, choice.insteadOf(), false, true);
        if (!holders.change(claim, id, task, change)) return;
        team.given(choice.person());
        // the account or an absence may have changed since the pass began; the task is then assigned to somebody else
        if (!assignments.mayHave(choice.person(), task) || absences.away().isAway(choice.person()))
            assignments.release(task, choice.person());
    }

    /** Who have the other open tasks of the edition, of which one person could not complete two. */
    private static List<String> others(List<Task> ofEdition, Task task) {
        return ofEdition.stream()
                .filter(it -> !it.getId().equals(task.getId()))
                .map(Task::getAssignee)
                .filter(Objects::nonNull)
                .toList();
    }

    /** Forgets the claims of tasks that are not open any more. */
    private void forgetOver(String guide) {
        for (var claim : claims.ofGuide(guide)) {
            var id = TaskId.parse(claim.id());
            var edition = editions.get(id.edition());
            if (edition.state().isOver() || edition.round(id.task()) > id.round()) claims.remove(claim);
        }
    }

    /** Gives the tasks of an absent person to whoever acts for them, or back to their groups. */
    private void passOn(Absence absence, Takers.Team team) {
        var theirs = tasks.createTaskQuery().taskAssignee(absence.person()).list();
        var keys = processes.businessKeys(
                theirs.stream().map(Task::getProcessInstanceId).toList());
        for (var task : theirs) {
            var edition = keys.get(task.getProcessInstanceId());
            if (edition != null) passOn(task, edition, absence, team);
        }
        absences.passedOn(absence);
        log.info("{} is absent: {} tasks were passed on", absence.person(), theirs.size());
    }

    private void passOn(Task task, EditionId edition, Absence absence, Takers.Team team) {
        var open = inbox.open(task, edition).orElse(null);
        if (open == null) return;
        var id = TaskId.parse(open.id());
        var claim = holders.of(id).orElse(null);
        if (claim != null && !absence.person().equals(claim.person())) return;
        String first =
                claim == null || claim.insteadOf() == null || !team.away().isAway(claim.insteadOf())
                        ? absence.person()
                        : claim.insteadOf();
        var ofEdition = processes.tasksOf(edition);
        var delegate = team.away()
                .delegateOf(absence.person())
                .filter(it -> team.isFitting(open, it, others(ofEdition, task)));
        if (delegate.isPresent()) {
            give(new Takers.Choice(delegate.get(), first), claim, id, task, team);
            return;
        }
        if (holders.change(claim, id, task, Holders.Change.released())) settle(task, ofEdition, edition, team);
    }

    /**
     * The result of a call that hands tasks over.
     *
     * @param given the number of tasks that the other person has now
     * @param returned the number of tasks that went back to their groups
     * @param left whether tasks are left for a next call
     */
    record Passed(int given, int returned, boolean left) {}

    /** Gives the open tasks of one person to another one who may take them, and the others back to their groups. */
    Passed handOver(String from, String to, Person by) {
        var team = takers.new Team();
        var theirs = tasks.createTaskQuery().taskAssignee(from).listPage(0, HandOvers.AT_ONCE);
        var keys = processes.businessKeys(
                theirs.stream().map(Task::getProcessInstanceId).toList());
        int given = 0;
        int returned = 0;
        for (var task : theirs) {
            var edition = keys.get(task.getProcessInstanceId());
            var open = edition == null ? null : inbox.open(task, edition).orElse(null);
            if (open == null) continue;
            var id = TaskId.parse(open.id());
            var claim = holders.of(id).orElse(null);
            boolean fits = team.isFitting(
                    open, to, others(processes.tasksOf(open.edition().id()), task));
            var change = fits ? new Holders.Change(to, by.account(), null, false, true) : Holders.Change.released();
            if (claim != null && !from.equals(claim.person())) holders.follow(id, task);
            else if (holders.change(claim, id, task, change)) {
                if (fits) given++;
                else {
                    returned++;
                    enqueue(task.getProcessInstanceId());
                }
            }
        }
        return new Passed(given, returned, theirs.size() == HandOvers.AT_ONCE);
    }

    @Override
    public void start() {
        thread.start();
    }

    @Override
    public void stop() {
        thread.stop();
    }

    @Override
    public boolean isRunning() {
        return thread.isRunning();
    }
}
