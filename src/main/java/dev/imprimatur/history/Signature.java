// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.history;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A signed decision as it is published: the printed name, when, and what it means (21 CFR 11.50).
 *
 * @param publicId what readers know the signer by, whatever they are called
 * @param meaning in the words of the workflow
 */
public record Signature(
        String name, @Nullable String title, @Nullable String publicId, String meaning, Instant at) {}
