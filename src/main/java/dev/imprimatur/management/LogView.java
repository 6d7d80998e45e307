// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.content.Reason;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.history.Notice;
import dev.imprimatur.history.Reviewer;
import dev.imprimatur.history.Signature;
import dev.imprimatur.history.Stamp;
import dev.imprimatur.history.StampedPart;
import dev.imprimatur.people.AuthenticationMethod;
import dev.imprimatur.people.Person;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** An entry of an edition log as the management API describes it. */
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
        @Nullable Long position,
        @Nullable ScheduleView schedule,
        LogEntry.@Nullable Renamed renamed,
        @Nullable NoticeView notice,
        @Nullable String owner,
        @Nullable List<String> reviewers,
        LogEntry.@Nullable TranslatedFrom translatedFrom,
        @Nullable List<String> parts,
        LogEntry.@Nullable Moved moved) {
    /** @param invitedBy of somebody without an account: the colleague who invited them */
    record ByView(
            @Nullable String account,
            String name,
            @Nullable String title,
            @Nullable String invitedBy) {
        static ByView of(Person by) {
            return new ByView(by.account(), by.name(), by.title(), by.invitedBy());
        }
    }

    /**
     * A signed decision.
     *
     * @param reviewer the public id under which readers know the signer
     */
    record SignatureView(
            String name, @Nullable String title, @Nullable String reviewer, String meaning, Instant at) {
        static SignatureView of(Signature signature) {
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
        static @Nullable MeansView of(@Nullable AuthenticationMethod means) {
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
            String origin,
            @Nullable List<PartView> parts) {
        static @Nullable StampView of(@Nullable Stamp stamp) {
            return stamp == null
                    ? null
                    : new StampView(
                            reviewers(stamp.reviewers()),
                            signatures(stamp.signatures()),
                            stamp.reviewedAt(),
                            stamp.lastReviewed(),
                            stamp.reviewDue(),
                            stamp.origin().name().toLowerCase(Locale.ROOT),
                            stamp.parts() == null
                                    ? null
                                    : stamp.stampedParts().stream()
                                            .map(PartView::of)
                                            .toList());
        }

        private static List<ByView> reviewers(List<Reviewer> reviewers) {
            return reviewers.stream()
                    .map(by -> new ByView(by.account(), by.name(), by.title(), null))
                    .toList();
        }

        private static @Nullable List<SignatureView> signatures(@Nullable List<Signature> signatures) {
            return signatures == null
                    ? null
                    : signatures.stream().map(SignatureView::of).toList();
        }

        /** The stamp of a part that is reviewed on its own too. */
        record PartView(
                String pointer,
                List<ByView> reviewedBy,
                @Nullable List<SignatureView> signatures,
                Instant reviewedAt,
                LocalDate lastReviewed,
                LocalDate reviewDue) {
            static PartView of(StampedPart part) {
                return new PartView(
                        part.pointer(),
                        reviewers(part.reviewers()),
                        StampView.signatures(part.signatures()),
                        part.reviewedAt(),
                        part.lastReviewed(),
                        part.reviewDue());
            }
        }
    }

    /** @param group the role of the people who were told */
    record NoticeView(
            @Nullable String task,
            String group,
            @Nullable String owner,
            Instant planned,
            @Nullable Instant due) {
        static @Nullable NoticeView of(@Nullable Notice notice) {
            return notice == null
                    ? null
                    : new NoticeView(notice.task(), notice.group(), notice.owner(), notice.planned(), notice.due());
        }
    }

    static LogView of(LogEntry entry) {
        var revision = entry.revision();
        return new LogView(
                entry.edition().number(),
                entry.seq(),
                kind(entry.kind()),
                entry.at(),
                ByView.of(entry.by()),
                revision == null ? null : revision.number(),
                revision == null ? null : revision.contentHash(),
                entry.task(),
                entry.outcome(),
                entry.message(),
                entry.reason(),
                entry.signature().map(SignatureView::of).orElse(null),
                MeansView.of(entry.by().means()),
                StampView.of(entry.stamp()),
                entry.position(),
                entry.schedule() == null ? null : ScheduleView.of(entry.schedule()),
                entry.renamed(),
                NoticeView.of(entry.notice()),
                entry.owner(),
                entry.reviewers(),
                entry.translatedFrom(),
                entry.parts(),
                entry.moved());
    }

    /** The kind as the API spells it. */
    static String kind(LogEntry.Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
