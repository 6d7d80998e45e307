// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.history.Edition;
import dev.imprimatur.history.EditionId;
import java.sql.ResultSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.flowable.engine.RuntimeService;
import org.flowable.engine.TaskService;
import org.flowable.engine.runtime.ActivityInstance;
import org.flowable.engine.runtime.Execution;
import org.flowable.engine.runtime.ProcessInstance;
import org.flowable.task.api.Task;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Lazy;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** The processes in the engine. Each edition that is not over has one process. */
@Component
class Processes {
    private static final Logger log = LoggerFactory.getLogger(Processes.class);

    private final RuntimeService runtime;
    private final TaskService tasks;
    private final JdbcTemplate engineStore;

    Processes(@Lazy RuntimeService runtime, @Lazy TaskService tasks, DataSource engineStore) {
        this.runtime = runtime;
        this.tasks = tasks;
        this.engineStore = new JdbcTemplate(engineStore);
    }

    /** The process of the edition. If two nodes started one each at the same time, all nodes choose the same of the two: the older one. */
    Optional<ProcessInstance> of(EditionId id) {
        return kept(allOf(id));
    }

    // These are asked at each step. For a query of its own, the engine evaluates two hundred conditions to compose the
    // SQL.

    /** All processes of the edition: there may be two if two nodes started one each at the same time. */
    List<ProcessInstance> allOf(EditionId id) {
        return runtime.createNativeProcessInstanceQuery()
                .sql("select * from ACT_RU_EXECUTION where BUSINESS_KEY_ = #{edition} and PARENT_ID_ is null")
                .parameter("edition", id.toString())
                .list();
    }

    /** The variables of the process, by name. */
    Map<String, Object> variables(ProcessInstance process) {
        var variables = new HashMap<String, Object>();
        runtime.createNativeVariableInstanceQuery()
                .sql("select * from ACT_RU_VARIABLE where EXECUTION_ID_ = #{process} and TASK_ID_ is null")
                .parameter("process", process.getId())
                .list()
                .forEach(variable -> variables.put(variable.getName(), variable.getValue()));
        return variables;
    }

    /** The execution of the process that waits for the message. */
    Optional<Execution> waitingFor(ProcessInstance process, String message) {
        return runtime
                .createNativeExecutionQuery()
                .sql("""
                        select e.* from ACT_RU_EXECUTION e join ACT_RU_EVENT_SUBSCR s on s.EXECUTION_ID_ = e.ID_
                        where e.PROC_INST_ID_ = #{process} and s.EVENT_TYPE_ = 'message' and s.EVENT_NAME_ = #{message}""")
                .parameter("process", process.getId())
                .parameter("message", message)
                .list()
                .stream()
                .findFirst();
    }

    /** The process that all nodes choose of those of an edition. */
    static Optional<ProcessInstance> kept(List<ProcessInstance> ofEdition) {
        return ofEdition.stream()
                .min(Comparator.comparing(ProcessInstance::getStartTime).thenComparing(ProcessInstance::getId));
    }

    /**
     * The state in the engine of each edition that has a process. One SQL query reads the few columns needed; the engine's own queries
     * would load every process and task completely.
     */
    Map<EditionId, ProcessState> states() {
        var states = new HashMap<EditionId, ProcessState>();
        engineStore.query("""
                select p.BUSINESS_KEY_, p.ID_, p.NAME_, t.TASK_DEF_KEY_
                from ACT_RU_EXECUTION p left join ACT_RU_TASK t on t.PROC_INST_ID_ = p.ID_
                where p.PARENT_ID_ is null and p.BUSINESS_KEY_ is not null order by p.ID_""", (ResultSet row) -> {
            String lastProcess = "";
            while (row.next()) {
                String task = row.getString(4);
                boolean isNewProcess = !row.getString(2).equals(lastProcess);
                lastProcess = row.getString(2);
                states.merge(
                        EditionId.parse(row.getString(1)),
                        new ProcessState(
                                isNewProcess ? 1 : 0, row.getString(3), task == null ? List.of() : List.of(task)),
                        ProcessState::and);
            }
            return states;
        });
        return states;
    }

    /** The editions of these processes, by process instance id. */
    Map<String, EditionId> businessKeys(List<String> processInstanceIds) {
        return processInstanceIds.isEmpty()
                ? Map.of()
                : runtime
                        .createProcessInstanceQuery()
                        .processInstanceIds(Set.copyOf(processInstanceIds))
                        .list()
                        .stream()
                        .collect(Collectors.toMap(
                                ProcessInstance::getId, process -> EditionId.parse(process.getBusinessKey())));
    }

