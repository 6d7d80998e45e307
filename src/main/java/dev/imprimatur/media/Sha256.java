// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.media;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Hashes of bytes, in the form {@code sha256:} and 64 hexadecimal digits. */
final class Sha256 {
    private Sha256() {}

    static MessageDigest begin() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("every Java platform has SHA-256", impossible);
        }
    }

    static String of(byte[] bytes) {
        return words(begin().digest(bytes));
    }

    static String words(byte[] digest) {
        return "sha256:" + HexFormat.of().formatHex(digest);
    }
}
