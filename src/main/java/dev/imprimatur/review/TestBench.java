// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.content.ReviewIntervals;
import dev.imprimatur.history.Decision;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.history.ReviewScope;
import dev.imprimatur.history.Revision;
import dev.imprimatur.history.Stamp;
import dev.imprimatur.history.Transitions;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.flowable.common.engine.api.FlowableException;
import org.flowable.common.engine.impl.util.DefaultClockImpl;
import org.flowable.engine.ProcessEngine;
import org.flowable.engine.ProcessEngineConfiguration;
import org.flowable.engine.delegate.DelegateExecution;
import org.flowable.engine.delegate.JavaDelegate;
import org.flowable.engine.impl.cfg.StandaloneInMemProcessEngineConfiguration;
import org.flowable.engine.runtime.ActivityInstance;
import org.flowable.job.api.Job;
import org.flowable.task.api.Task;
import org.h2.jdbcx.JdbcDataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Walks an edition that does not exist through a workflow, with a clock in hand. The workflow runs in a second engine of the same kind,
 * whose store is in memory, and the rules for decisions are those of real editions. No guide, message or store of the server is touched.
 */
@Component
class TestBench implements DisposableBean {
    /** How many timers may fire in one walk. */
    private static final int MOST_FIRED = 500;

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final ReviewIntervals INTERVALS = new ReviewIntervals(Period.ofMonths(6), Map.of());
    private static final Instant BEGIN = Instant.parse("2026-01-05T09:00:00Z");
    private static final Duration LONGER_THAN_A_REVIEW = Duration.ofDays(200);
    private static final Revision.Ref REVISION = new Revision.Ref(1, "sha256:0");

    private final Duration lead;
    private final ReentrantLock lock = new ReentrantLock(true);
    private final Hand clock = new Hand();
    private @Nullable ProcessEngine engine;
    private @Nullable DataSource store;
    private @Nullable Run run;

    /** @param lead {@code imprimatur.review.lead} */
    TestBench(@Value("${imprimatur.review.lead:14d}") Duration lead) {
        this.lead = lead;
    }

    /** A clock that moves only when the walk says so. */
    private static final class Hand extends Clock {
        private Instant now = BEGIN;

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }

    /** Walks a workflow that has no findings. */
    List<Walkthrough.Position> walk(byte[] bpmn, Workflow workflow, Walkthrough wanted) {
        return alone(() -> {
            var walked = new ArrayList<Walkthrough.Position>();
            clock.now = BEGIN;
            var begun = new Run(deployed(bpmn, workflow), workflow, wanted);
            run = begun;
            try {
                begun.begin();
                walked.add(begun.position(begun.fault));
                for (var step : wanted.steps()) walked.add(begun.take(step));
                return walked;
            } finally {
                run = null;
                engine().getRepositoryService().deleteDeployment(begun.deployment, true);
            }
        });
    }

    /**
     * What the engine itself says against the workflow: it reads the file, and takes these walks, behind each of which all timers fire and
     * each task of the published edition is decided.
     *
     * @return null if the engine runs it
     */
    @Nullable
    String refusal(byte[] bpmn, Workflow workflow, List<Walkthrough> walks) {
        return alone(() -> {
            String deployment;
            try {
                deployment = deployed(bpmn, workflow);
            } catch (FlowableException refused) {
                return "the engine refuses the file: " + refused.getMessage();
            }
            try {
                var decided = new HashSet<String>();
                return walks.stream()
                        .flatMap(walk -> Stream.ofNullable(tried(deployment, workflow, walk, decided)))
                        .findFirst()
                        .orElse(null);
            } finally {
                run = null;
                engine().getRepositoryService().deleteDeployment(deployment, true);
            }
        });
    }

