// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.history.Edition;
import dev.imprimatur.review.OpenTask;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An open task as the management API describes it.
 *
 * @param parts JSON Pointers of the parts that a review is about; absent if it is about the whole content
 */
record TaskView(
        String id,
        String name,
        String group,
        @Nullable List<String> escalatedTo,
        TaskGuide guide,
        int edition,
        @Nullable Integer revision,
        @Nullable String contentHash,
        List<OutcomeView> outcomes,
        @Nullable Instant due,
        @Nullable String assignee,
        @Nullable InsteadOfView insteadOf,
        Instant since,
        @Nullable List<RequirementView> requirements,
        @Nullable List<String> parts,
        @Nullable Boolean fromLog) {
    /** @param metBy the account whose approval met the requirement; absent while it is open */
    record RequirementView(
            String id, String name, String group, @Nullable String metBy) {}

    /**
     * An absent person for whom the assignee has the task.
     *
     * @param until the last day of the absence; absent if the absence is over
     */
    record InsteadOfView(String account, @Nullable LocalDate until) {
        static @Nullable InsteadOfView of(OpenTask.@Nullable InsteadOf absent) {
            return absent == null ? null : new InsteadOfView(absent.person(), absent.until());
        }
    }

    record TaskGuide(
            String id,
            String type,
            String slug,
            String locale,
            String title,
            @Nullable String draftTitle) {}

    /** @param meaning the statement that the person signs by choosing this outcome; absent if nothing is signed */
    record OutcomeView(
            String id,
            String name,
            boolean needsMessage,
            @Nullable String meaning) {}

    static TaskView of(OpenTask task) {
        var seen = task.revision();
        return new TaskView(
                task.id(),
                task.name(),
                task.group(),
                task.escalatedTo().isEmpty() ? null : task.escalatedTo(),
                new TaskGuide(
                        task.guide().id(),
                        task.guide().type(),
                        task.guide().slug(),
                        task.guide().locale(),
                        task.guide().title(),
                        task.guide().draftTitle()),
                task.edition().id().number(),
                seen == null ? null : seen.number(),
                seen == null ? null : seen.contentHash(),
                task.outcomes().stream()
                        .map(outcome -> new OutcomeView(
                                outcome.id(), outcome.name(), outcome.needsMessage(), outcome.meaning()))
                        .toList(),
                task.due(),
                task.assignee(),
                InsteadOfView.of(task.insteadOf()),
                task.since(),
                seen == null
                                || isConfirmation(task)
                                || task.edition().requirements().isEmpty()
                        ? null
                        : task.edition().requirements().stream()
                                .map(it -> new RequirementView(
                                        it.id(),
                                        it.name(),
                                        it.group(),
                                        task.edition()
                                                .metBy(it)
                                                .map(entry -> entry.by().account())
                                                .orElse(null)))
                                .toList(),
                task.parts().isEmpty() ? null : task.parts(),
                task.fromLog() ? true : null);
    }

    /** Whether the task is about what is published; requirements are about changes (ADR 47). */
    private static boolean isConfirmation(OpenTask task) {
        return task.edition().state() == Edition.State.PUBLISHED;
    }
}
