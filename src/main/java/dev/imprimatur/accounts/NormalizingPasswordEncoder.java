// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.accounts;

import dev.imprimatur.problem.CleanText;
import org.jspecify.annotations.Nullable;
import org.springframework.security.crypto.password.PasswordEncoder;

/** Passwords that look the same are the same (RFC 8265, 4.2), whichever keyboard typed them and whichever way they come in. */
final class NormalizingPasswordEncoder implements PasswordEncoder {
    private final PasswordEncoder encoder;

    NormalizingPasswordEncoder(PasswordEncoder encoder) {
        this.encoder = encoder;
    }

    @Override
    public @Nullable String encode(@Nullable CharSequence password) {
        return encoder.encode(password == null ? null : CleanText.normal(password.toString()));
    }

    /** Those that were set before there was one form are still right as they were typed then. */
    @Override
    public boolean matches(@Nullable CharSequence password, @Nullable String encoded) {
        if (password == null) return false;
        String normal = CleanText.normal(password.toString());
        return encoder.matches(normal, encoded)
                || !normal.contentEquals(password) && encoder.matches(password, encoded);
    }
}
