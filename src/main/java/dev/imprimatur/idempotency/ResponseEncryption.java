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
 * Keeps what answers say from whoever reads the store: some hold a secret that is shown once. An answer is encrypted with AES-GCM
 * under a key of its own, made of the caller's key, which is kept nowhere, and of a secret of this server.
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

    /** The answer; empty if it was encrypted under another secret, such as before the signing key was changed. */
    Optional<StoredResponse> decrypt(String encrypted, String caller) {
        try {
            var bytes = ByteBuffer.wrap(Base64.getDecoder().decode(encrypted));
            byte[] nonce = new byte[NONCE_BYTES];
            bytes.get(nonce);
            byte[] rest = new byte[bytes.remaining()];
            bytes.get(rest);
            return Optional.of(
                    json.readValue(cipher(Cipher.DECRYPT_MODE, caller, nonce).doFinal(rest), StoredResponse.class));
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
