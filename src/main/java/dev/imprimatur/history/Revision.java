// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.history;

import dev.imprimatur.content.ContentHash;
import dev.imprimatur.diff.IdentifiedContent;
import dev.imprimatur.diff.ItemIds;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * An immutable, numbered snapshot of a guide's content.
 *
 * @param number 1, 2, 3… within the guide
 * @param edition the number of the edition that submitted the revision
 * @param hash the hash of {@code content}
 * @param items the ids of the content's list items, as in the working copy; empty in revisions of releases without ids
 * @param contributors accounts whose edits the content contains since the last published revision, and the account that submitted it
 * @param parent the number of the revision that its working copy was made from
 */
public record Revision(
        String guide,
        int number,
        int edition,
        ContentHash hash,
        JsonNode content,
        ItemIds items,
        List<String> contributors,
        @Nullable Integer parent,
        String submittedBy,
        Instant at) {
    public Revision {
        contributors = contributors.stream().distinct().sorted().toList();
    }

    public IdentifiedContent identifiedContent() {
        return new IdentifiedContent(content, items);
    }

    public Ref ref() {
        return new Ref(number, hash.value());
    }

    /** Whether the stored content still has the stored hash. */
    public boolean isIntact() {
        return ContentHash.isOf(content, hash.value());
    }

    /**
     * Identifies a revision of a known guide by its number and its content hash. A decision names both, so that it applies to exactly this
     * content.
     *
     * @param contentHash as {@link ContentHash#value()}
     */
    public record Ref(int number, String contentHash) {}
}
