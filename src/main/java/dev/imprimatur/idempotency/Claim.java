// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.idempotency;

/** The result of claiming an idempotency key for a request. */
sealed interface Claim {
    /**
     * This node runs the request.
     *
     * @param run names this run of the request
     * @param again whether an earlier run ended without an answer, so that its effect may exist already
     */
    record Begun(String run, boolean again) implements Claim {}

    /** Another run of the request has not ended. */
    record Running() implements Claim {}

    /** @param answer the encrypted answer to the request */
    record Answered(String answer) implements Claim {}

    /** The key belongs to another request. */
    record Reused() implements Claim {}
}
