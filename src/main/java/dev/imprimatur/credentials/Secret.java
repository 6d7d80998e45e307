// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.credentials;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;

/**
 * A generated secret that is shown once and stored as its SHA-256 hash. Because it has 192 random bits, no slower hash is needed.
 *
 * @param text the text that is shown: a prefix that names the kind of secret, and the random part
 */
public record Secret(String text) {
    static final String PERSONAL = "imp_pat_";
    static final String SITE = "imp_site_";
    static final String CALENDAR = "imp_cal_";
    /** In links that end the mails to an account. */
    public static final String UNSUBSCRIBE = "imp_uns_";

    private static final int BYTES = 24;
    private static final SecureRandom RANDOM = new SecureRandom();

    public static Secret fresh(String prefix) {
        byte[] bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        return new Secret(prefix + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    public String hash() {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("every Java platform has SHA-256", impossible);
        }
    }

    /** Hides the secret from logs. */
    @Override
    public String toString() {
        return "Secret[…]";
    }
}
