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
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A published guide without its content: the latest ledger entry about it, and what lists need of the content. {@link GuideContents} has
 * the content. Immutable; two objects are never equal, even if they describe the same guide.
 */
public final class PublishedGuide {
    private static final Instant NEVER = Instant.parse("9999-12-31T00:00:00Z");

    private final LedgerEntry entry;
    private final ContentType type;
    private final ListValues listed;
    private final List<Translation> translations;
    private final Instant modifiedAt;
    /** In milliseconds since the epoch. */
    private final long changesAt;

    /** The position of the latest entry that changed what is delivered of the guide. */
    private final long position;

    /** @param listed of the content whose hash is the content hash of the entry */
    public PublishedGuide(LedgerEntry entry, ContentType type, ListValues listed) {
        this(entry, type, listed, List.of(), entry.position(), entry.at());
    }

    private PublishedGuide(
            LedgerEntry entry,
            ContentType type,
            ListValues listed,
            List<Translation> translations,
            long position,
            Instant modifiedAt) {
        this.entry = entry;
        this.type = type;
        this.listed = listed;
        this.translations = translations;
        this.modifiedAt = modifiedAt;
        this.changesAt = changesAt(entry).toEpochMilli();
        this.position = position;
    }

    /**
     * Returns this guide beside other translations.
     *
     * @param others the translations that are published, in the order of their locales
     * @param changed the position of the latest entry about the guide or one of its translations
     * @param changedAt when that entry was appended
     */
    public PublishedGuide beside(List<Translation> others, long changed, Instant changedAt) {
        return translations.equals(others) && position == changed
                ? this
                : new PublishedGuide(entry, type, listed, List.copyOf(others), changed, changedAt);
    }

    /** The other guides that are translations of this one and are published, in the order of their locales. */
    public List<Translation> translations() {
        return translations;
    }

    /** The value of the {@code Link} header that names the translations; null if there are none. */
    @Nullable
    String links() {
        return translations.isEmpty()
                ? null
                : translations.stream().map(Translation::link).collect(Collectors.joining(", "));
    }

    /** When the guide or the list of its translations was last changed by a ledger entry. */
    public Instant modifiedAt() {
        return modifiedAt;
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
        return entry.type() + " " + entry.type() + "/" + entry.slug() + " translations/" + entry.set();
    }

    /** The ledger position of the latest entry about the guide or one of its translations. */
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

    /** Whether the review of the guide, or of one of its parts, is overdue. */
    public boolean isOverdue() {
        var review = entry.review();
        return review != null
                && (review.overdue() || review.reviewedParts().values().stream().anyMatch(LedgerEntry.Part::overdue));
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
