// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.cursor.TimeoutMode;
import com.mongodb.client.model.Sorts;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.bson.codecs.Codec;

/** Decodes stored documents that may have been changed by hand, so that decoding may fail. */
public final class Decoding {
    private Decoding() {}

    /** Returns the decoded document; empty if the document cannot be decoded. */
    public static <T> Optional<T> of(RawBsonDocument document, Codec<T> codec) {
        try {
            return Optional.of(document.decode(codec));
        } catch (RuntimeException unreadable) {
            return Optional.empty();
        }
    }

    /**
     * Visits every document of the collection, in the order of ids.
     *
     * @param visitor receives the id as text and the decoded document; the document is empty if it cannot be decoded
     */
    public static <T> void each(MongoCollection<T> collection, BiConsumer<String, Optional<T>> visitor) {
        var codec = collection.getCodecRegistry().get(collection.getDocumentClass());
        try (var documents = collection
                .withDocumentClass(RawBsonDocument.class)
                .find()
                .sort(Sorts.ascending("_id"))
                .timeoutMode(TimeoutMode.ITERATION)
                .iterator()) {
            while (documents.hasNext()) {
                var document = documents.next();
                visitor.accept(
                        text(Objects.requireNonNull(document.get("_id"), "every document has an id")),
                        of(document, codec));
            }
        }
    }

    private static String text(BsonValue id) {
        return id.isString()
                ? id.asString().getValue()
                : id.isNumber() ? Long.toString(id.asNumber().longValue()) : id.toString();
    }
}
