package dev.imprimatur.studio;

import dev.imprimatur.content.Pointers;
import dev.imprimatur.content.Shape;
import dev.imprimatur.editing.Change;
import dev.imprimatur.editing.Merge;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A place that two people changed differently, as the page that asks about it shows it.
 *
 * @param label where, in the words of the content type
 * @param mine as JSON; empty if I removed it
 * @param theirs as JSON; empty if they removed it
 * @param text whether it is text, so that a third version can be written
 * @param pieces from theirs to mine, word by word
 */
record Collision(
        String pointer,
        String label,
        String mine,
        String theirs,
        String mineShown,
        String theirsShown,
        boolean text,
        List<Change.Piece> pieces) {
    static Collision of(Shape type, Merge.Conflict conflict) {
        var mine = conflict.mine();
        var theirs = conflict.theirs();
        return new Collision(
                conflict.pointer(),
                label(type, conflict.pointer()),
                mine.isMissingNode() ? "" : mine.toString(),
                theirs.isMissingNode() ? "" : theirs.toString(),
                shown(mine),
                shown(theirs),
                mine.isString() || theirs.isString(),
                pieces(Change.words(theirs, mine)));
    }

    private static List<Change.Piece> pieces(@Nullable List<Change.Piece> words) {
        return words == null ? List.of() : Proof.joined(words);
    }

    private static String shown(JsonNode value) {
        if (value.isMissingNode()) return "(removed)";
        return value.isValueNode() ? value.asString("") : value.toPrettyString();
    }

    private static String label(Shape type, String pointer) {
        var labels = new ArrayList<String>();
        var at = type;
        for (String step :
                pointer.isEmpty() ? new String[0] : pointer.substring(1).split("/", -1)) {
            if (at.type().equals("array")) {
                at = at.items();
                labels.add(Integer.toString(Integer.parseInt(step) + 1));
            } else {
                at = at.property(Pointers.unescape(step));
                labels.add(at.title().orElse(step));
            }
        }
        return String.join(" › ", labels);
    }
}
