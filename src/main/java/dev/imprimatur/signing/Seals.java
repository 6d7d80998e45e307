// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.signing;

import dev.imprimatur.content.CanonicalJson;
import dev.imprimatur.content.Sha256;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Hashes documents, and signs and verifies their hashes. Verified and own signatures are cached, because logs are read far more often
 * than written.
 */
@Component
public class Seals {
    private static final int REMEMBERED = 20_000;

    private final Signer signer;
    /** Cache of verified signatures, by collection and hash. */
    private final Map<String, String> verified = Collections.synchronizedMap(new LinkedHashMap<>(256, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > REMEMBERED;
        }
    });

    Seals(Signer signer) {
        this.signer = signer;
    }

    /** SHA-256 of the canonical JSON (RFC 8785) of the document without {@code hash} and {@code signature}. */
    String hash(ObjectNode document) {
        document.remove(List.of(SealedCollection.HASH, SealedCollection.SIGNATURE));
        return HexFormat.of().formatHex(Sha256.of(CanonicalJson.bytes(document)));
    }

    String sign(String collection, JsonNode id, String hash) {
        String signature = signer.sign(claim(collection, id, hash));
        verified.put(collection + " " + hash, signature);
        return signature;
    }

    boolean isSigned(String collection, JsonNode id, String hash, String signature) {
        String key = collection + " " + hash;
        if (signature.equals(verified.get(key))) return true;
        if (!signer.verifies(signature, claim(collection, id, hash))) return false;
        verified.put(key, signature);
        return true;
    }

    private static JsonNode claim(String collection, JsonNode id, String hash) {
        ObjectNode claim = JsonNodeFactory.instance
                .objectNode()
                .put("collection", collection)
                .put("hash", hash);
        claim.set("id", id);
        return claim;
    }
}
