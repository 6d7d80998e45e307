// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.PartReviews;
import dev.imprimatur.history.EndedSchedule;
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
        @Nullable LocalDate reviewDue,
        boolean overdue,
        @Nullable List<PartView> parts,
        @Nullable ScheduleView schedule,
        @Nullable String owner,
        @Nullable EndedScheduleView endedSchedule,
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

    static GuideView of(Guide guide, @Nullable TaskView task, Integrity integrity) {
        return of(guide, task, null, integrity);
    }

    static GuideView of(Guide guide, @Nullable TaskView task, @Nullable EndedSchedule ended, Integrity integrity) {
        return new GuideView(
                guide.id(),
                guide.type(),
                guide.slug(),
                guide.locale(),
                guide.title(),
                guide.draftTitle(),
                new EditionView(guide.edition(), guide.state().apiName(), guide.revision(), guide.contributors()),
                LiveView.of(guide.live(), integrity.of(guide.id())),
                task,
                guide.reviewDue(),
                guide.overdue(),
                guide.parts() == null
                        ? null
                        : guide.partReviews().stream().map(PartView::of).toList(),
                guide.schedule() == null ? null : ScheduleView.of(guide.schedule()),
                guide.owner(),
                ended == null ? null : EndedScheduleView.of(ended),
                guide.updatedAt());
    }
}
