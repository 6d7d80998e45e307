// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.paging.Place;
import dev.imprimatur.paging.Rows;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.flowable.engine.ManagementService;
import org.flowable.engine.TaskService;
import org.flowable.task.api.NativeTaskQuery;
import org.flowable.task.api.Task;
import org.jspecify.annotations.Nullable;

/**
 * Open tasks in the order of the inbox: by due date and then by age, tasks without a due date last. The sort key of a task never changes
 * while the task is open. The query is SQL, because the engine's own queries page by offset and cannot start after a given task.
 */
final class TaskRows implements Rows<Task> {
    private static final String NOT_DUE = "-";
    private static final char BETWEEN = ':';

    /** The order of the inbox. */
    static final Comparator<Place> ORDER = Comparator.comparing(
                    (Place place) -> place.key().startsWith(NOT_DUE))
            .thenComparing(Place::key)
            .thenComparing(Place::id);

    private final TaskService tasks;
    private final String table;
    private final List<String> conditions = new ArrayList<>();
    private final Map<String, Object> parameters = new LinkedHashMap<>();

    TaskRows(TaskService tasks, ManagementService management) {
        this.tasks = tasks;
        this.table = management.getTableName(Task.class);
    }

    TaskRows assignedTo(String account) {
        conditions.add(assignee(account));
        return this;
    }

    TaskRows forAnyOf(Collection<String> groups) {
        conditions.add(candidate(groups));
        return this;
    }

    TaskRows forAnyOfOrAssignedTo(Collection<String> groups, String account) {
        conditions.add("(" + candidate(groups) + " or " + assignee(account) + ")");
        return this;
    }

    TaskRows ofSteps(Collection<String> steps) {
        conditions.add("T.TASK_DEF_KEY_ in (" + parameters(steps) + ")");
        return this;
    }

    TaskRows dueBefore(Instant instant) {
        conditions.add("T.DUE_DATE_ < " + parameter(Date.from(instant)));
        return this;
    }

    static Place place(Task task) {
        return new Place(
                key(
                        task.getDueDate() == null ? null : task.getDueDate().toInstant(),
                        task.getCreateTime().toInstant()),
                task.getId());
    }

    /** The sort key of a task in the inbox. */
    static String key(@Nullable Instant due, Instant since) {
        return (due == null ? NOT_DUE : Place.key(due)) + BETWEEN + Place.key(since);
    }

    @Override
    public List<Task> beside(@Nullable Place from, boolean back, int most) {
        var values = new LinkedHashMap<>(parameters);
        String sql = "select T.* from " + table + " T where "
                + conditions.stream().collect(Collectors.joining(" and "))
                + (from == null ? "" : " and " + beyond(from, back, values))
                + (back
                        ? " order by case when T.DUE_DATE_ is null then 0 else 1 end, T.DUE_DATE_ desc, T.CREATE_TIME_ desc, T.ID_ desc"
                        : " order by case when T.DUE_DATE_ is null then 1 else 0 end, T.DUE_DATE_, T.CREATE_TIME_, T.ID_")
                + " limit " + most;
        NativeTaskQuery query = tasks.createNativeTaskQuery().sql(sql);
        values.forEach(query::parameter);
        return query.list();
    }

    private static String beyond(Place from, boolean back, Map<String, Object> values) {
        int between = from.key().indexOf(BETWEEN);
        String due = from.key().substring(0, Math.max(0, between));
        values.put("since", Date.from(Place.instant(from.key().substring(between + 1))));
        values.put("id", from.id());
        String than = back ? "<" : ">";
        String later =
                "(T.CREATE_TIME_ " + than + " #{since} or (T.CREATE_TIME_ = #{since} and T.ID_ " + than + " #{id}))";
        if (due.equals(NOT_DUE))
            return back
                    ? "(T.DUE_DATE_ is not null or (T.DUE_DATE_ is null and " + later + "))"
                    : "(T.DUE_DATE_ is null and " + later + ")";
        values.put("due", Date.from(Place.instant(due)));
        return "(T.DUE_DATE_ " + than + " #{due} or (T.DUE_DATE_ = #{due} and " + later + ")"
                + (back ? ")" : " or T.DUE_DATE_ is null)");
    }

    private String assignee(String account) {
        return "T.ASSIGNEE_ = " + parameter(account);
    }

    private String candidate(Collection<String> groups) {
        return "exists (select 1 from ACT_RU_IDENTITYLINK L where L.TASK_ID_ = T.ID_ and L.TYPE_ = 'candidate' and L.GROUP_ID_ in ("
                + parameters(groups) + "))";
    }

    private String parameters(Collection<String> values) {
        return values.stream().map(this::parameter).collect(Collectors.joining(", "));
    }

    private String parameter(Object value) {
        String name = "p" + parameters.size();
        parameters.put(name, value);
        return "#{" + name + "}";
    }
}
