// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.PartReviews;
import dev.imprimatur.history.EndedSchedule;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.publication.Integrity;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A guide as the management API describes it. */
record GuideView(
        String id,
        String type,
        String slug,
        String locale,
        String title,
        @Nullable String draftTitle,
        EditionView edition,
        @Nullable LiveView live,
        @Nullable TaskView task,
        @Nullable List<TaskView> tasks,
        @Nullable LocalDate reviewDue,
        boolean overdue,
        @Nullable List<PartView> parts,
        @Nullable ScheduleView schedule,
        @Nullable String owner,
        @Nullable List<String> reviewers,
        @Nullable EndedScheduleView endedSchedule,
        @Nullable TranslationView translation,
        Instant updatedAt) {
    /**
     * A schedule that ended because what it was set for was withdrawn or replaced.
     *
     * @param cause the kind of the entry in the edition log that ended it
     */
    record EndedScheduleView(
            @Nullable Instant publishAt,
            @Nullable Instant unpublishAt,
            String setBy,
            String endedBy,
            String cause,
            Instant at) {
        static EndedScheduleView of(EndedSchedule ended) {
            return new EndedScheduleView(
                    ended.schedule().publishAt(),
                    ended.schedule().unpublishAt(),
                    ended.setBy().account(),
                    ended.cause().by().account(),
                    LogView.kind(ended.cause().kind()),
                    ended.cause().at());
        }
    }

    /**
     * How a guide relates to the other languages of its set.
     *
     * @param source the id of the guide that the others are translated from
     * @param translatedFrom of a translation: the revision of the source that its text has; null if nobody has said
     * @param outdated of a translation: whether the source was published with other content since; null for the source
     */
    record TranslationView(
            String source,
            LogEntry.@Nullable TranslatedFrom translatedFrom,
            @Nullable Boolean outdated) {
        static @Nullable TranslationView of(Guide guide) {
            var translation = guide.translation();
            return translation == null
                    ? null
                    : new TranslationView(
                            translation.source(),
                            guide.isTranslation() ? guide.translatedFrom() : null,
                            guide.isTranslation() ? translation.outdated() : null);
        }
    }

    /**
     * The review of a part of the published revision.
     *
     * @param requested whether the next review of the part is requested
     */
    record PartView(String pointer, LocalDate reviewDue, boolean requested, boolean overdue) {
        static PartView of(PartReviews.Part part) {
            return new PartView(part.pointer(), part.reviewDue(), part.requested(), part.overdue());
        }
    }

    record EditionView(int number, String state, @Nullable Integer revision, List<String> contributors) {}

    /** @param damaged why sites get 503 instead of the edition; null if the stored content is the approved content */
    record LiveView(
            int edition,
            int revision,
            long position,
            @Nullable String damaged) {
        static @Nullable LiveView of(Guide.@Nullable Live live, Optional<Integrity.Failure> failure) {
            return live == null
                    ? null
                    : new LiveView(
                            live.edition(),
                            live.revision(),
                            live.position(),
                            failure.map(Integrity.Failure::detail).orElse(null));
        }
    }

    static GuideView of(Guide guide, Integrity integrity) {
        return of(guide, List.of(), null, integrity);
    }

    /** @param tasks the open tasks of the edition in progress; two are open while two people review at the same time */
    static GuideView of(Guide guide, List<TaskView> tasks, @Nullable EndedSchedule ended, Integrity integrity) {
        return new GuideView(
                guide.id(),
                guide.type(),
                guide.slug(),
                guide.locale(),
                guide.title(),
                guide.draftTitle(),
                new EditionView(guide.edition(), guide.state().apiName(), guide.revision(), guide.contributors()),
                LiveView.of(guide.live(), integrity.of(guide.id())),
                tasks.isEmpty() ? null : tasks.getFirst(),
                tasks.isEmpty() ? null : tasks,
                guide.reviewDue(),
                guide.overdue(),
                guide.parts() == null
                        ? null
                        : guide.partReviews().stream().map(PartView::of).toList(),
                guide.schedule() == null ? null : ScheduleView.of(guide.schedule()),
                guide.owner(),
                guide.reviewers(),
                ended == null ? null : EndedScheduleView.of(ended),
                TranslationView.of(guide),
                guide.updatedAt());
    }
}
