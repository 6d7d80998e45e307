// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.testing;

import org.jspecify.annotations.Nullable;
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;
import org.springframework.security.crypto.password.PasswordEncoder;

/** Hashes passwords as the application does, and {@link Node#PASSWORD}, which all accounts of all nodes have, only once. */
final class TeamPasswordEncoder implements PasswordEncoder {
    private final PasswordEncoder encoder = Argon2PasswordEncoder.defaultsForSpringSecurity_v5_8();
    private final String hash = encoder.encode(Node.PASSWORD);

    @Override
    public @Nullable String encode(@Nullable CharSequence password) {
        return Node.PASSWORD.contentEquals(String.valueOf(password)) ? hash : encoder.encode(password);
    }

    @Override
    public boolean matches(@Nullable CharSequence password, @Nullable String encoded) {
        return Node.PASSWORD.contentEquals(String.valueOf(password)) && hash.equals(encoded)
                || encoder.matches(password, encoded);
    }
}
