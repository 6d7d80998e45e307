// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio;

import dev.imprimatur.content.Shape;
import dev.imprimatur.diff.IdentifiedContent;
import java.util.List;

/** A content as readers will see it, of which each part is known by the path of its field in the form. */
record Preview(Proof proof, IdentifiedContent content) {
    static Preview of(Shape shape, IdentifiedContent draft) {
        return new Preview(Proof.of(shape, draft.content(), List.of()), draft);
    }

    public List<Proof.Row> rows() {
        return proof.rows();
    }

    public String path(Proof.Row row) {
        return content.items().path(content.content(), row.pointer());
    }
}
