// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.representation;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Waits for what another thread loads or makes. */
public final class Loads {
    private Loads() {}

    /** Returns the result of the other thread, or throws the exception that it threw. */
    public static <T extends @Nullable Object> T joined(CompletableFuture<T> result) {
        try {
            return result.join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof RuntimeException cause) throw cause;
            throw failed;
        }
    }
}
