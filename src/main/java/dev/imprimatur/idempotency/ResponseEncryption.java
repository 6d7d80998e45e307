// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.idempotency;

import dev.imprimatur.signing.Encryption;
import dev.imprimatur.signing.Signer;
import java.util.Optional;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Encrypts the stored answers, because some contain a secret that is shown only once. Each answer has its own encryption key, which is
 * derived from the caller's idempotency key.
 */
@Component
class ResponseEncryption {
    private final Encryption encryption;
    private final JsonMapper json;

    ResponseEncryption(Signer signer, JsonMapper json) {
        this.encryption = new Encryption(signer, "answers to requests with an idempotency key");
        this.json = json;
    }

    String encrypt(StoredResponse response, String caller) {
        return encryption.encrypt(json.writeValueAsBytes(response), caller);
    }

    /** Returns the answer; empty if it was encrypted with another secret, for example before the signing key was changed. */
    Optional<StoredResponse> decrypt(String encrypted, String caller) {
        try {
            return encryption.decrypt(encrypted, caller).map(bytes -> json.readValue(bytes, StoredResponse.class));
        } catch (JacksonException unreadable) {
            return Optional.empty();
        }
    }
}
