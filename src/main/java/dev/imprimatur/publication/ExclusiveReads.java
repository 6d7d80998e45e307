// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import static java.util.Objects.requireNonNull;

import dev.imprimatur.store.Failures;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs one read of the store at a time. If the store fails to answer a read, the threads that waited for that read get the same exception,
 * so that they do not wait for another timeout each.
 */
final class ExclusiveReads {
    /** The number of store outages so far; {@link #lastOutage} holds the exception of the last one. */
    private volatile int outages;

    private @Nullable RuntimeException lastOutage;

    /** Runs the read and returns its result. A read may run further reads. */
    <T> T run(Supplier<T> read) {
        int before = outages;
        synchronized (this) {
            if (outages != before) throw requireNonNull(lastOutage);
            try {
                return read.get();
            } catch (RuntimeException failed) {
                if (Failures.isOutage(failed)) {
                    lastOutage = failed;
                    outages = before + 1;
                }
                throw failed;
            }
        }
    }
}
