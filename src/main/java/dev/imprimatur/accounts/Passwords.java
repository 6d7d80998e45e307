// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.accounts;

import com.nulabinc.zxcvbn.Zxcvbn;
import dev.imprimatur.problem.Fault;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.security.crypto.password.PasswordEncoder;

/** The rules for passwords, and how passwords are hashed and compared. */
final class Passwords {
    private static final int SHORTEST = 12;
    private static final int LONGEST = 128;
    private static final int LEAST_DIFFERENT = 5;
    /** So many guesses must a program need that tries common passwords, words, names, dates and rows of keys first. */
    private static final double LEAST_GUESSES = 1e8;

    private final PasswordEncoder encoder;
    private final String nobodysHash;

    Passwords(PasswordEncoder encoder) {
        this.encoder = new NormalizingPasswordEncoder(encoder);
        nobodysHash = this.encoder.encode(UUID.randomUUID().toString());
    }

    /** What is wrong with a new password; null if nothing is. */
    static @Nullable Fault fault(String username, String password) {
        int length = password.length();
        long different = password.codePoints()
                .filter(it -> !Character.isWhitespace(it) && !Character.isSpaceChar(it))
                .distinct()
                .count();
        if (length < SHORTEST || length > LONGEST || different < LEAST_DIFFERENT || password.contains(username))
            return new Fault(
                    "/password",
                    "a password of %d to %d characters, of which %d are different and no blanks, that does not hold the username"
                            .formatted(SHORTEST, LONGEST, LEAST_DIFFERENT));
        double guesses = Strength.ESTIMATE.measure(password, List.of(username)).getGuesses();
        return guesses < LEAST_GUESSES
                ? new Fault(
                        "/password",
                        "a password that is harder to guess: no common one, and not only repeated words, dates or keys in a row")
                : null;
    }

    /** Loads its lists of words with the first new password. */
    private static final class Strength {
        static final Zxcvbn ESTIMATE = new Zxcvbn();
    }

    String hash(String password) {
        return encoder.encode(password);
    }

    /**
     * Whether the password is the one with that hash. Takes as long where there is no hash, so that the time does not tell whether an
     * account exists.
     *
     * @param hash null if there is no such account
     */
    boolean matches(String password, @Nullable String hash) {
        // a text that is too long to be a password is not hashed
        return encoder.matches(password.length() > LONGEST ? "" : password, hash == null ? nobodysHash : hash);
    }
}
