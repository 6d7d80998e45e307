// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.signing;

import java.time.Instant;
import java.util.Optional;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * The tokens of links of one kind. A token is a JWS with the id of what the link shows, and its expiry. What it shows, and whether it still
 * does, is stored on the server, so that no token can be changed to show anything else.
 *
 * @param use distinguishes these tokens from everything else that the same key signs
 */
public record SignedLinks(Signer signer, String use) {
    public String token(String id, Instant expiresAt) {
        return signer.sign(JsonNodeFactory.instance
                .objectNode()
                .put("use", use)
                .put("jti", id)
                .put("exp", expiresAt.getEpochSecond()));
    }

    /** The id in the token; empty if this server did not sign the token for this use. Whether the link has expired is for the caller. */
    public Optional<String> id(String token) {
        return signer.payload(token)
                .filter(it -> it.path("use").asString("").equals(use))
                .map(it -> it.path("jti").asString(""));
    }
}
