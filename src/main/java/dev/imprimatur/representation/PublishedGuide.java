// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.representation;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.FilterField;
import dev.imprimatur.publication.LedgerEntry;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A published guide without its content: the latest ledger entry about it, and what lists need of the content. {@link GuideContents} has
 * the content. Immutable; two objects are never equal, even if they describe the same guide.
 */
public final class PublishedGuide {
    private static final Instant NEVER = Instant.parse("9999-12-31T00:00:00Z");

    private final LedgerEntry entry;
    private final ContentType type;
    private final ListValues listed;
    /** In milliseconds since the epoch. */
    private final long changesAt;

    /** The position of the entry. A copy here saves a memory access to the entry, which is rarely in the processor's cache. */
    private final long position;

    /** @param listed of the content whose hash is the content hash of the entry */
    public PublishedGuide(LedgerEntry entry, ContentType type, ListValues listed) {
        this.entry = entry;
        this.type = type;
        this.listed = listed;
        this.changesAt = changesAt(entry).toEpochMilli();
        this.position = entry.position();
    }

    public LedgerEntry entry() {
        return entry;
    }

    ContentType type() {
        return type;
    }

    public ListValues listed() {
        return listed;
    }

    /** The guide's values of a field that sites can filter by; empty if the guide has none. */
    public List<String> values(FilterField field) {
        return Objects.requireNonNull(listed.values().get(field.name()));
    }

    public String title() {
        var title = listed.title();
        return title == null ? entry.slug() : title;
    }

    /** The surrogate keys by which a CDN can purge the guide, separated by spaces. */
    public String surrogateKey() {
        return entry.type() + " " + entry.type() + "/" + entry.slug();
    }

    /** The ledger position of the guide's latest entry. */
    public long position() {
        return position;
    }

    /**
     * When the guide will change next without a new ledger entry: at the end of the day (UTC) on which its review, or the review of a
     * part, is due. Without a review date, or once all reviews are overdue, this is the year 9999.
     */
    public Instant changesAt() {
        return Instant.ofEpochMilli(changesAt);
    }

    /** Whether {@link #changesAt()} is at or before the given time, in milliseconds since the epoch. */
    public boolean changesBy(long then) {
        return changesAt <= then;
    }

    private static Instant changesAt(LedgerEntry entry) {
        var review = entry.review();
        if (review == null) return NEVER;
        var parts = review.reviewedParts().values().stream()
                .filter(part -> !part.overdue())
                .map(LedgerEntry.Part::reviewDue);
        return Stream.concat(review.overdue() ? Stream.empty() : Stream.of(review.reviewDue()), parts)
                .min(Comparator.naturalOrder())
                .map(day -> day.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant())
                .orElse(NEVER);
    }
}
