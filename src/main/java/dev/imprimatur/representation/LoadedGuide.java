// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.representation;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.imprimatur.content.Fields;
import dev.imprimatur.content.Format;
import dev.imprimatur.content.References;
import dev.imprimatur.content.Rendering;
import dev.imprimatur.media.Library;
import dev.imprimatur.publication.LedgerEntry;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A published guide with its content, which was compared with the content hash when it was read from the store.
 *
 * @param representation the whole document with its Markdown unchanged, which is what sites request most, without resolved references
 * @param references the guides that the content refers to, as they are published; null if they are not resolved, or if there are none
 */
public record LoadedGuide(
        PublishedGuide guide,
        Representation representation,
        @Nullable ResolvedReferences references,
        JsonMapper json,
        Library library) {
    LoadedGuide(PublishedGuide guide, Representation representation, JsonMapper json, Library library) {
        this(guide, representation, null, json, library);
    }

    static LoadedGuide of(PublishedGuide guide, JsonNode content, JsonMapper json, Library library) {
        return new LoadedGuide(
                guide,
                Representation.reused(
                        guide,
                        json.writeValueAsBytes(
                                document(guide, content, null, Format.MARKDOWN, List.of(), null, library)),
                        ids(guide, content)),
                json,
                library);
    }

    /** The content, parsed from the representation. */
    public JsonNode content() {
        return json.readTree(representation.bytes()).get("content");
    }

    /**
     * The JSON document that sites receive, with its members in the documented order.
     *
     * @param translations the published translations; null if there are none
     * @param assets the pictures and files that the content names, by id; null if it names none
     * @param references the guides that the content refers to, by id; null if there are none, or if they are not resolved
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
        "translations",
        "assets",
        "references",
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
            @Nullable List<Translation> translations,
            @Nullable Map<String, DeliveredAsset> assets,
            @Nullable Map<String, Reference> references,
            JsonNode content,
            @Nullable Map<String, String> highlights) {}

    /**
     * Serializes the document with its Markdown rendered in the given format.
     *
     * @param fields the fields of the content to include; empty for all
     * @param highlights as in {@link Document}; null without a search
     */
    public JsonParts.Part document(Format format, List<String> fields, @Nullable Map<String, String> highlights) {
        boolean isUnchanged = format == Format.MARKDOWN && fields.isEmpty() && highlights == null && references == null;
        return isUnchanged
                ? representation.part()
                : JsonParts.Part.of(json.writeValueAsBytes(
                        document(guide, content(), references, format, fields, highlights, library)));
    }

    /** The guide with its references as they are published. */
    public LoadedGuide with(ResolvedReferences resolved) {
        return resolved.byGuide().isEmpty() ? this : new LoadedGuide(guide, representation, resolved, json, library);
    }

    /**
     * The representation whose content is the one that was approved, hashed and signed, as it was written. What it refers to stands beside
     * it only.
     *
     * @param fields the fields of the content to include; empty for all
     */
    public Representation asApproved(List<String> fields) {
        var resolved = references;
        if (resolved == null && fields.isEmpty()) return representation;
        byte[] body = json.writeValueAsBytes(document(Format.MARKDOWN, fields));
        return resolved == null ? Representation.of(guide, body) : Representation.of(guide, resolved, body);
    }

    /**
     * The representation that sites receive, in which the references of fields are resolved in their places.
     *
     * @param fields the fields of the content to include; empty for all
     * @param included fields of the guides that are referred to, by the id of the guide
     */
    public Representation representation(Format format, List<String> fields, Map<String, JsonNode> included) {
        boolean isWhole = format == Format.MARKDOWN && fields.isEmpty();
        var resolved = references;
        if (resolved == null)
            return isWhole
                    ? representation
                    : Representation.of(guide, json.writeValueAsBytes(document(format, fields)));
        return isWhole && included.isEmpty()
                ? representation.resolved(
                        resolved, () -> Representation.of(guide, resolved, inPlaces(whole(resolved), included)))
                : Representation.of(guide, resolved, inPlaces(json.valueToTree(document(format, fields)), included));
    }

    /** The whole document with these references beside the content, made of bytes in memory: the fast path may not wait for a store. */
    private ObjectNode whole(ResolvedReferences resolved) {
        var document = (ObjectNode) json.readTree(representation.bytes());
        var content = document.remove("content");
        document.set("references", json.valueToTree(resolved.of(representation.references())));
        document.set("content", content);
        return document;
    }

    private byte[] inPlaces(ObjectNode document, Map<String, JsonNode> included) {
        var known = document.path("references");
        included.forEach((id, fields) -> {
            if (known.get(id) instanceof ObjectNode reference)
                fields.properties().forEach(field -> reference.putIfAbsent(field.getKey(), field.getValue()));
        });
        for (var reference : References.ofFields(guide.type(), document.path("content")))
            if (document.at("/content" + reference.place()) instanceof ObjectNode place
                    && known.get(reference.guide()) instanceof ObjectNode members) place.setAll(members.deepCopy());
        return json.writeValueAsBytes(document);
    }

    private static List<String> ids(PublishedGuide guide, JsonNode content) {
        return References.of(guide.type(), content).stream()
                .map(References.Found::guide)
                .distinct()
                .toList();
    }

    private Document document(Format format, List<String> fields) {
        return document(guide, content(), references, format, fields, null, library);
    }

    private static Document document(
            PublishedGuide guide,
            JsonNode content,
            @Nullable ResolvedReferences resolved,
            Format format,
            List<String> fields,
            @Nullable Map<String, String> highlights,
            Library library) {
        var included = Fields.of(content, fields);
        var assets = DeliveredAsset.in(included, library);
        var pictures = DeliveredAsset.pictures(assets);
        var ids = resolved == null ? List.<String>of() : ids(guide, included);
        var entry = guide.entry();
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
                guide.translations().isEmpty() ? null : guide.translations(),
                assets.isEmpty() ? null : assets,
                resolved == null || ids.isEmpty() ? null : resolved.of(ids),
                Rendering.render(
                        guide.type(), included, format, pictures, resolved == null ? null : resolved.addresses(ids)),
                highlights);
    }
}
