// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.comments.Comment;
import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.Reason;
import dev.imprimatur.drafts.WorkingCopy;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.history.Revision;
import dev.imprimatur.history.Signature;
import dev.imprimatur.history.Stamp;
import dev.imprimatur.people.AuthenticationMethod;
import dev.imprimatur.problem.Fault;
import dev.imprimatur.publication.Integrity;
import dev.imprimatur.review.OpenTask;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The JSON documents of the management API, as described in {@code /openapi.json}. */
final class Views {
    private Views() {}

    record EditionView(int number, String state, @Nullable Integer revision, List<String> contributors) {}

    /** @param damaged why readers get 503 instead of the edition; null if the stored content is the approved content */
    record LiveView(
            int edition,
            int revision,
            long position,
            @Nullable String damaged) {
        public static @Nullable LiveView of(Guide.@Nullable Live live, Optional<Integrity.Failure> failure) {
            return live == null
                    ? null
                    : new LiveView(
                            live.edition(),
                            live.revision(),
                            live.position(),
                            failure.map(Integrity.Failure::detail).orElse(null));
        }
    }

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
            Instant updatedAt) {
        public static GuideView of(Guide guide, @Nullable TaskView task, Integrity integrity) {
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
                    guide.updatedAt());
        }
    }

    /** @param meaning the statement that the person signs by choosing this outcome; absent if nothing is signed */
    record OutcomeView(
            String id,
            String name,
            boolean needsMessage,
            @Nullable String meaning) {}

    record TaskGuide(
            String id,
            String type,
            String slug,
            String locale,
            String title,
            @Nullable String draftTitle) {}

    record TaskView(
            String id,
            String name,
            String group,
            TaskGuide guide,
            int edition,
            @Nullable Integer revision,
            @Nullable String contentHash,
            List<OutcomeView> outcomes,
            @Nullable Instant due,
            @Nullable String assignee,
            Instant since,
            @Nullable Boolean fromLog) {
        public static TaskView of(OpenTask task) {
            var seen = task.revision();
            return new TaskView(
                    task.id(),
                    task.name(),
                    task.group(),
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
                    task.since(),
                    task.fromLog() ? true : null);
        }
    }

    /** @param warnings the parts of the content that are not shown to readers as intended */
    record DraftView(
            int edition,
            JsonNode content,
            List<String> contributors,
            @Nullable Integer parent,
            String updatedBy,
            Instant updatedAt,
            @Nullable Boolean altered,
            List<Fault> warnings) {
        public static DraftView of(ContentType type, WorkingCopy copy) {
            return new DraftView(
                    copy.edition().number(),
                    copy.content(),
                    copy.contributors(),
                    copy.parent(),
                    copy.updatedBy(),
                    copy.updatedAt(),
                    copy.altered() ? true : null,
                    type.warnings(copy.content()));
        }
    }

    record RevisionView(
            int number,
            int edition,
            String contentHash,
            List<String> contributors,
            @Nullable Integer parent,
            String submittedBy,
            Instant at,
            @Nullable JsonNode content) {
        public static RevisionView of(Revision revision, boolean withContent) {
            return new RevisionView(
                    revision.number(),
                    revision.edition(),
                    revision.hash().value(),
                    revision.contributors(),
                    revision.parent(),
                    revision.submittedBy(),
                    revision.at(),
                    withContent ? revision.content() : null);
        }
    }

    record ByView(
            @Nullable String account, String name, @Nullable String title) {}

    /**
     * A signed decision.
     *
     * @param reviewer the public id under which readers know the signer
     */
    record SignatureView(
            String name, @Nullable String title, @Nullable String reviewer, String meaning, Instant at) {
        public static SignatureView of(Signature signature) {
            return new SignatureView(
                    signature.name(), signature.title(), signature.publicId(), signature.meaning(), signature.at());
        }
    }

    /** The means of authentication of an act: a session, with the time of the last password check, or a token. */
    record MeansView(
            String kind,
            @Nullable Instant passwordAt,
            @Nullable String token,
            @Nullable String name) {
        public static @Nullable MeansView of(@Nullable AuthenticationMethod means) {
            return means == null
                    ? null
                    : new MeansView(
                            means.kind().name().toLowerCase(Locale.ROOT),
                            means.provenAt(),
                            means.token(),
                            means.name());
        }
    }

    record StampView(
            List<ByView> reviewedBy,
            @Nullable List<SignatureView> signatures,
            Instant reviewedAt,
            LocalDate lastReviewed,
            LocalDate reviewDue,
            String origin) {
        public static @Nullable StampView of(@Nullable Stamp stamp) {
            return stamp == null
                    ? null
                    : new StampView(
                            stamp.reviewers().stream()
                                    .map(by -> new ByView(by.account(), by.name(), by.title()))
                                    .toList(),
                            stamp.signatures() == null
                                    ? null
                                    : stamp.signatures().stream()
                                            .map(SignatureView::of)
                                            .toList(),
                            stamp.reviewedAt(),
                            stamp.lastReviewed(),
                            stamp.reviewDue(),
                            stamp.origin().name().toLowerCase(Locale.ROOT));
        }
    }

    record LogView(
            int edition,
            int seq,
            String kind,
            Instant at,
            ByView by,
            @Nullable Integer revision,
            @Nullable String contentHash,
            @Nullable String task,
            @Nullable String outcome,
            @Nullable String message,
            @Nullable Reason reason,
            @Nullable SignatureView signature,
            @Nullable MeansView means,
            @Nullable StampView stamp,
            @Nullable Long position) {
        public static LogView of(LogEntry entry) {
            var revision = entry.revision();
            return new LogView(
                    entry.edition().number(),
                    entry.seq(),
                    entry.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                    entry.at(),
                    new ByView(
                            entry.by().account(), entry.by().name(), entry.by().title()),
                    revision == null ? null : revision.number(),
                    revision == null ? null : revision.contentHash(),
                    entry.task(),
                    entry.outcome(),
                    entry.message(),
                    entry.reason(),
                    entry.signature().map(SignatureView::of).orElse(null),
                    MeansView.of(entry.by().means()),
                    StampView.of(entry.stamp()),
                    entry.position());
        }
    }

    record CommentView(
            String id,
            int revision,
            String pointer,
            @Nullable String quote,
            @Nullable String parent,
            String body,
            String author,
            Instant at,
            boolean resolved,
            @Nullable String resolvedBy) {
        public static CommentView of(Comment comment) {
            return new CommentView(
                    comment.id(),
                    comment.revision(),
                    comment.pointer(),
                    comment.quote(),
                    comment.parent(),
                    comment.body(),
                    comment.author(),
                    comment.at(),
                    comment.resolved(),
                    comment.resolvedBy());
        }
    }

    record TypeView(
            String name,
            String title,
            String workflow,
            String reviewInterval,
            int approvals,
            @Nullable JsonNode schema) {
        public static TypeView of(ContentType type, boolean withSchema) {
            return new TypeView(
                    type.name(),
                    type.title(),
                    type.workflow(),
                    type.reviewInterval().toString(),
                    type.approvals(),
                    withSchema ? type.schema() : null);
        }
    }
}
