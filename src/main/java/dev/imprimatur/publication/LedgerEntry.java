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
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * One change of what readers can see. An entry carries everything that is delivered with a guide except its content. Therefore the
 * last entry of each guide says whether and how the guide is published.
 *
 * @param position 1, 2, 3… without gaps
 * @param id of the guide
 * @param translationSet the set of guides that are translations of one another: the id of another guide of it; null for the set that has
 *     the id of the guide itself, which every guide is in unless the entry says otherwise
 * @param previousSlug the slug that the guide had before; null for all kinds but {@code rename}
 * @param review the “last reviewed” stamp; null for {@code unpublish}
 * @param redirectTo where readers are sent after an {@code unpublish}; null for no redirect and for other kinds
 * @param release the release that the entry belongs to; null if the entry stands alone
 * @param at when the entry was made
 * @param previousHash the hash of the previous entry; 64 zeros for the first entry
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
    "previousSlug",
    "locale",
    "translationSet",
    "edition",
    "revision",
    "contentHash",
    "publishedAt",
    "firstPublishedAt",
    "review",
    "redirectTo",
    "release",
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
        @Nullable String previousSlug,
        String locale,
        @Nullable String translationSet,
        int edition,
        int revision,
        String contentHash,
        Instant publishedAt,
        Instant firstPublishedAt,
        @Nullable Review review,
        @Nullable String redirectTo,
        @Nullable Release release,
        Instant at,
        String previousHash,
        String hash,
        String signature) {
    /**
     * A release: consecutive entries that readers see together or not at all.
     *
     * @param first position of its first entry
     * @param last position of its last entry
     */
    public record Release(String id, long first, long last) {
        public long size() {
            return last - first + 1;
        }

        List<Long> positions() {
            return LongStream.rangeClosed(first, last).boxed().toList();
        }
    }

    /** How an entry changes what readers see of a guide. */
    public enum Kind {
        @JsonProperty("publish")
        PUBLISH,
        @JsonProperty("restamp")
        RESTAMP,
        @JsonProperty("review-overdue")
        REVIEW_OVERDUE,
        @JsonProperty("unpublish")
        UNPUBLISH,
        /** The guide has another slug; everything else that is delivered stays the same. */
        @JsonProperty("rename")
        RENAME,
        /** The guide has become a translation of others, or is none any more; everything else that is delivered stays the same. */
        @JsonProperty("link")
        LINK;

        /** The kind as JSON spells it, such as {@code review-overdue}. */
        public String spelling() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * The “last reviewed” stamp as it is delivered.
     *
     * @param origin {@code here}, or {@code imported} for a review elsewhere that the server's operator vouches for
     * @param signatures who signed which decision; absent for reviews elsewhere, and in entries from before decisions were signed, whose
     *     hashes do not include this field
     * @param parts the parts of the content that are reviewed on their own too, by JSON Pointer; absent if there are none
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
        "parts",
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
            @Nullable Map<String, Part> parts,
            String signature) {
        public Review {
            // in the order of their pointers, so that all nodes deliver the same bytes
            parts = parts == null || parts.isEmpty() ? null : Collections.unmodifiableMap(new TreeMap<>(parts));
        }

        Review signedAs(String newSignature) {
            return new Review(
                    lastReviewed, reviewedAt, reviewedBy, signatures, reviewDue, overdue, origin, parts, newSignature);
        }

        /** This review, marked as overdue, with its parts that are due no later. */
        Review asOverdue() {
            var marked = withParts((_, part) -> part.reviewDue().isAfter(reviewDue) ? part : part.asOverdue());
            return new Review(
                    lastReviewed, reviewedAt, reviewedBy, signatures, reviewDue, true, origin, marked.parts, signature);
        }

        /** This review with the review of a part marked as overdue. */
        Review asOverdue(String pointer) {
            return withParts((at, part) -> at.equals(pointer) ? part.asOverdue() : part);
        }

        /** This review with each of its parts changed. */
        Review withParts(BiFunction<String, Part, Part> change) {
            var changed = new TreeMap<>(reviewedParts());
            changed.replaceAll(change);
            return new Review(
                    lastReviewed, reviewedAt, reviewedBy, signatures, reviewDue, overdue, origin, changed, signature);
        }

        /** Whether the other review says the same, apart from the signatures, which name the slug of the guide. */
        boolean saysSameAs(Review other) {
            return unsigned().equals(other.unsigned());
        }

        private Review unsigned() {
            return withParts((_, part) -> part.signedAs("")).signedAs("");
        }

        /** The parts that are reviewed on their own too, by JSON Pointer. */
        public Map<String, Part> reviewedParts() {
            return parts == null ? Map.of() : parts;
        }

        /** Whether the review of the part is marked as overdue. */
        boolean isOverdue(String pointer) {
            var part = reviewedParts().get(pointer);
            return part != null && part.overdue();
        }
    }

    /**
     * The “last reviewed” stamp of a part of the content.
     *
     * @param signatures who signed which decision on just this part; absent if the part was reviewed with the whole
     * @param origin as in {@link Review}
     * @param signature compact JWS (EdDSA) that binds the review of the part to its pointer and to the content hash
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
    public record Part(
            LocalDate lastReviewed,
            Instant reviewedAt,
            List<By> reviewedBy,
            @Nullable List<Signature> signatures,
            LocalDate reviewDue,
            boolean overdue,
            String origin,
            String signature) {
        private Part asOverdue() {
            return new Part(lastReviewed, reviewedAt, reviewedBy, signatures, reviewDue, true, origin, signature);
        }

        Part signedAs(String newSignature) {
            return new Part(lastReviewed, reviewedAt, reviewedBy, signatures, reviewDue, overdue, origin, newSignature);
        }
    }

    /**
     * A reviewer as delivered to readers.
     *
     * @param reviewer a public id that stays the same when the person's name changes; absent for reviews elsewhere, and in entries from
     *     before such ids existed, whose hashes do not include this field
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record By(
            String name,
            @Nullable String title,
            @Nullable String reviewer,
            @Nullable Boolean external) {
        static By of(Reviewer reviewer) {
            return new By(reviewer.name(), reviewer.title(), reviewer.publicId(), reviewer.external());
        }
    }

    /**
     * A decision that somebody signed.
     *
     * @param reviewer a public id, as in {@link By}
     * @param meaning what the signature means, in the words of the workflow
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonPropertyOrder({"name", "title", "reviewer", "meaning", "at"})
    public record Signature(
            String name, @Nullable String title, @Nullable String reviewer, String meaning, Instant at) {}

    /** Whether this ledger entry is the one that the log entry, which names this position, describes. */
    boolean isDescribedBy(LogEntry logged) {
        if (!id.equals(logged.edition().guide()) || edition != logged.edition().number()) return false;
        return switch (logged.kind()) {
            case PUBLISHED -> kind == Kind.PUBLISH && new Revision.Ref(revision, contentHash).equals(logged.revision());
            case UNPUBLISHED -> kind == Kind.UNPUBLISH;
            case OVERDUE ->
                review != null
                        && (logged.parts() == null
                                ? review.overdue()
                                : logged.parts().stream().allMatch(review::isOverdue));
            case RENAMED ->
                kind == Kind.RENAME
                        && previousSlug != null
                        && new LogEntry.Renamed(previousSlug, slug).equals(logged.renamed());
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
     * @param translationSet as in {@link LedgerEntry}
     */
    public record Subject(
            String id,
            String type,
            String slug,
            String locale,
            @Nullable String translationSet) {
        public Subject(String id, String type, String slug, String locale) {
            this(id, type, slug, locale, null);
        }

        /** The id of the set of translations that the guide is in, if only with itself. */
        public String set() {
            return translationSet == null ? id : translationSet;
        }
    }

    /** The revision that is or was published, with the edition it belongs to. */
    public record PublishedRevision(
            int edition, int revision, String contentHash, Instant publishedAt, Instant firstPublishedAt) {}

    /** The place of an entry in the hash chain. */
    public record Link(long position, String previousHash, String hash, String signature) {
        /** Returns an unsealed link that follows the entry with that hash. */
        public static Link unsealed(long position, String previousHash) {
            return new Link(position, previousHash, "", "");
        }
    }

    /** Creates an entry from its parts. */
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
                null,
                subject.locale(),
                subject.translationSet(),
                published.edition(),
                published.revision(),
                published.contentHash(),
                published.publishedAt(),
                published.firstPublishedAt(),
                review,
                redirectTo,
                null,
                at,
                link.previousHash(),
                link.hash(),
                link.signature());
    }

    Subject subject() {
        return new Subject(id, type, slug, locale, translationSet);
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
                        new Link(position, previousHash, newHash, newSignature))
                .withPrevious(previousSlug, release);
    }

    /**
     * Returns this entry as a part of a release, unsealed.
     *
     * @param instant of the first entry of the release, which is that of all its entries, so that no instant lies inside the release; null
     *     for the first entry
     */
    LedgerEntry in(Release newRelease, @Nullable Instant instant) {
        if (instant == null) return withPrevious(previousSlug, newRelease);
        return of(
                        kind,
                        subject(),
                        new PublishedRevision(
                                edition,
                                revision,
                                contentHash,
                                kind == Kind.PUBLISH ? instant : publishedAt,
                                firstPublishedAt.equals(at) ? instant : firstPublishedAt),
                        review,
                        redirectTo,
                        instant,
                        Link.unsealed(position, previousHash))
                .withPrevious(previousSlug, newRelease);
    }

    /** Whether further entries of the same release follow, without which no reader sees this one. */
    @JsonIgnore
    public boolean isContinued() {
        return release != null && position < release.last();
    }

    private LedgerEntry withPrevious(@Nullable String slugBefore, @Nullable Release newRelease) {
        return new LedgerEntry(
                position,
                kind,
                id,
                type,
                slug,
                slugBefore,
                locale,
                translationSet,
                edition,
                revision,
                contentHash,
                publishedAt,
                firstPublishedAt,
                review,
                redirectTo,
                newRelease,
                at,
                previousHash,
                hash,
                signature);
    }

    /** Returns this entry with another review, unsealed. */
    LedgerEntry with(@Nullable Review newReview) {
        return of(kind, subject(), published(), newReview, redirectTo, at, Link.unsealed(position, previousHash))
                .withPrevious(previousSlug, release);
    }

    /** Returns an unsealed entry that gives the guide another slug; its review is not signed for that slug yet. */
    LedgerEntry renamed(String newSlug, long newPosition, String hashBefore, Instant now) {
        return of(
                        Kind.RENAME,
                        new Subject(id, type, newSlug, locale, translationSet),
                        published(),
                        review,
                        null,
                        now,
                        Link.unsealed(newPosition, hashBefore))
                .withPrevious(slug, null);
    }

    /** Returns an unsealed entry that puts the guide into another set of translations. */
    LedgerEntry linked(@Nullable String newSet, long newPosition, String hashBefore, Instant now) {
        return of(
                Kind.LINK,
                new Subject(id, type, slug, locale, newSet),
                published(),
                review,
                null,
                now,
                Link.unsealed(newPosition, hashBefore));
    }

    /** The id of the set of translations that the guide is in, if only with itself. */
    @JsonIgnore
    public String set() {
        return subject().set();
    }

    /** Returns an unsealed entry of another kind about the same published revision. */
    LedgerEntry next(Kind newKind, long newPosition, String hashBefore, @Nullable String newRedirect, Instant now) {
        return of(newKind, subject(), published(), review, newRedirect, now, Link.unsealed(newPosition, hashBefore));
    }
}
