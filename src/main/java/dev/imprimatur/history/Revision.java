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
 * @param edition the edition it was submitted in
 * @param hash of {@code content}
 * @param items the ids that the items of its lists had in the working copy; none of a revision from before there were any
 * @param contributors accounts whose edits it contains since the last published revision, and who put it forward
 * @param parent the revision that its working copy was made from
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

    /** The hash of what is stored now, which must still be {@code hash}. */
    public boolean isIntact() {
        return ContentHash.isOf(content, hash.value());
    }

    /**
     * A revision of a known guide, by number and by content: whoever decides names both.
     *
     * @param contentHash as {@link ContentHash#value()}
     */
    public record Ref(int number, String contentHash) {}
}
