// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.history;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A signed decision as it is published: the printed name, the time and the meaning (21 CFR 11.50).
 *
 * @param publicId the id by which readers know the signer, which stays the same when the name changes
 * @param meaning the meaning in the words of the workflow
 */
public record Signature(
        String name, @Nullable String title, @Nullable String publicId, String meaning, Instant at) {}
