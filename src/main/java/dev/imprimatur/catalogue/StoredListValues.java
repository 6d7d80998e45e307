// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.catalogue;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.ReplaceOptions;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.content.Sha256;
import dev.imprimatur.representation.ListValues;
import dev.imprimatur.representation.PublishedGuide;
import dev.imprimatur.signing.Signer;
import dev.imprimatur.store.Decoding;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.bson.codecs.pojo.annotations.BsonId;
import org.bson.types.Binary;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The collection of list values, signed by a node that has itself compared each content with its hash. A start from checkpoints takes them
 * from here instead of reading all contents. They only save time: whatever is wrong with them, the contents are read instead.
 */
@Component
class StoredListValues {
    private static final Logger log = LoggerFactory.getLogger(StoredListValues.class);
    /** The number of documents. With a million guides, each has a few megabytes, and a document has at most 16. */
    static final int BUCKETS = 64;
    /** Raise this number if {@link ListValues} are computed differently from the same content and filter fields. */
    private static final int FORMAT = 1;

    /** Identifies a content: its type and its hash. */
    record Content(String type, String hash) {
        static Content of(PublishedGuide guide) {
            return new Content(guide.entry().type(), guide.entry().contentHash());
        }

        int bucket() {
            return Math.floorMod(hash.hashCode(), BUCKETS);
        }
    }

    /** @param types the fingerprint of the content types that the values are computed by */
    public record Row(@BsonId int bucket, String types, Binary values, String signature) {}

    /** The list values of one content, as they are stored. */
    record Item(String type, String hash, @Nullable String title, Map<String, List<String>> values) {}

    private final MongoCollection<Row> rows;
    private final Signer signer;
    private final ContentTypes types;
    private final JsonMapper json;

    StoredListValues(MongoDatabase database, Signer signer, ContentTypes types, JsonMapper json) {
        this.rows = database.getCollection("list_values", Row.class);
        this.signer = signer;
        this.types = types;
        this.json = json;
    }

    /** Returns the list values that are signed with the current key for the current content types. */
    Map<Content, ListValues> read() {
        String current = fingerprint();
        var signed = new ArrayList<Row>();
        var ignored = new TreeSet<String>();
        Decoding.each(
                rows,
                (bucket, row) -> row.filter(it -> it.types().equals(current) && isSigned(it))
                        .ifPresentOrElse(signed::add, () -> ignored.add(bucket)));
        if (!ignored.isEmpty())
            log.warn(
                    "the list values {} are ignored, because they cannot be read, or are not signed with this node’s key for these"
                            + " content types; the contents are read instead",
                    String.join(", ", ignored));
        // the same few values appear in many guides
        var known = new HashMap<String, String>();
        var values = new HashMap<Content, ListValues>();
        signed.parallelStream().map(this::items).toList().forEach(items -> {
            for (var item : items)
                values.put(
                        new Content(known.computeIfAbsent(item.type(), it -> it), item.hash()),
                        listValues(item, known));
        });
        return values;
    }

    private static ListValues listValues(Item item, Map<String, String> known) {
        var values = new HashMap<String, List<String>>();
        item.values()
                .forEach((name, all) -> values.put(
                        known.computeIfAbsent(name, it -> it),
                        all.stream()
                                .map(value -> known.computeIfAbsent(value, it -> it))
                                .toList()));
        return new ListValues(item.title(), Map.copyOf(values));
    }

    private List<Item> items(Row row) {
        try {
            return List.of(json.readValue(row.values().getData(), Item[].class));
        } catch (JacksonException otherFormat) {
            log.warn("the list values {} cannot be read; the contents are read instead", row.bucket());
            return List.of();
        }
    }

    private boolean isSigned(Row row) {
        return signer.keyOf(row.signature()).equals(Optional.of(signer.keyId()))
                && signer.verifies(row.signature(), claim(row.bucket(), row.types(), row.values()));
    }

    /** Signs and stores the list values of the guides of one bucket, in place of those that were stored. */
    void write(int bucket, Collection<PublishedGuide> guides) {
        var items = guides.stream()
                .map(guide -> new Item(
                        guide.entry().type(),
                        guide.entry().contentHash(),
                        guide.listed().title(),
                        guide.listed().values()))
                .distinct()
                .toList();
        String current = fingerprint();
        var values = new Binary(json.writeValueAsBytes(items));
        rows.replaceOne(
                Filters.eq("_id", bucket),
                new Row(bucket, current, values, signer.sign(claim(bucket, current, values))),
                new ReplaceOptions().upsert(true));
    }

    private JsonNode claim(int bucket, String typesFingerprint, Binary values) {
        return json.createObjectNode()
                .put("purpose", "list-values")
                .put("format", FORMAT)
                .put("bucket", bucket)
                .put("types", typesFingerprint)
                .put("values", HexFormat.of().formatHex(Sha256.of(values.getData())));
    }

    /** Identifies the filter fields of all content types, which decide what the list values of a content are. */
    private String fingerprint() {
        String fields = types.all().stream()
                .map(type -> type.name() + type.filterFields())
                .sorted()
                .collect(Collectors.joining("\n"));
        return HexFormat.of().formatHex(Sha256.of(fields.getBytes(StandardCharsets.UTF_8)));
    }
}
