// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.problem;

import java.util.Optional;

/** Carries a {@link Refusal} from the rule that refused to the HTTP edge that answers; holds no stack trace. */
public final class Refused extends RuntimeException {
    private final transient Refusal refusal;

    Refused(Refusal refusal) {
        super(refusal.detail(), null, false, false);
        this.refusal = refusal;
    }

    public Refusal refusal() {
        return refusal;
    }

    /** The refusal in the chain of causes of a failure; empty if there is none. */
    public static Optional<Refusal> in(Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause())
            if (at instanceof Refused refused) return Optional.of(refused.refusal);
        return Optional.empty();
    }
}
