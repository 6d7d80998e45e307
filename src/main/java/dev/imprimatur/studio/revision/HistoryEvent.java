// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.revision;

import static java.util.Objects.requireNonNull;

import dev.imprimatur.history.LogEntry;
import dev.imprimatur.history.Schedule;
import dev.imprimatur.history.Signature;
import dev.imprimatur.history.Stamp;
import dev.imprimatur.people.AuthenticationMethod;
import dev.imprimatur.people.Person;
import dev.imprimatur.studio.DisplayText;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An entry of an edition's log, in words for people.
 *
 * @param mark the colour and shape of the entry: {@code draft}, {@code review}, {@code changes}, {@code approved}, {@code published} or
 *     {@code over}
 * @param signature the signature of the decision; null if it was not signed
 */
public record HistoryEvent(
        Instant at,
        String who,
        String what,
        String mark,
        @Nullable Integer revision,
        @Nullable String hash,
        @Nullable String message,
        @Nullable String reason,
        @Nullable Signature signature,
        @Nullable AuthenticationMethod means,
        @Nullable Long position) {
    /**
     * Puts an entry into words.
     *
     * @param label the label of a field, by its JSON Pointer
     * @param name the display name of an account, for use within a sentence
     */
    public static HistoryEvent of(LogEntry entry, UnaryOperator<String> label, UnaryOperator<String> name) {
        var revision = entry.revision();
        var stamp = entry.stamp();
        var reason = entry.reason();
        String number = revision == null ? "" : " revision " + revision.number();
        String what = switch (entry.kind()) {
            case OPENED -> "opened the edition";
            case SUBMITTED -> "put" + number + " forward for review";
            case IMPORTED -> "imported" + number + " with evidence of a review elsewhere";
            case DECIDED -> "decided “" + entry.outcome() + "” on" + number;
            case APPROVED -> "approved" + number;
            case CHANGES_REQUESTED -> "asked for changes to" + number;
            case STAMPED -> "stamped" + number + (stamp == null ? "" : stamped(entry, stamp, label));
            case PUBLISHED -> "published" + number;
            case REVIEW_DUE -> "called for a new review" + ofParts(entry, label) + ", since it comes due";
            case OVERDUE -> "marked the review" + ofParts(entry, label) + " as overdue";
            case CONFIRMED ->
                "confirmed" + ofParts(entry, label) + (entry.parts() == null ? "" : " of") + number + " as still true";
            case REVISION_CALLED -> "called for a next edition";
            case REVISION_DROPPED -> "noted that the next edition was given up";
            case SUPERSEDED -> "put the edition aside: a later one took its place";
            case UNPUBLISHED -> "unpublished it";
            case DISCARDED -> "gave the edition up";
            case SCHEDULED -> "scheduled" + scheduled(entry.schedule());
            case SCHEDULE_DROPPED -> "gave up the schedule";
            case PUBLICATION_DUE -> "noted that the publication is due";
            case RENAMED -> {
                var renamed = requireNonNull(entry.renamed());
                yield "changed the slug from “" + renamed.from() + "” to “" + renamed.to() + "”";
            }
            case DELETED -> "deleted the guide";
            case UNDELETED -> "brought the guide back";
            case OWNER_CHANGED ->
                entry.owner() == null
                        ? "left the guide without an owner"
                        : "made " + name.apply(entry.owner()) + " the owner of the guide";
            case REVIEWERS_CHANGED ->
                entry.reviewers() == null
                        ? "named no reviewer of the guide any more"
                        : "named " + entry.reviewers().stream().map(name).collect(Collectors.joining(", ")) + " as "
                                + (entry.reviewers().size() == 1 ? "the reviewer" : "the reviewers") + " of the guide";
            case TRANSLATED ->
                "brought the translation up to date with revision "
                        + requireNonNull(entry.translatedFrom()).revision() + " of the source";
            case MOVED -> {
                var moved = requireNonNull(entry.moved());
                yield "moved the edition to version " + moved.version() + " of the workflow " + moved.workflow();
            }
            case REMINDED, ESCALATED, REVIEW_ANNOUNCED -> told(entry, label, name);
        };
        String mark = switch (entry.kind()) {
            case OPENED,
                    DECIDED,
                    SCHEDULED,
                    SCHEDULE_DROPPED,
                    PUBLICATION_DUE,
                    RENAMED,
                    OWNER_CHANGED,
                    REVIEWERS_CHANGED,
                    TRANSLATED,
                    UNDELETED,
                    MOVED -> "draft";
            case SUBMITTED, REVIEW_DUE, REMINDED, REVIEW_ANNOUNCED -> "review";
            case CHANGES_REQUESTED, REVISION_CALLED, OVERDUE, ESCALATED -> "changes";
            case APPROVED, CONFIRMED, STAMPED, IMPORTED -> "approved";
            case PUBLISHED -> "published";
            case REVISION_DROPPED, SUPERSEDED, UNPUBLISHED, DISCARDED, DELETED -> "over";
        };
        return new HistoryEvent(
                entry.at(),
                who(entry.by(), name),
                what,
                mark,
                revision == null ? null : revision.number(),
                revision == null ? null : revision.contentHash(),
                entry.message(),
                reason == null ? null : reason.label(),
                entry.signature().orElse(null),
                entry.by().means(),
                entry.position());
    }

    private static String who(Person by, UnaryOperator<String> name) {
        String inviter = by.invitedBy();
        return inviter == null ? by.name() : by.name() + " (invited by " + name.apply(inviter) + ")";
    }

    /** The parts that the entry is about; empty if it is about the whole content. */
    private static String ofParts(LogEntry entry, UnaryOperator<String> label) {
        var parts = entry.parts();
        if (parts == null) return "";
        return (entry.kind() == LogEntry.Kind.CONFIRMED ? " " : " of ")
                + parts.stream().map(label).collect(Collectors.joining(" and "));
    }

    private static String stamped(LogEntry entry, Stamp stamp, UnaryOperator<String> label) {
        var parts = entry.parts();
        return parts == null
                ? ": last reviewed " + stamp.lastReviewed() + ", due " + stamp.reviewDue()
                : stamp.stampedParts().stream()
                        .filter(part -> parts.contains(part.pointer()))
                        .map(part -> "; " + label.apply(part.pointer()) + " last reviewed " + part.lastReviewed()
                                + ", due " + part.reviewDue())
                        .collect(Collectors.joining());
    }

    private static String told(LogEntry entry, UnaryOperator<String> label, UnaryOperator<String> name) {
        var notice = requireNonNull(entry.notice());
        String who = DisplayText.people(notice.group());
        var due = notice.due();
        String day = due == null ? "" : ", due " + LocalDate.ofInstant(due, ZoneOffset.UTC);
        return switch (entry.kind()) {
            case REMINDED -> "reminded the " + who + " of the open task “" + notice.task() + "”" + day;
            case ESCALATED -> "passed the open task “" + notice.task() + "” on to the " + who + " too" + day;
            default ->
                "announced to " + (notice.owner() == null ? "" : name.apply(notice.owner()) + " and ") + "the " + who
                        + " that the review" + ofParts(entry, label) + " comes due" + day;
        };
    }

    private static String scheduled(@Nullable Schedule schedule) {
        if (schedule == null) return "";
        return Stream.of(
                        schedule.release() == null ? "" : " the publication with a release",
                        schedule.publishAt() == null ? "" : " the publication for " + schedule.publishAt(),
                        schedule.unpublishAt() == null ? "" : " the end of publication for " + schedule.unpublishAt())
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining(" and"));
    }
}
