// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio;

import dev.imprimatur.content.Shape;
import dev.imprimatur.diff.Change;
import dev.imprimatur.diff.FormValues;
import dev.imprimatur.drafts.EditConflict;
import java.util.List;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * A question between two people's edits, as a page asks it.
 *
 * @param label the place in the words of the form
 * @param text whether a third text can be written
 * @param pieces from theirs to mine, word by word; empty where there is nothing to compare
 */
record Asked(EditConflict question, String label, boolean text, List<Change.Piece> pieces) {
    static Asked of(Shape type, FormValues draft, EditConflict question) {
        String mine = question.mine();
        String theirs = question.theirs();
        boolean both = question.kind() == EditConflict.Kind.BOTH_CHANGED;
        var json = JsonNodeFactory.instance;
        var words = both && mine != null && theirs != null
                ? Change.words(json.stringNode(theirs), json.stringNode(mine))
                : null;
        return new Asked(
                question,
                PathLabels.of(type, draft, question.path()),
                both,
                words == null ? List.of() : Proof.joined(words));
    }
}
