package dev.imprimatur.store;

import java.util.Optional;
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
}
