// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.diff;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One difference between two revisions.
 *
 * @param pointer where in the newer revision; of what was removed, where in the older
 * @param was where in the older revision, of what moved
 * @param from the older value; absent of what was added
 * @param to the newer value; absent of what was removed
 * @param words the change of a text word by word, its pieces in order
 */
public record Change(
        Kind kind,
        String pointer,
        @Nullable String was,
        @Nullable JsonNode from,
        @Nullable JsonNode to,
        @Nullable List<Piece> words) {
    /** What became of a text word by word; null where either is no text, or too long to compare. */
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

    /** What became of a piece of text. */
    public enum Op {
        @JsonProperty("equal")
        EQUAL,
        @JsonProperty("insert")
        INSERT,
        @JsonProperty("delete")
        DELETE
    }

    /** A run of words that stayed, came or went; plain text, to be escaped where it is shown. */
    public record Piece(Op op, String text) {}
}
