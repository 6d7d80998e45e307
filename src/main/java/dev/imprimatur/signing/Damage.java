// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.signing;

import org.jspecify.annotations.Nullable;

/**
 * A stored document that differs from what the server wrote.
 *
 * @param place the name of the document: an edition, a revision, a draft, an audit record or an asset
 * @param guide the guide that the document belongs to; null if it belongs to none
 * @param detail what is wrong, in a sentence
 */
public record Damage(Kind kind, String place, @Nullable String guide, String detail) {
    /** What can be damaged. */
    public enum Kind {
        EDITION_LOG,
        REVISION,
        WORKING_COPY,
        AUDIT,
        ASSET
    }
}
