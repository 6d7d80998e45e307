package dev.imprimatur.delivery;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.Format;
import dev.imprimatur.content.Rendering;
import dev.imprimatur.publication.LedgerEntry;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A guide as readers see it: the last ledger entry about it, and the content that this entry names.
 *
 * @param content as it was approved; its hash is the entry's
 */
record Delivered(LedgerEntry entry, ContentType type, JsonNode content) {
    /** The document on the wire, in the order sites are told. */
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
        "content"
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
            JsonNode content) {}

    /**
     * The document with its Markdown in that format.
     *
     * @param fields the fields of the content to hold; empty for all
     */
    Document document(Format format, List<String> fields) {
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
                Rendering.render(type, fields.isEmpty() ? content : only(fields), format));
    }

    private JsonNode only(List<String> fields) {
        ObjectNode some = JsonNodeFactory.instance.objectNode();
        for (String field : fields) {
            var steps = List.of(field.split("\\."));
            JsonNode from = content;
            for (String step : steps) from = from.path(step);
            if (from.isMissingNode()) continue;
            ObjectNode to = some;
            for (String step : steps.subList(0, steps.size() - 1)) to = to.withObjectProperty(step);
            to.set(steps.getLast(), from.deepCopy());
        }
        return some;
    }

    String title() {
        return content.path("title").asString(entry.slug());
    }
}
