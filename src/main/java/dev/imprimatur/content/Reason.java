// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A reason for an act, from the list of a content type. Codes make reasons countable; people add details in their own words.
 *
 * @param code the code under which the reason is counted
 * @param label the text that people read
 */
public record Reason(String code, String label) {
    /** The code of the reason for everything that a type does not list; forms preselect it. */
    public static final String OTHER = "other";

    /** The acts for which a type can list reasons. */
    public enum Of {
        /** A submitted revision is sent back. */
        REQUEST_CHANGES("request-changes"),
        /** The current edition is still true and gets a new stamp. */
        CONFIRM("confirm"),
        /** The current edition needs a next one. */
        REVISE("revise"),
        /** The guide is unpublished. */
        UNPUBLISH("unpublish");

        private final String spelling;

        Of(String spelling) {
            this.spelling = spelling;
        }

        /** The name of the act in content types. */
        public String spelling() {
            return spelling;
        }

        /** The act with this name; empty if no reasons can be listed for it. */
        public static Optional<Of> spelt(String spelling) {
            return Arrays.stream(values())
                    .filter(it -> it.spelling.equals(spelling))
                    .findFirst();
        }

        static String all() {
            return Arrays.stream(values()).map(Of::spelling).collect(Collectors.joining(", "));
        }
    }
}
