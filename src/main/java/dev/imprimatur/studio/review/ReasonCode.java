// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.review;

import dev.imprimatur.problem.Refusal;
import org.jspecify.annotations.Nullable;

/** The code of a reason that a form offers for a decision. */
public final class ReasonCode {
    private ReasonCode() {}

    /** Returns the chosen code, or null if the form offered none; refuses a form on which nothing was chosen. */
    public static @Nullable String chosen(@Nullable String code) {
        if (code != null && code.isEmpty())
            throw Refusal.malformed("/reasonCode", "choose a reason").raise();
        return code;
    }
}