    /**
     * Deletes the processes of an edition whose guide was deleted, or that does not exist, as after MongoDB was restored to a time before the
     * edition was opened.
     */
    void deleteStray(EditionId id) {
        allOf(id).forEach(process -> {
            log.info("edition {} does not exist any more; its process is deleted", id);
            runtime.deleteProcessInstance(process.getId(), "of no edition");
        });
    }

    List<Task> tasksOf(ProcessInstance process) {
        return tasks.createNativeTaskQuery()
                .sql("select * from ACT_RU_TASK where PROC_INST_ID_ = #{process} order by ID_")
                .parameter("process", process.getId())
                .list();
    }

    /** The open tasks of the edition, read in one query: between two queries another node may rebuild the process. */
    List<Task> tasksOf(EditionId id) {
        var all = tasks.createNativeTaskQuery()
                .sql("""
                        select t.* from ACT_RU_TASK t join ACT_RU_EXECUTION p on p.ID_ = t.PROC_INST_ID_
                        where p.BUSINESS_KEY_ = #{edition} order by t.ID_""")
                .parameter("edition", id.toString())
                .list();
        boolean areOfOneProcess =
                all.stream().map(Task::getProcessInstanceId).distinct().count() < 2;
        if (areOfOneProcess) return all;
        String kept = of(id).map(ProcessInstance::getId).orElse("");
        return all.stream()
                .filter(task -> kept.equals(task.getProcessInstanceId()))
                .toList();
    }

    /** The open task of the edition with this BPMN id. */
    Optional<Task> taskOf(EditionId id, String task) {
        return tasksOf(id).stream()
                .filter(it -> it.getTaskDefinitionKey().equals(task))
                .findFirst();
    }

    /** Variable: the length of the log when the process was started; older decisions are replayed only if they still stand. */
    static final String STARTED_AT = "startedAt";

    /** Whether a process that was started when the log had this length follows the version that the edition was moved to last. */
    static boolean followsMove(@Nullable Object startedAt, Edition edition) {
        return edition.move()
                .filter(move -> !(startedAt instanceof Integer length) || length <= move.seq())
                .isEmpty();
    }

    /** Whether the process of the edition, if there is one, follows the version that the edition was moved to last. */
    boolean followsMove(Edition edition) {
        return edition.move().isEmpty()
                || of(edition.id())
                        .filter(process -> !followsMove(runtime.getVariable(process.getId(), STARTED_AT), edition))
                        .isEmpty();
    }

    /** The number of processes that follow each process definition, by the id of the definition. */
    Map<String, Integer> countByDefinition() {
        var counts = new HashMap<String, Integer>();
        engineStore.query("""
                select PROC_DEF_ID_, count(*) from ACT_RU_EXECUTION
                where PARENT_ID_ is null and BUSINESS_KEY_ is not null group by PROC_DEF_ID_""", (ResultSet row) -> {
            counts.put(row.getString(1), row.getInt(2));
        });
        return counts;
    }

    /** The number of open tasks that each person has, by username; the engine's store counts them. */
    Map<String, Integer> countByAssignee() {
        var counts = new HashMap<String, Integer>();
        engineStore.query(
                "select ASSIGNEE_, count(*) from ACT_RU_TASK where ASSIGNEE_ is not null group by ASSIGNEE_",
                (ResultSet row) -> {
                    counts.put(row.getString(1), row.getInt(2));
                });
        return counts;
    }

    /** The number of open tasks that the person has. */
    long countTasksOf(String person) {
        return tasks.createTaskQuery().taskAssignee(person).count();
    }

    /** The number of processes of the workflow at each activity, by activity id; the engine's store counts them. */
    Map<String, Integer> countByActivity(String workflow) {
        var counts = new HashMap<String, Integer>();
        engineStore.query(
                """
                select a.ACT_ID_, count(*) from ACT_RU_ACTINST a join ACT_RE_PROCDEF d on d.ID_ = a.PROC_DEF_ID_
                where a.END_TIME_ is null and d.KEY_ = ? group by a.ACT_ID_""",
                (ResultSet row) -> {
                    counts.put(row.getString(1), row.getInt(2));
                },
                workflow);
        return counts;
    }

    /** The ids of the activities of the process: under true the active ones, under false the completed ones. */
    Map<Boolean, List<String>> activities(ProcessInstance process) {
        return runtime.createActivityInstanceQuery().processInstanceId(process.getId()).list().stream()
                .filter(activity -> !activity.getActivityType().equals("sequenceFlow"))
                .collect(Collectors.partitioningBy(
                        activity -> activity.getEndTime() == null,
                        Collectors.mapping(
                                ActivityInstance::getActivityId,
                                Collectors.collectingAndThen(
                                        Collectors.toList(),
                                        ids -> ids.stream().distinct().toList()))));
    }
}
