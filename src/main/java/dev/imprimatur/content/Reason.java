// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Why something was done, as a content type lists it, so that it can be counted; people say the rest in their own words.
 *
 * @param code what it is counted by
 * @param label what people read
 */
public record Reason(String code, String label) {
    /** The code of the reason that stands for all that a type does not list; forms begin with it. */
    public static final String OTHER = "other";

    /** What a type can list reasons for. */
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

        /** As content types spell it. */
        public String spelling() {
            return spelling;
        }

        /** The act that is spelt so, if reasons can be listed for it. */
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
