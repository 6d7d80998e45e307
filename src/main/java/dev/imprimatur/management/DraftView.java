// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.drafts.WorkingCopy;
import dev.imprimatur.problem.Fault;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The draft of a guide as the management API describes it.
 *
 * @param incompatible what the content type does not allow any more; absent if the draft fits it
 * @param dropped the fields of a restored revision that the content type does not have any more; only in the answer to the restore
 * @param warnings the parts of the content that are not shown to readers as intended
 */
record DraftView(
        int edition,
        JsonNode content,
        List<String> contributors,
        @Nullable Integer parent,
        String updatedBy,
        Instant updatedAt,
        @Nullable Boolean altered,
        @Nullable List<Fault> incompatible,
        @Nullable List<String> dropped,
        List<Fault> warnings) {
    static DraftView of(ContentType type, WorkingCopy copy, List<String> dropped, List<Fault> warnings) {
        var incompatible = type.draftFaults(copy.content());
        return new DraftView(
                copy.edition().number(),
                copy.content(),
                copy.contributors(),
                copy.parent(),
                copy.updatedBy(),
                copy.updatedAt(),
                copy.altered() ? true : null,
                incompatible.isEmpty() ? null : incompatible,
                dropped.isEmpty() ? null : dropped,
                warnings);
    }
}
