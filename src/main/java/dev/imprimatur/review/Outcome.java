// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.content.Reason;
import dev.imprimatur.history.Decision;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An outcome of a task, as the workflow file declares it.
 *
 * @param needsMessage whether the person must give a message with this outcome
 * @param meaning the statement that the person signs by choosing this outcome; null if nothing is signed
 */
public record Outcome(
        String id,
        String name,
        Decision.Effect effect,
        boolean needsMessage,
        @Nullable String meaning) {
    /** The default meanings of outcomes that vouch for content, used if the workflow file declares none. */
    private static final Map<Decision.Effect, String> USUAL = Map.of(
            Decision.Effect.APPROVE, "Reviewed and approved for publication",
            Decision.Effect.CONFIRM, "Reviewed and confirmed as still true");

    /** Sets the default meaning, because a person who vouches for content always signs. */
    public Outcome {
        if (meaning == null) meaning = USUAL.get(effect);
    }

    /** Whether one of these outcomes approves or confirms content. */
    public static boolean anyVouches(List<Outcome> outcomes) {
        return outcomes.stream().anyMatch(outcome -> outcome.effect().vouches());
    }

    public boolean signs() {
        return meaning != null;
    }

    boolean approves() {
        return effect == Decision.Effect.APPROVE;
    }

    /** The act under which a content type may list reasons for this outcome; empty if reasons cannot be listed for it. */
    public Optional<Reason.Of> reasons() {
        return Reason.Of.spelt(effect.name().toLowerCase(Locale.ROOT).replace('_', '-'));
    }
}
