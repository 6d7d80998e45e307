// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.typechanges;

import dev.imprimatur.problem.Fault;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a schema would mean for the content that is live or in progress.
 *
 * @param type the name of the content type
 * @param hash the hash of the checked schema
 * @param checked how many contents were checked
 * @param incompatible how many of them the schema does not allow
 * @param contents the first of these, in the order of guide ids
 */
public record TypeReport(String type, String hash, int checked, int incompatible, List<Content> contents) {
    /**
     * A content that the schema does not allow.
     *
     * @param state {@code live}, or the state of the edition in progress; {@code draft} is the working copy
     * @param revision null for a working copy
     * @param faults the first faults
     */
    public record Content(
            String guide,
            String locale,
            String slug,
            int edition,
            String state,
            @Nullable Integer revision,
            List<Fault> faults) {
        String place() {
            return slug + " (" + locale + ", guide " + guide + "), edition " + edition + ", " + state
                    + (revision == null ? "" : ", revision " + revision);
        }

        String faultText() {
            return faults.stream()
                    .map(fault -> (fault.pointer().isEmpty() ? "the document" : fault.pointer()) + " " + fault.detail())
                    .collect(Collectors.joining("; "));
        }
    }

    public boolean isCompatible() {
        return incompatible == 0;
    }
}
