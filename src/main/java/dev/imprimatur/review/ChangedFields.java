// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.history.Edition;

/**
 * Tells which fields the submitted revision of an edition changes. Conditions such as {@code ${compensationChanged}} in workflow files ask
 * it.
 */
@FunctionalInterface
interface ChangedFields {
    /** Nothing is changed. */
    ChangedFields NONE = (edition, field) -> false;

    /** The end of the name of a variable of the process, behind the name of the field. */
    String SUFFIX = "Changed";

    /**
     * Whether the field of the submitted revision differs from the revision that was published last before this edition.
     *
     * @param field the name of a field of the content type, at its top level
     */
    boolean isChanged(Edition edition, String field);
}
