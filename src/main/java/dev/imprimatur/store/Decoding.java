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

/** Reads documents that somebody may have changed in the store by hand. */
public final class Decoding {
    private Decoding() {}

    /** The document as an object; empty if it is none any more, in whichever way that shows. */
    public static <T> Optional<T> of(RawBsonDocument document, Codec<T> codec) {
        try {
            return Optional.of(document.decode(codec));
        } catch (RuntimeException unreadable) {
            return Optional.empty();
        }
    }

    /**
     * Every document of the collection by its id, in the order of ids.
     *
     * @param what is given the id as text, and the object; empty if the document is none any more
     */
    public static <T> void each(MongoCollection<T> collection, BiConsumer<String, Optional<T>> what) {
        var codec = collection.getCodecRegistry().get(collection.getDocumentClass());
        try (var documents = collection
                .withDocumentClass(RawBsonDocument.class)
                .find()
                .sort(Sorts.ascending("_id"))
                .timeoutMode(TimeoutMode.ITERATION)
                .iterator()) {
            while (documents.hasNext()) {
                var document = documents.next();
                what.accept(
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
