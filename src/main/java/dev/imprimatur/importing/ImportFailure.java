// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.importing;

/** A source or a mapping that cannot be read. The message says what is wrong, and where. */
final class ImportFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ImportFailure(String message) {
        super(message);
    }

    ImportFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
