// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import org.jspecify.annotations.Nullable;

/**
 * What is wrong with a workflow, and where.
 *
 * @param element the BPMN id of the element; null if it concerns the whole file
 * @param line the line of the file, from 1; null if it concerns the whole file
 * @param column the column of the line, from 1; null if it concerns the whole file
 * @param message what is wrong, and how to correct it
 */
public record WorkflowFinding(
        @Nullable String element,
        @Nullable Integer line,
        @Nullable Integer column,
        String message) {
    /** The finding in one line, for the operator of the server. */
    String inWords() {
        return (line == null ? "" : "line " + line + ", ") + message;
    }
}
