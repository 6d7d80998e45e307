// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.transfer;

import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A guide as a seed file has it ({@code seed-content/TYPEs/SLUG.yaml}).
 *
 * @param slug the file's name, unless the file says another
 * @param sources where its facts are from; not part of the guide
 * @param content the content of edition 1
 * @param review evidence that this content was reviewed elsewhere; without it the guide is an incomplete draft
 * @param next what the demo's next edition changes, as a JSON Merge Patch, put forward for review
 */
record SeedFile(
        @Nullable String slug,
        @Nullable String locale,
        List<String> sources,
        JsonNode content,
        @Nullable Evidence review,
        @Nullable Next next) {
    /**
     * A review elsewhere.
     *
     * @param note where the evidence is from, and what it leaves open
     */
    record Evidence(
            List<By> reviewedBy,
            LocalDate lastReviewed,
            @Nullable String note) {}

    record By(String name, @Nullable String title) {}

    record Next(JsonNode patch, @Nullable String message) {}
}
