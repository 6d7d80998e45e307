// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A rule of a content type: who changes certain fields needs the approval of somebody in a group.
 *
 * @param id unique within the content type
 * @param name the rule in words, for people
 * @param changes JSON Pointers of fields; a change of any of them needs the approval
 * @param group the group of accounts, such as {@code pay}
 */
public record Requirement(String id, String name, List<String> changes, String group) {
    public Requirement {
        changes = List.copyOf(changes);
    }

    /**
     * Whether the content needs the approval.
     *
     * @param published the content that was published last; null if nothing was, which counts as a change
     */
    public boolean appliesTo(JsonNode content, @Nullable JsonNode published) {
        return published == null
                || changes.stream().anyMatch(pointer -> !content.at(pointer).equals(published.at(pointer)));
    }
}
