// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256, without the checked exception, since every Java platform has this algorithm. */
public final class Sha256 {
    private Sha256() {}

    public static byte[] of(byte[] bytes) {
        return digest().digest(bytes);
    }

    /** A digest for input that comes in parts. */
    public static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("every Java platform has SHA-256", impossible);
        }
    }
}
