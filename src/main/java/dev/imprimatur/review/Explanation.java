// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.content.Reason;
import dev.imprimatur.problem.CleanText;
import dev.imprimatur.problem.Refusal;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Checks what a person writes about an act: a message, and the code of a reason that the content type lists. */
final class Explanation {
    private static final int LONGEST_MESSAGE = 5_000;

    private Explanation() {}

    /** Finds the reason with this code; refuses an unknown code and names the codes that exist. */
    static @Nullable Reason reason(List<Reason> reasons, @Nullable String code) {
        if (code == null) return null;
        return reasons.stream()
                .filter(it -> it.code().equals(code))
                .findFirst()
                .orElseThrow(() -> Refusal.malformed(
                                "/reasonCode",
                                reasons.isEmpty()
                                        ? "this content type lists no reasons for this; leave the code out"
                                        : "the reasons for this are "
                                                + reasons.stream()
                                                        .map(Reason::code)
                                                        .collect(Collectors.joining(", ")))
                        .raise());
    }

    /** Throws a refusal unless there is a message, and it is not too long. */
    static void mustBeGiven(String pointer, @Nullable String message) {
        if (CleanText.isBlank(message))
            throw Refusal.malformed(pointer, "say why").raise();
        mustBeShort(pointer, message);
    }

    /** Limits the length of a message, because the log keeps it forever. */
    static void mustBeShort(String pointer, @Nullable String message) {
        CleanText.mustBeClean(pointer, message);
        if (message != null && CleanText.length(message) > LONGEST_MESSAGE)
            throw Refusal.malformed(
                            pointer,
                            "at most " + LONGEST_MESSAGE + " characters; this has " + message.length()
                                    + ", so shorten it")
                    .raise();
    }
}
