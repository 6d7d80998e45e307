package dev.imprimatur.publication;

import dev.imprimatur.content.CanonicalJson;
import dev.imprimatur.content.Sha256;
import dev.imprimatur.store.DataDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Signs as compact JWS with Ed25519 (RFC 7515, RFC 8037), and tells the world the public keys (RFC 7517). */
@Component
public class Signer {
    private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();
    private static final Base64.Decoder FROM_URL = Base64.getUrlDecoder();

    private final JsonMapper json;
    private final PrivateKey privateKey;
    private final String keyId;
    private final Map<String, PublicKey> publicKeys = new LinkedHashMap<>();

    /**
     * Reads the keys.
     *
     * @param keyFile {@code imprimatur.signing.key-file}, PKCS#8 PEM; if empty, a key is made once in the data directory
     * @param retired {@code imprimatur.signing.retired-key-files}, public keys (X.509 PEM) of earlier signatures
     */
    Signer(
            DataDirectory data,
            JsonMapper json,
            @Value("${imprimatur.signing.key-file:}") String keyFile,
            @Value("${imprimatur.signing.retired-key-files:}") List<String> retired)
            throws IOException, GeneralSecurityException {
        this.json = json;
        String pem = keyFile.isEmpty()
                ? data.secret("signing-key.pem", Signer::freshKey)
                : Files.readString(Path.of(keyFile));
        privateKey = KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(decode(pem)));
        keyId = know(publicKeyOf(privateKey));
        for (String file : retired)
            know(KeyFactory.getInstance("Ed25519")
                    .generatePublic(new X509EncodedKeySpec(decode(Files.readString(Path.of(file))))));
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

    /**
     * The public half of a private key: a key pair is generated from the same seed, since PKCS#8 as Java writes it holds
     * the private half only.
     */
    private static PublicKey publicKeyOf(PrivateKey key) throws GeneralSecurityException {
        byte[] encoded = key.getEncoded();
        byte[] seed = Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
        var generator = KeyPairGenerator.getInstance("Ed25519");
        generator.initialize(NamedParameterSpec.ED25519, new Seed(seed));
        return generator.generateKeyPair().getPublic();
    }

    /** Hands out one known seed. */
    private static final class Seed extends SecureRandom {
        private final byte[] seed;

        Seed(byte[] seed) {
            this.seed = seed;
        }

        @Override
        public void nextBytes(byte[] bytes) {
            System.arraycopy(seed, 0, bytes, 0, bytes.length);
        }
    }

    private String know(PublicKey key) {
        String id = thumbprint(key);
        publicKeys.put(id, key);
        return id;
    }

    /** RFC 7638. */
    private static String thumbprint(PublicKey key) {
        ObjectNode required = JsonNodeFactory.instance
                .objectNode()
                .put("crv", "Ed25519")
                .put("kty", "OKP")
                .put("x", point(key));
        return URL.encodeToString(Sha256.of(CanonicalJson.bytes(required)));
    }

    /** The public key's 32 bytes, little-endian with the sign of x in the highest bit (RFC 8032). */
    private static String point(PublicKey key) {
        var point = ((EdECPublicKey) key).getPoint();
        byte[] bigEndian = point.getY().toByteArray();
        byte[] bytes = new byte[32];
        for (int i = 0; i < Math.min(32, bigEndian.length); i++) bytes[i] = bigEndian[bigEndian.length - 1 - i];
        if (point.isXOdd()) bytes[31] |= (byte) 0x80;
        return URL.encodeToString(bytes);
    }

    /** A compact JWS; what it is for must stand in the payload, since everything is signed with the same key. */
    public String sign(JsonNode payload) {
        String header = CanonicalHeader.of(keyId);
        String input = encode(header.getBytes(StandardCharsets.UTF_8)) + "." + encode(CanonicalJson.bytes(payload));
        try {
            var signature = Signature.getInstance("Ed25519");
            signature.initSign(privateKey);
            signature.update(input.getBytes(StandardCharsets.US_ASCII));
            return input + "." + encode(signature.sign());
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("the signing key does not sign", impossible);
        }
    }

    /** A secret that only nodes with this signing key have: another one for each use, and no part of the key can be told from it. */
    public byte[] secret(String use) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(privateKey.getEncoded(), "HmacSHA256"));
            return mac.doFinal(use.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError("every Java platform has HMAC with SHA-256", impossible);
        }
    }

    /** Whether the JWS is signed by a key of ours and holds exactly this payload. */
    boolean verifies(String jws, JsonNode payload) {
        return signed(jws).filter(encode(CanonicalJson.bytes(payload))::equals).isPresent();
    }

    /** The payload of a JWS that is signed by a key of ours. */
    public Optional<JsonNode> payload(String jws) {
        return signed(jws).map(payload -> json.readTree(FROM_URL.decode(payload)));
    }

    /** The payload as it is encoded, if the JWS is signed by a key of ours. */
    private Optional<String> signed(String jws) {
        String[] parts = jws.split("\\.", -1);
        if (parts.length != 3) return Optional.empty();
        try {
            for (var key : publicKeys.entrySet()) {
                if (!parts[0].equals(encode(CanonicalHeader.of(key.getKey()).getBytes(StandardCharsets.UTF_8))))
                    continue;
                var signature = Signature.getInstance("Ed25519");
                signature.initVerify(key.getValue());
                signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
                return signature.verify(FROM_URL.decode(parts[2])) ? Optional.of(parts[1]) : Optional.empty();
            }
            return Optional.empty();
        } catch (GeneralSecurityException | IllegalArgumentException forged) {
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
