// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import java.nio.ByteBuffer;

/** The SHA-256 of a ledger entry with its hash and signature, as four numbers, which take less memory than a text. */
record Fingerprint(long first, long second, long third, long fourth) {
    /** The number of bytes of a fingerprint. */
    static final int BYTES = 4 * Long.BYTES;

    /** Reads the next fingerprint of the buffer. */
    static Fingerprint from(ByteBuffer bytes) {
        return new Fingerprint(bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong());
    }

    void writeTo(ByteBuffer bytes) {
        bytes.putLong(first).putLong(second).putLong(third).putLong(fourth);
    }
}
