// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.signing;

import dev.imprimatur.content.CanonicalJson;
import dev.imprimatur.content.Sha256;
import dev.imprimatur.store.DataDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.crypto.util.PublicKeyFactory;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Signs as compact JWS with Ed25519 (RFC 7515, RFC 8037), and publishes the public keys (RFC 7517). Signatures are verified with Bouncy
 * Castle, which needs an eighth of the JDK's time. That matters at start, when the whole ledger is verified.
 */
@Component
public class Signer {
    private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();
    private static final Base64.Decoder FROM_URL = Base64.getUrlDecoder();

    private final JsonMapper json;
    private final Ed25519PrivateKeyParameters privateKey;
    private final String keyId;
    private final Map<String, Ed25519PublicKeyParameters> publicKeys = new LinkedHashMap<>();

    /**
     * Reads the keys.
     *
     * @param keyFile {@code imprimatur.signing.key-file}, PKCS#8 PEM; if empty, a key is made once in the data directory
     * @param retired {@code imprimatur.signing.retired-key-files}, public keys (X.509 PEM) of earlier signatures
     */
    public Signer(
            DataDirectory data,
            JsonMapper json,
            @Value("${imprimatur.signing.key-file:}") String keyFile,
            @Value("${imprimatur.signing.retired-key-files:}") List<String> retired)
            throws IOException {
        this.json = json;
        String pem = keyFile.isEmpty()
                ? data.secret("signing-key.pem", Signer::freshKey)
                : Files.readString(Path.of(keyFile));
        if (!(PrivateKeyFactory.createKey(decode(pem)) instanceof Ed25519PrivateKeyParameters own))
            throw new IllegalArgumentException("the signing key is not an Ed25519 key");
        privateKey = own;
        keyId = know(own.generatePublicKey());
        for (String file : retired) {
            if (!(PublicKeyFactory.createKey(decode(Files.readString(Path.of(file))))
                    instanceof Ed25519PublicKeyParameters other))
                throw new IllegalArgumentException(file + " does not hold a public Ed25519 key");
            know(other);
        }
    }

    private static String freshKey() {
        try {
            var key = KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPrivate();
            return "-----BEGIN PRIVATE KEY-----\n" + Base64.getMimeEncoder().encodeToString(key.getEncoded())
                    + "\n-----END PRIVATE KEY-----\n";
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError("every Java platform of ours has Ed25519", impossible);
        }
    }

    private static byte[] decode(String pem) {
        return Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
    }

    private String know(Ed25519PublicKeyParameters key) {
        String id = thumbprint(key);
        publicKeys.put(id, key);
        return id;
    }

    /** RFC 7638. */
    private static String thumbprint(Ed25519PublicKeyParameters key) {
        ObjectNode required = JsonNodeFactory.instance
                .objectNode()
                .put("crv", "Ed25519")
                .put("kty", "OKP")
                .put("x", point(key));
        return URL.encodeToString(Sha256.of(CanonicalJson.bytes(required)));
    }

    /** The public key's 32 bytes (RFC 8032). */
    private static String point(Ed25519PublicKeyParameters key) {
        return encode(key.getEncoded());
    }

    /** Returns a compact JWS. The payload must state its purpose, because the same key signs everything. */
    public String sign(JsonNode payload) {
        String header = CanonicalHeader.of(keyId);
        String input = encode(header.getBytes(StandardCharsets.UTF_8)) + "." + encode(CanonicalJson.bytes(payload));
        byte[] bytes = input.getBytes(StandardCharsets.US_ASCII);
        byte[] signature = new byte[Ed25519.SIGNATURE_SIZE];
        privateKey.sign(Ed25519.Algorithm.Ed25519, null, bytes, 0, bytes.length, signature, 0);
        return input + "." + encode(signature);
    }

    /** The id of the key that this node signs with (RFC 7638). */
    public String keyId() {
        return keyId;
    }

    /** Whether this node can verify signatures of the key. */
    public boolean knows(String key) {
        return publicKeys.containsKey(key);
    }

    /** Returns the id of the key that the JWS names. */
    public Optional<String> keyOf(@Nullable String jws) {
        try {
            return Optional.ofNullable(jws)
                    .map(it -> json.readTree(FROM_URL.decode(it.split("\\.", -1)[0])))
                    .map(header -> header.path("kid").asString(""))
                    .filter(key -> !key.isEmpty());
        } catch (IllegalArgumentException | JacksonException noSignature) {
            return Optional.empty();
        }
    }

    /** Derives a secret that only nodes with this signing key have. Each use has its own secret, and none reveals the key. */
    public byte[] secret(String use) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(privateKey.getEncoded(), "HmacSHA256"));
            return mac.doFinal(use.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError("every Java platform has HMAC with SHA-256", impossible);
        }
    }

    /** Whether the JWS is signed by a known key and holds exactly this payload. */
    public boolean verifies(String jws, JsonNode payload) {
        return signed(jws).filter(encode(CanonicalJson.bytes(payload))::equals).isPresent();
    }

    /** Returns the payload if the JWS is signed by a known key. */
    public Optional<JsonNode> payload(String jws) {
        return signed(jws).map(payload -> json.readTree(FROM_URL.decode(payload)));
    }

    /** Returns the encoded payload if the JWS is signed by a known key. */
    private Optional<String> signed(String jws) {
        String[] parts = jws.split("\\.", -1);
        if (parts.length != 3) return Optional.empty();
        try {
            for (var key : publicKeys.entrySet()) {
                if (!parts[0].equals(encode(CanonicalHeader.of(key.getKey()).getBytes(StandardCharsets.UTF_8))))
                    continue;
                byte[] bytes = (parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII);
                byte[] signature = FROM_URL.decode(parts[2]);
                return signature.length == Ed25519.SIGNATURE_SIZE
                                && key.getValue()
                                        .verify(Ed25519.Algorithm.Ed25519, null, bytes, 0, bytes.length, signature, 0)
                        ? Optional.of(parts[1])
                        : Optional.empty();
            }
            return Optional.empty();
        } catch (IllegalArgumentException forged) {
            return Optional.empty();
        }
    }

    /** The key set as sites read it at {@code /.well-known/jwks.json}. */
    public Map<String, Object> jwks() {
        return Map.of(
                "keys",
                publicKeys.entrySet().stream()
                        .map(key -> {
                            var jwk = new LinkedHashMap<String, String>();
                            jwk.put("kty", "OKP");
                            jwk.put("crv", "Ed25519");
                            jwk.put("alg", "EdDSA");
                            jwk.put("use", "sig");
                            jwk.put("kid", key.getKey());
                            jwk.put("x", point(key.getValue()));
                            return jwk;
                        })
                        .toList());
    }

    private static String encode(byte[] bytes) {
        return URL.encodeToString(bytes);
    }

    private static final class CanonicalHeader {
        private CanonicalHeader() {}

        static String of(String keyId) {
            return "{\"alg\":\"EdDSA\",\"kid\":\"" + keyId + "\"}";
        }
    }
}
