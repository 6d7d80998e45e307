// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.history.Reviewer;
import dev.imprimatur.history.Revision;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One change of what readers can see. An entry carries all that is delivered with a guide but its content, so that what
 * is live is a fold that keeps each guide's last entry.
 *
 * @param position 1, 2, 3… without gaps
 * @param id of the guide
 * @param review of kinds other than {@code unpublish}
 * @param redirectTo of kind {@code unpublish}: where readers are sent, if anywhere
 * @param at when it was appended
 * @param previousHash the hash of the entry before; of the first, 64 zeros
 * @param hash SHA-256 of this entry's canonical JSON (RFC 8785) without {@code hash} and {@code signature}
 * @param signature compact JWS (EdDSA) over position and hash
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({
    "position",
    "kind",
    "id",
    "type",
    "slug",
    "locale",
    "edition",
    "revision",
    "contentHash",
    "publishedAt",
    "firstPublishedAt",
    "review",
    "redirectTo",
    "at",
    "previousHash",
    "hash",
    "signature"
})
public record LedgerEntry(
        long position,
        Kind kind,
        String id,
        String type,
        String slug,
        String locale,
        int edition,
        int revision,
        String contentHash,
        Instant publishedAt,
        Instant firstPublishedAt,
        @Nullable Review review,
        @Nullable String redirectTo,
        Instant at,
        String previousHash,
        String hash,
        String signature) {
    /** What became of a guide for its readers. */
    public enum Kind {
        @JsonProperty("publish")
        PUBLISH,
        @JsonProperty("restamp")
        RESTAMP,
        @JsonProperty("review-overdue")
        REVIEW_OVERDUE,
        @JsonProperty("unpublish")
        UNPUBLISH;

        /** As it is spelt on the wire. */
        public String spelling() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * The “last reviewed” stamp as it is delivered.
     *
     * @param origin {@code here}, or {@code imported} for a review elsewhere that the server's operator vouches for
     * @param signatures who signed which decision on it; absent for reviews elsewhere and in entries from before decisions were
     *     signed, whose hashes do not hold it
     * @param signature compact JWS (EdDSA) that binds the review to the content hash
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonPropertyOrder({
        "lastReviewed",
        "reviewedAt",
        "reviewedBy",
        "signatures",
        "reviewDue",
        "overdue",
        "origin",
        "signature"
    })
    public record Review(
            LocalDate lastReviewed,
            Instant reviewedAt,
            List<By> reviewedBy,
            @Nullable List<Signature> signatures,
            LocalDate reviewDue,
            boolean overdue,
            String origin,
            String signature) {
        Review asOverdue() {
            return new Review(lastReviewed, reviewedAt, reviewedBy, signatures, reviewDue, true, origin, signature);
        }
    }

    /**
     * Who vouched, as readers are told.
     *
     * @param reviewer a public id, the same whatever they are called; absent for reviews elsewhere and in entries from before there
     *     were such ids, whose hashes do not hold it
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record By(
            String name, @Nullable String title, @Nullable String reviewer) {
        static By of(Reviewer reviewer) {
            return new By(reviewer.name(), reviewer.title(), reviewer.publicId());
        }
    }

    /**
     * A decision that somebody signed.
     *
     * @param reviewer a public id, as in {@link By}
     * @param meaning what they signed, in the words of the workflow
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonPropertyOrder({"name", "title", "reviewer", "meaning", "at"})
    public record Signature(
            String name, @Nullable String title, @Nullable String reviewer, String meaning, Instant at) {}

    /** Whether an entry of an edition's log, which names this position, tells of this. */
    boolean isToldBy(LogEntry noted) {
        if (!id.equals(noted.edition().guide()) || edition != noted.edition().number()) return false;
        return switch (noted.kind()) {
            case PUBLISHED -> kind == Kind.PUBLISH && new Revision.Ref(revision, contentHash).equals(noted.revision());
            case UNPUBLISHED -> kind == Kind.UNPUBLISH;
            case OVERDUE -> review != null && review.overdue();
            default -> true;
        };
    }

    @JsonIgnore
    public boolean isLive() {
        return kind != Kind.UNPUBLISH;
    }

    /**
     * What an entry is about.
     *
     * @param id of the guide
     */
    public record Subject(String id, String type, String slug, String locale) {}

    /** The revision that is or was published, with the edition it belongs to. */
    public record PublishedRevision(
            int edition, int revision, String contentHash, Instant publishedAt, Instant firstPublishedAt) {}

    /** The place of an entry in the hash chain. */
    public record Link(long position, String previousHash, String hash, String signature) {
        /** The place behind the entry with that hash, not sealed yet. */
        public static Link open(long position, String previousHash) {
            return new Link(position, previousHash, "", "");
        }
    }

    /** An entry of these parts. */
    public static LedgerEntry of(
            Kind kind,
            Subject subject,
            PublishedRevision published,
            @Nullable Review review,
            @Nullable String redirectTo,
            Instant at,
            Link link) {
        return new LedgerEntry(
                link.position(),
                kind,
                subject.id(),
                subject.type(),
                subject.slug(),
                subject.locale(),
                published.edition(),
                published.revision(),
                published.contentHash(),
                published.publishedAt(),
                published.firstPublishedAt(),
                review,
                redirectTo,
                at,
                link.previousHash(),
                link.hash(),
                link.signature());
    }

    private Subject subject() {
        return new Subject(id, type, slug, locale);
    }

    private PublishedRevision published() {
        return new PublishedRevision(edition, revision, contentHash, publishedAt, firstPublishedAt);
    }

    LedgerEntry sealed(String newHash, String newSignature) {
        return of(
                kind,
                subject(),
                published(),
                review,
                redirectTo,
                at,
                new Link(position, previousHash, newHash, newSignature));
    }

    /** The same entry with another review, not sealed. */
    LedgerEntry with(@Nullable Review newReview) {
        return of(kind, subject(), published(), newReview, redirectTo, at, Link.open(position, previousHash));
    }

    /** Another kind of entry about the same published revision, not sealed. */
    LedgerEntry next(Kind newKind, long newPosition, String hashBefore, @Nullable String newRedirect, Instant now) {
        return of(newKind, subject(), published(), review, newRedirect, now, Link.open(newPosition, hashBefore));
    }
}
