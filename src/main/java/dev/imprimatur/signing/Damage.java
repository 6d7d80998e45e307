// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.signing;

import org.jspecify.annotations.Nullable;

/**
 * Something in the database that is not as the server wrote it.
 *
 * @param place what it is, known once for all: an edition, a revision, a draft or a record of the audit
 * @param guide whose it is; null if it belongs to no guide
 * @param detail what is wrong, in a sentence
 */
public record Damage(Kind kind, String place, @Nullable String guide, String detail) {
    /** What can be damaged. */
    public enum Kind {
        EDITION_LOG,
        REVISION,
        WORKING_COPY,
        AUDIT
    }
}