    /**
     * Takes a walk, lets the timers fire, and decides what is open then.
     *
     * @param decided the outcomes that were chosen on published editions; grows
     */
    private @Nullable String tried(String deployment, Workflow workflow, Walkthrough walk, Set<String> decided) {
        var later = new Walkthrough.Step(null, null, null, null, LONGER_THAN_A_REVIEW);
        for (var steps = walk.steps(); ; ) {
            clock.now = BEGIN;
            var begun = new Run(deployment, workflow, walk);
            run = begun;
            begun.begin();
            for (var step : steps) if (begun.fault == null) begun.take(step);
            var last = begun.take(later);
            if (begun.fault != null) return begun.fault;
            if (!last.live()) return null;
            var next = last.tasks().stream()
                    .flatMap(task -> task.outcomes().stream()
                            .filter(outcome -> decided.add(task.id() + " " + outcome.id()))
                            .map(outcome -> new Walkthrough.Step(null, outcome.id(), task.id(), null, null)))
                    .findFirst();
            if (next.isEmpty()) return null;
            steps = Stream.concat(walk.steps().stream(), Stream.of(later, next.get()))
                    .toList();
        }
    }

    private <T> T alone(Supplier<T> work) {
        try {
            if (!lock.tryLock(PATIENCE.toMillis(), TimeUnit.MILLISECONDS))
                throw Refusal.unavailable(
                                "bench-busy",
                                "others are testing a workflow at the moment; try again shortly",
                                PATIENCE)
                        .raise();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    private String deployed(byte[] bpmn, Workflow workflow) {
        return engine().getRepositoryService()
                .createDeployment()
                .addBytes(workflow.id() + Workflows.SUFFIX, bpmn)
                .deploy()
                .getId();
    }

    private ProcessEngine engine() {
        var made = engine;
        if (made == null) {
            var configuration = new StandaloneInMemProcessEngineConfiguration();
            String name = "test-bench-" + UUID.randomUUID();
            configuration.setEngineName(name);
            var data = new JdbcDataSource();
            data.setURL("jdbc:h2:mem:" + name + ";DB_CLOSE_DELAY=-1");
            data.setUser("sa");
            store = data;
            configuration.setDataSource(data);
            configuration.setDatabaseSchemaUpdate(ProcessEngineConfiguration.DB_SCHEMA_UPDATE_CREATE);
            configuration.setBusinessCalendarManager(LogCalendar.of(clock));
            configuration.setClock(new DefaultClockImpl() {
                @Override
                public Date getCurrentTime() {
                    return Date.from(clock.instant());
                }
            });
            configuration.setDisableIdmEngine(true);
            configuration.setDisableEventRegistry(true);
            configuration.setEnableSafeBpmnXml(true);
            configuration.setServicesEnabledInScripting(false);
            configuration.setAsyncExecutorActivate(false);
            var steps = new HashMap<Object, Object>();
            ServiceTasks.NAMES.forEach(step -> steps.put(step, (JavaDelegate)
                    execution -> Objects.requireNonNull(run).step(step, execution)));
            configuration.setBeans(steps);
            made = configuration.buildProcessEngine();
            engine = made;
        }
        return made;
    }

    @Override
    public void destroy() throws SQLException {
        if (engine == null || store == null) return;
        engine.close();
        try (var connection = store.getConnection();
                var statement = connection.createStatement()) {
            statement.execute("shutdown");
        }
    }

    /** One walk. */
    private final class Run {
        private final String deployment;
        private final Workflow workflow;
        private final Walkthrough wanted;
        private final ProcessEngine flowable = engine();
        private final List<String> happened = new ArrayList<>();
        private Edition edition = Edition.of(new EditionId("test", 1), List.of(), new Edition.Chain(List.of(), null));
        private String process = "";
        private int people;
        private int fired;
        /** What the engine could not do, in words; null if it could do everything. */
        private @Nullable String fault;

        Run(String deployment, Workflow workflow, Walkthrough wanted) {
            this.deployment = deployment;
            this.workflow = workflow.asking((edition, field) -> wanted.changed().contains(field));
            this.wanted = wanted;
        }

        private void append(Optional<LogEntry> entry) {
            edition = Edition.of(
                    edition.id(),
                    Stream.concat(edition.log().stream(), entry.stream()).toList(),
                    new Edition.Chain(List.of(), null));
        }

        void start() {
            append(Optional.of(Transitions.opened(edition.id(), person(), clock.instant())));
            var definition = flowable.getRepositoryService()
                    .createProcessDefinitionQuery()
                    .deploymentId(deployment)
                    .singleResult();
            process = flowable.getRuntimeService()
                    .startProcessInstanceById(definition.getId())
                    .getId();
        }

        /** Opens the edition; a workflow that the engine cannot start has no process. */
        void begin() {
            try {
                start();
            } catch (RuntimeException failed) {
                fault = fault("at the start", failed);
            }
        }

        private static String fault(String where, RuntimeException failed) {
            Throwable cause = failed;
            while (cause.getCause() != null) cause = cause.getCause();
            return where + " the engine fails: " + cause.getMessage();
        }

        private static String inWords(Walkthrough.Step step) {
            return step.decide() != null
                    ? "with the outcome “" + step.decide() + "” on “" + step.task() + "”"
                    : step.advance() != null ? "when its timers fire," : "with the submission";
        }

        private Person person() {
            people++;
            return person("person-" + people);
        }

        private static Person person(String name) {
            return new Person(name, name, null, Set.of("EDITOR", "REVIEWER"));
        }

        Walkthrough.Position take(Walkthrough.Step step) {
            happened.clear();
            var before = edition;
            try {
                if (step.advance() != null) advance(step.advance());
                else if (Boolean.TRUE.equals(step.submit())) submit();
                else decide(step);
                return position(null);
            } catch (RuntimeException failed) {
                edition = before;
                return position(Refused.in(failed).map(Refusal::detail).orElseGet(() -> {
                    fault = fault(inWords(step), failed);
                    return fault;
                }));
            }
        }

        private List<Task> tasks() {
            return flowable.getTaskService()
                    .createTaskQuery()
                    .processInstanceId(process)
                    .list();
        }

        private void submit() {
            var draft = tasks().stream()
                    .filter(task -> task.getTaskDefinitionKey()
                            .equals(workflow.drafting().id()))
                    .findFirst()
                    .orElseThrow(() -> Refusal.conflict("not-in-draft", "the edition is not a draft now")
                            .raise());
            append(Optional.of(edition.next()
                    .submit(
                            REVISION,
                            Math.max(wanted.approvals(), workflow.approvals(wanted.changed()::contains)),
                            List.of(),
                            workflow.drafting().id(),
                            null,
                            person(),
                            clock.instant())));
            flowable.getTaskService().complete(draft.getId(), workflow.changes(edition));
        }

        private void decide(Walkthrough.Step step) {
            String outcome = Objects.requireNonNull(step.decide());
            var task = tasks().stream()
                    .filter(it ->
                            step.task() == null || it.getTaskDefinitionKey().equals(step.task()))
                    .filter(it -> of(it).outcome(outcome).isPresent())
                    .min(Comparator.comparing(Task::getTaskDefinitionKey))
                    .orElseThrow(() -> Refusal.conflict(
                                    "not-open",
                                    "no open task" + (step.task() == null ? "" : " “" + step.task() + "”")
                                            + " has the outcome “" + outcome + "”")
                            .raise());
            var chosen = of(task).outcome(outcome).orElseThrow();
            var by = step.by() == null ? person() : person(step.by());
            append(edition.next()
                    .decide(
                            new Decision(
                                    task.getTaskDefinitionKey(),
                                    edition.round(task.getTaskDefinitionKey()),
                                    chosen.id(),
                                    chosen.effect(),
                                    REVISION,
                                    "because",
                                    chosen.meaning(),
                                    null,
                                    by),
                            Set.of(),
                            Math.max(
                                    wanted.approvals(),
                                    workflow.approvals(edition, task.getTaskDefinitionKey(), chosen.id())),
                            List.of(),
                            clock.instant()));
            flowable.getTaskService().complete(task.getId(), ServiceTasks.facts(edition, outcome));
        }

        private Workflow.Step of(Task task) {
            return workflow.step(task.getTaskDefinitionKey()).orElseThrow();
        }

        /** Sets the clock ahead, and lets each timer fire at its instant. */
        private void advance(Duration by) {
            var until = clock.now.plus(by);
            if (until.isAfter(BEGIN.plus(Walkthrough.FARTHEST)))
                throw Refusal.conflict("too-far", "a walk ends after " + Walkthrough.FARTHEST.toDays() + " days")
                        .raise();
            for (; ; ) {
                var next = timers().filter(job -> !job.getDuedate().toInstant().isAfter(until))
                        .findFirst();
                if (next.isEmpty()) break;
                if (++fired > MOST_FIRED)
                    throw Refusal.conflict("too-many-timers", "a walk ends after " + MOST_FIRED + " timers")
                            .raise();
                var job = next.get();
                var at = job.getDuedate().toInstant();
                if (at.isAfter(clock.now)) clock.now = at;
                happened.add(job.getElementId());
                flowable.getManagementService().moveTimerToExecutableJob(job.getId());
                flowable.getManagementService().executeJob(job.getId());
            }
            clock.now = until;
        }

        private Stream<Job> timers() {
            return flowable.getManagementService().createTimerJobQuery().processInstanceId(process).list().stream()
                    .sorted(Comparator.comparing(Job::getDuedate).thenComparing(Job::getElementId));
        }

        /** What a service task does, to the log of this walk alone. */
        void step(String name, DelegateExecution execution) {
            happened.add(execution.getCurrentActivityId());
            var now = clock.instant();
            switch (name) {
                case "stamp", "restamp" -> {
                    append(edition.next().stamp(INTERVALS, now));
                    execution.setVariables(dueDates(edition.stamp().orElseThrow()));
                    execution.setVariables(ServiceTasks.schedule(edition, now));
                }
                case "publish" -> append(edition.next().publish(1, now));
                case "markReviewDue" -> append(edition.next().markReviewDue(new ReviewScope(true, List.of()), now));
                case "markOverdue" -> append(edition.next().markOverdue(1, now));
                default -> {
                    // people are told, or the next edition is opened: nothing that moves this edition
                }
            }
        }

        private Map<String, Object> dueDates(Stamp stamp) {
            var announced = Stream.of(30, 7)
                    .map(days -> stamp.reviewDue()
                            .minusDays(days)
                            .atStartOfDay(ZoneOffset.UTC)
                            .toInstant())
                    .toList();
            return Map.of(
                    "reviewOpensAt",
                    Date.from(ReviewTimes.opensAt(stamp, lead)),
                    "reviewDueAt",
                    Date.from(stamp.overdueAt().minusMillis(1)),
                    "overdueAt",
                    Date.from(stamp.overdueAt()),
                    ReviewTimes.VARIABLE,
                    ReviewTimes.spelt(announced));
        }

        Walkthrough.Position position(@Nullable String refused) {
            return new Walkthrough.Position(
                    clock.instant(),
                    edition.state().apiName(),
                    edition.publishedEntry().isPresent(),
                    edition.approvals().size(),
                    edition.state() == Edition.State.IN_REVIEW ? edition.approvalsMissing() : 0,
                    flowable
                            .getRuntimeService()
                            .createActivityInstanceQuery()
                            .processInstanceId(process)
                            .list()
                            .stream()
                            .filter(it -> it.getEndTime() == null)
                            .map(ActivityInstance::getActivityId)
                            .filter(at -> !workflow.onlyTells(at))
                            .distinct()
                            .sorted()
                            .toList(),
                    tasks().stream()
                            .sorted(Comparator.comparing(Task::getTaskDefinitionKey))
                            .map(task -> new Walkthrough.OpenTask(
                                    task.getTaskDefinitionKey(),
                                    of(task).name(),
                                    of(task).group(),
                                    of(task).outcomes(),
                                    task.getDueDate() == null
                                            ? null
                                            : task.getDueDate().toInstant()))
                            .toList(),
                    timers().filter(job -> job.getDuedate().toInstant().isBefore(LogCalendar.NEVER))
                            .map(job -> new Walkthrough.Timer(
                                    job.getElementId(), job.getDuedate().toInstant()))
                            .toList(),
                    List.copyOf(happened),
                    refused);
        }
    }
}
