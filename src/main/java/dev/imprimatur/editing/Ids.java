// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.editing;

import java.security.SecureRandom;
import java.time.Clock;
import org.springframework.stereotype.Component;

/** Ids of new guides and comments: 26 characters that sort by time, as ULIDs do, and cannot be guessed. */
@Component
public class Ids {
    private static final String ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
    private static final int TIME_DIGITS = 10;
    private static final int RANDOM_DIGITS = 16;

    private final SecureRandom random = new SecureRandom();
    private final Clock clock;

    Ids(Clock clock) {
        this.clock = clock;
    }

    public String next() {
        var id = new StringBuilder();
        long millis = clock.millis();
        for (int digit = TIME_DIGITS - 1; digit >= 0; digit--)
            id.append(ALPHABET.charAt((int) (millis >> (5 * digit)) & 31));
        for (int digit = 0; digit < RANDOM_DIGITS; digit++) id.append(ALPHABET.charAt(random.nextInt(32)));
        return id.toString();
    }
}
