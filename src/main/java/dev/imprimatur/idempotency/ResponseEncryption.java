// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.idempotency;

import dev.imprimatur.signing.Signer;
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
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Encrypts the stored answers, because some contain a secret that is shown only once. Each answer is encrypted with AES-GCM and has its own
 * encryption key. That key is derived from the caller's idempotency key, which is not stored, and from a secret of this server.
 */
@Component
class ResponseEncryption {
    private static final String MAC = "HmacSHA256";
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final byte[] secret;
    private final JsonMapper json;
    private final SecureRandom random = new SecureRandom();

    ResponseEncryption(Signer signer, JsonMapper json) {
        this.secret = signer.secret("answers to requests with an idempotency key");
        this.json = json;
    }

    String encrypt(StoredResponse response, String caller) {
        try {
            byte[] nonce = new byte[NONCE_BYTES];
            random.nextBytes(nonce);
            byte[] encrypted = cipher(Cipher.ENCRYPT_MODE, caller, nonce).doFinal(json.writeValueAsBytes(response));
            return Base64.getEncoder()
                    .encodeToString(ByteBuffer.allocate(nonce.length + encrypted.length)
                            .put(nonce)
                            .put(encrypted)
                            .array());
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError("every Java platform has AES-GCM", impossible);
        }
    }

    /** Returns the answer; empty if it was encrypted with another secret, for example before the signing key was changed. */
    Optional<StoredResponse> decrypt(String encrypted, String caller) {
        try {
            var bytes = ByteBuffer.wrap(Base64.getDecoder().decode(encrypted));
            byte[] nonce = new byte[NONCE_BYTES];
            bytes.get(nonce);
            byte[] ciphertext = new byte[bytes.remaining()];
            bytes.get(ciphertext);
            return Optional.of(json.readValue(
                    cipher(Cipher.DECRYPT_MODE, caller, nonce).doFinal(ciphertext), StoredResponse.class));
        } catch (GeneralSecurityException | JacksonException unreadable) {
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
