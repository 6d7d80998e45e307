// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.signing;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts what the store holds for one caller, with AES-GCM. The encryption key is derived from a secret of the caller, which is not
 * stored, and from a secret of this server.
 */
public final class Encryption {
    private static final String MAC = "HmacSHA256";
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] secret;

    /** @param use what is encrypted; each use has its own keys */
    public Encryption(Signer signer, String use) {
        this.secret = signer.secret(use);
    }

    public String encrypt(byte[] plain, String caller) {
        try {
            byte[] nonce = new byte[NONCE_BYTES];
            RANDOM.nextBytes(nonce);
            byte[] encrypted = cipher(Cipher.ENCRYPT_MODE, caller, nonce).doFinal(plain);
            return Base64.getEncoder()
                    .encodeToString(ByteBuffer.allocate(nonce.length + encrypted.length)
                            .put(nonce)
                            .put(encrypted)
                            .array());
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError("every Java platform has AES-GCM", impossible);
        }
    }

    /** Returns the plain bytes; empty if they were encrypted with other secrets, or changed since. */
    public Optional<byte[]> decrypt(String encrypted, String caller) {
        try {
            byte[] bytes = Base64.getDecoder().decode(encrypted);
            if (bytes.length < NONCE_BYTES) return Optional.empty();
            byte[] nonce = new byte[NONCE_BYTES];
            ByteBuffer.wrap(bytes).get(nonce);
            return Optional.of(
                    cipher(Cipher.DECRYPT_MODE, caller, nonce).doFinal(bytes, NONCE_BYTES, bytes.length - NONCE_BYTES));
        } catch (GeneralSecurityException | IllegalArgumentException unreadable) {
            return Optional.empty();
        }
    }

    private Cipher cipher(int mode, String caller, byte[] nonce) throws GeneralSecurityException {
        var mac = Mac.getInstance(MAC);
        mac.init(new SecretKeySpec(secret, MAC));
        var key = new SecretKeySpec(mac.doFinal(caller.getBytes(StandardCharsets.UTF_8)), "AES");
        var cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        return cipher;
    }
}
