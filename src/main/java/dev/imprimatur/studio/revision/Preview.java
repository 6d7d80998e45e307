// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.revision;

import dev.imprimatur.content.Shape;
import dev.imprimatur.diff.IdentifiedContent;
import java.util.List;

/** Content as readers will see it. Each part carries the path of its field in the form. */
public record Preview(RevisionView proof, IdentifiedContent content) {
    public static Preview of(Shape shape, IdentifiedContent draft) {
        return new Preview(RevisionView.of(shape, draft.content(), List.of()), draft);
    }

    /** The preview with the pictures of the library below another path than that of the studio. */
    public Preview withPicturesAt(String root) {
        return new Preview(proof.withHtml(html -> Pictures.at(root, html)), content);
    }

    public List<RevisionView.Row> rows() {
        return proof.rows();
    }

    public String path(RevisionView.Row row) {
        return content.items().path(content.content(), row.pointer());
    }
}
