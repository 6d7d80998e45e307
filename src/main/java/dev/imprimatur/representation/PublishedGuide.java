// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.representation;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.Fields;
import dev.imprimatur.content.FilterField;
import dev.imprimatur.content.Format;
import dev.imprimatur.content.Rendering;
import dev.imprimatur.publication.LedgerEntry;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A published guide: the latest ledger entry about it, and the content that this entry refers to. Immutable. */
public final class PublishedGuide {
    private static final Instant NEVER = Instant.parse("9999-12-31T00:00:00Z");

    private final LedgerEntry entry;
    private final ContentType type;
    private final JsonMapper json;
    private final String title;
    /** In milliseconds since the epoch. */
    private final long changesAt;

    /** The position of the entry. A copy here saves a memory access to the entry, which is rarely in the processor's cache. */
    private final long position;

    private final Map<String, List<String>> values;
    private final Representation representation;

    /**
     * Creates the guide and serializes its full representation. Of the content, only the title and the values of the filter fields are kept
     * as objects, because lists need them; everything else is parsed from the representation again when it is needed.
     *
     * @param content the approved content; its hash is the content hash of the entry
     */
    public PublishedGuide(LedgerEntry entry, ContentType type, JsonNode content, JsonMapper json) {
        this.entry = entry;
        this.type = type;
        this.json = json;
        this.changesAt = changesAt(entry).toEpochMilli();
        this.position = entry.position();
        this.title = content.path("title").asString(entry.slug());
        var fieldValues = new HashMap<String, List<String>>();
        for (var field : type.filterFields()) fieldValues.put(field.name(), field.values(content));
        this.values = Map.copyOf(fieldValues);
        this.representation = Representation.reused(
                entry.at(),
                surrogateKey(),
                json.writeValueAsBytes(document(content, Format.MARKDOWN, List.of(), null)));
    }

    public LedgerEntry entry() {
        return entry;
    }

    public JsonNode content() {
        return json.readTree(representation.bytes()).get("content");
    }

    /** The guide's values of a field that sites can filter by; empty if the guide has none. */
    public List<String> values(FilterField field) {
        return Objects.requireNonNull(values.get(field.name()));
    }

    public String title() {
        return title;
    }

    /** The representation of the whole document with its Markdown unchanged, which is what sites request most. */
    public Representation representation() {
        return representation;
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
     * When the guide will change next without a new ledger entry: at the end of the day (UTC) on which its review is due. Without a review
     * date, or once the review is overdue, this is the year 9999.
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
        return review == null || review.overdue()
                ? NEVER
                : review.reviewDue().plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    /**
     * The JSON document that sites receive, with its members in the documented order.
     *
     * @param highlights the passages in which a search found its words, by field: HTML with {@code mark} elements; null without a search
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonPropertyOrder({
        "id",
        "type",
        "slug",
        "locale",
        "edition",
        "revision",
        "contentHash",
        "position",
        "publishedAt",
        "firstPublishedAt",
        "review",
        "content",
        "highlights"
    })
    record Document(
            String id,
            String type,
            String slug,
            String locale,
            int edition,
            int revision,
            String contentHash,
            long position,
            Instant publishedAt,
            Instant firstPublishedAt,
            LedgerEntry.@Nullable Review review,
            JsonNode content,
            @Nullable Map<String, String> highlights) {}

    /**
     * Serializes the document with its Markdown rendered in the given format.
     *
     * @param fields the fields of the content to include; empty for all
     * @param highlights as in {@link Document}; null without a search
     */
    public JsonParts.Part document(Format format, List<String> fields, @Nullable Map<String, String> highlights) {
        boolean isUnchanged = format == Format.MARKDOWN && fields.isEmpty() && highlights == null;
        return isUnchanged
                ? representation.part()
                : JsonParts.Part.of(json.writeValueAsBytes(document(content(), format, fields, highlights)));
    }

    private Document document(
            JsonNode content, Format format, List<String> fields, @Nullable Map<String, String> highlights) {
        return new Document(
                entry.id(),
                entry.type(),
                entry.slug(),
                entry.locale(),
                entry.edition(),
                entry.revision(),
                entry.contentHash(),
                entry.position(),
                entry.publishedAt(),
                entry.firstPublishedAt(),
                entry.review(),
                Rendering.render(type, Fields.of(content, fields), format),
                highlights);
    }
}
