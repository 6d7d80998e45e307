// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import java.util.HexFormat;
import tools.jackson.databind.JsonNode;

/**
 * Identifies a piece of content: the SHA-256 of its canonical JSON.
 *
 * @param value {@code sha256:} and 64 lower-case hexadecimal digits
 */
public record ContentHash(String value) {
    private static final String PREFIX = "sha256:";

    public ContentHash {
        if (!value.matches(PREFIX + "[0-9a-f]{64}")) throw new IllegalArgumentException("not a content hash: " + value);
    }

    public static ContentHash of(JsonNode content) {
        return new ContentHash(PREFIX + HexFormat.of().formatHex(Sha256.of(CanonicalJson.bytes(content))));
    }

    /** Whether the hash is the hash of the content; false if the JSON cannot be hashed. */
    public static boolean isOf(JsonNode content, String hash) {
        try {
            return of(content).value().equals(hash);
        } catch (IllegalArgumentException noContent) {
            return false;
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
