// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.form;

import dev.imprimatur.content.Shape;
import dev.imprimatur.diff.Change;
import dev.imprimatur.diff.FormValues;
import dev.imprimatur.drafts.EditConflict;
import dev.imprimatur.studio.revision.RevisionView;
import java.util.List;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * A conflict between the edits of two people, as a page asks about it.
 *
 * @param label the place in the labels of the form
 * @param text whether the person may also write a third text
 * @param pieces the difference from their text to mine, word by word; empty if there is nothing to compare
 */
record ConflictQuestion(EditConflict question, String label, boolean text, List<Change.Piece> pieces) {
    static ConflictQuestion of(Shape type, FormValues draft, EditConflict question) {
        String mine = question.mine();
        String theirs = question.theirs();
        boolean both = question.kind() == EditConflict.Kind.BOTH_CHANGED;
        var json = JsonNodeFactory.instance;
        var words = both && mine != null && theirs != null
                ? Change.words(json.stringNode(theirs), json.stringNode(mine))
                : null;
        return new ConflictQuestion(
                question,
                PathLabels.of(type, draft, question.path()),
                both,
                words == null ? List.of() : RevisionView.joined(words));
    }
}
