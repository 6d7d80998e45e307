// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** Creates a file with a signing key that no server knows. */
public final class SigningKeyFile {
    private SigningKeyFile() {}

    public static Path ofAStranger(Path folder) throws IOException, NoSuchAlgorithmException {
        var key = KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPrivate();
        return Files.writeString(
                folder.resolve("stranger.pem"),
                "-----BEGIN PRIVATE KEY-----\n" + Base64.getMimeEncoder().encodeToString(key.getEncoded())
                        + "\n-----END PRIVATE KEY-----\n");
    }
}
