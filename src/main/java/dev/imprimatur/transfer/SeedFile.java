// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.transfer;

import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The content of a seed file, which holds one guide ({@code seed-content/TYPEs/SLUG.yaml}).
 *
 * @param slug the slug of the guide; null if it is the name of the file
 * @param translationOf the slug of the guide that this one is a translation of, with its locale and a slash before it unless it is the
 *     default one; null if the guide stands alone
 * @param sources where the facts in the guide are from; not part of the guide
 * @param content the content of edition 1
 * @param review the evidence that this content was reviewed elsewhere; null if it was not, then the guide becomes a draft
 * @param submit the message with which the draft is submitted for review; null if it stays a draft
 * @param next the next edition of a reviewed guide; null for none
 */
record SeedFile(
        @Nullable String slug,
        @Nullable String locale,
        @Nullable String translationOf,
        List<String> sources,
        JsonNode content,
        @Nullable Evidence review,
        @Nullable String submit,
        @Nullable Next next) {
    SeedFile {
        if (review != null && submit != null)
            throw new IllegalArgumentException("a guide with a review is published; only a draft can be submitted");
        if (review == null && next != null)
            throw new IllegalArgumentException(
                    "a guide without a review is a draft; only a published guide has a next edition");
    }

    /**
     * The evidence of a review elsewhere.
     *
     * @param note where the evidence is from, and which questions it leaves open
     */
    record Evidence(
            List<By> reviewedBy,
            LocalDate lastReviewed,
            @Nullable String note) {}

    record By(String name, @Nullable String title) {}

    /**
     * The next edition.
     *
     * @param patch the changes to the content of edition 1, as a JSON Merge Patch (RFC 7396)
     * @param submit false if the edition stays a draft; null and true submit it for review
     */
    record Next(
            JsonNode patch,
            @Nullable String message,
            @Nullable Boolean submit) {
        boolean staysDraft() {
            return Boolean.FALSE.equals(submit);
        }
    }
}
