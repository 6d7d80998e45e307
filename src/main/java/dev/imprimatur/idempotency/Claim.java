// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.idempotency;

/** What is known of a request when it arrives. */
sealed interface Claim {
    /**
     * It is this node's to run.
     *
     * @param run names this run of the request
     * @param again whether a run before it ended without an answer, so that its effect may be there
     */
    record Begun(String run, boolean again) implements Claim {}

    /** Another run of it has not ended. */
    record Running() implements Claim {}

    /** @param answer what the request was answered, encrypted */
    record Answered(String answer) implements Claim {}

    /** The key was used for another request. */
    record Reused() implements Claim {}
}
