// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.diff;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One difference between two revisions.
 *
 * @param pointer the JSON Pointer in the newer revision; for a removed value, the pointer in the older revision
 * @param was for a moved item, the pointer in the older revision
 * @param from the older value; absent if the value was added
 * @param to the newer value; absent if the value was removed
 * @param words the change of a text word by word, as pieces in order
 * @param percent the change of an amount in percent, rounded to one decimal place; absent if the value is no amount, if one of the two
 *     amounts is not above 0, if they are measured in different units, or if the rows around them have different keys
 * @param unitChanges the pointers of the fields of the newer revision that measure the amount in another unit than before, such as its
 *     currency; absent if there are none
 */
public record Change(
        Kind kind,
        String pointer,
        @Nullable String was,
        @Nullable JsonNode from,
        @Nullable JsonNode to,
        @Nullable List<Piece> words,
        @Nullable BigDecimal percent,
        @Nullable List<String> unitChanges) {
    /** A difference that is no change of an amount. */
    public Change(
            Kind kind,
            String pointer,
            @Nullable String was,
            @Nullable JsonNode from,
            @Nullable JsonNode to,
            @Nullable List<Piece> words) {
        this(kind, pointer, was, from, to, words, null, null);
    }

    /** Compares two texts word by word. Null if one of the values is no text, or if the texts differ in too many words. */
    public static @Nullable List<Piece> words(JsonNode older, JsonNode newer) {
        return Diff.words(older, newer);
    }

    public enum Kind {
        @JsonProperty("added")
        ADDED,
        @JsonProperty("removed")
        REMOVED,
        @JsonProperty("changed")
        CHANGED,
        @JsonProperty("moved")
        MOVED
    }

    /** How a piece of text changed. */
    public enum Op {
        @JsonProperty("equal")
        EQUAL,
        @JsonProperty("insert")
        INSERT,
        @JsonProperty("delete")
        DELETE
    }

    /** A run of words that was kept, inserted or deleted. Plain text, which must be escaped in HTML. */
    public record Piece(Op op, String text) {}
}
