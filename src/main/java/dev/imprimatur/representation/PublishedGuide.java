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

/** A guide as readers see it: the last ledger entry about it, and the content that this entry names. */
public final class PublishedGuide {
    private static final Instant NEVER = Instant.parse("9999-12-31T00:00:00Z");

    private final LedgerEntry entry;
    private final ContentType type;
    private final JsonMapper json;
    private final String title;
    /** In milliseconds since the epoch. */
    private final long changesAt;

    /** The entry's, kept here since the entry is one more place in cold memory. */
    private final long position;

    private final Map<String, List<String>> values;
    private final Representation answer;

    /**
     * Makes its answer ready, too, and keeps of the content what lists are made from; all else is read from the answer again.
     *
     * @param content as it was approved; its hash is the entry's
     */
    public PublishedGuide(LedgerEntry entry, ContentType type, JsonNode content, JsonMapper json) {
        this.entry = entry;
        this.type = type;
        this.json = json;
        this.changesAt = changesAt(entry).toEpochMilli();
        this.position = entry.position();
        this.title = content.path("title").asString(entry.slug());
        var found = new HashMap<String, List<String>>();
        for (var field : type.filterFields()) found.put(field.name(), field.values(content));
        this.values = Map.copyOf(found);
        this.answer = Representation.kept(
                entry.at(),
                surrogateKey(),
                json.writeValueAsBytes(document(content, Format.MARKDOWN, List.of(), null)));
    }

    public LedgerEntry entry() {
        return entry;
    }

    public JsonNode content() {
        return json.readTree(answer.bytes()).get("content");
    }

    /** The values of a field that sites can filter by. */
    public List<String> values(FilterField field) {
        return Objects.requireNonNull(values.get(field.name()));
    }

    public String title() {
        return title;
    }

    /** The whole document as it was written: what is asked for most. */
    public Representation answer() {
        return answer;
    }

    /** What a CDN may purge it by. */
    public String surrogateKey() {
        return entry.type() + " " + entry.type() + "/" + entry.slug();
    }

    /** The position of its entry. */
    public long position() {
        return position;
    }

    /** When it changes next, as far as is known: the end of the day on which its review is due. */
    public Instant changesAt() {
        return Instant.ofEpochMilli(changesAt);
    }

    /** Whether that is up to then, in milliseconds since the epoch. */
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
     * The document on the wire, in the order sites are told.
     *
     * @param highlights where a search found its words, by field: HTML with {@code mark} elements; null without a search
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
     * The document on the wire with its Markdown in that format.
     *
     * @param fields the fields of the content to hold; empty for all
     */
    public JsonParts.Part document(Format format, List<String> fields, @Nullable Map<String, String> highlights) {
        boolean asItIs = format == Format.MARKDOWN && fields.isEmpty() && highlights == null;
        return asItIs
                ? answer.part()
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
