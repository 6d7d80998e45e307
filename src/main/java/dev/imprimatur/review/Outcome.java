// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.content.Reason;
import dev.imprimatur.history.Decision;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What somebody can say to a task, as the workflow file offers it.
 *
 * @param needsMessage whether it has to be explained
 * @param meaning what whoever chooses it signs; null if it is not signed
 */
public record Outcome(
        String id,
        String name,
        Decision.Effect effect,
        boolean needsMessage,
        @Nullable String meaning) {
    /** What an outcome that vouches means where its workflow file does not say. */
    private static final Map<Decision.Effect, String> USUAL = Map.of(
            Decision.Effect.APPROVE, "Reviewed and approved for publication",
            Decision.Effect.CONFIRM, "Reviewed and confirmed as still true");

    /** Whoever vouches for content always signs. */
    public Outcome {
        if (meaning == null) meaning = USUAL.get(effect);
    }

    public boolean signs() {
        return meaning != null;
    }

    /** What a content type may list reasons for it under. */
    public Optional<Reason.Of> reasons() {
        return Reason.Of.spelt(effect.name().toLowerCase(Locale.ROOT).replace('_', '-'));
    }
}
