// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.backup;

/** A backup that cannot be made, read or restored. The message says what is wrong, and what to do. */
final class BackupFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BackupFailure(String message) {
        super(message);
    }

    BackupFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
