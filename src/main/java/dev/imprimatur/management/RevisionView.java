// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.history.LogEntry;
import dev.imprimatur.history.Revision;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A revision as the management API describes it; the content is absent from lists. */
record RevisionView(
        int number,
        int edition,
        String contentHash,
        List<String> contributors,
        @Nullable Integer parent,
        String submittedBy,
        Instant at,
        LogEntry.@Nullable TranslatedFrom translatedFrom,
        @Nullable JsonNode content) {
    static RevisionView of(Revision revision, LogEntry.@Nullable TranslatedFrom translatedFrom, boolean withContent) {
        return new RevisionView(
                revision.number(),
                revision.edition(),
                revision.hash().value(),
                revision.contributors(),
                revision.parent(),
                revision.submittedBy(),
                revision.at(),
                translatedFrom,
                withContent ? revision.content() : null);
    }
}
