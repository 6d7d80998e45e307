// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.people;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How the person who sends a request was authenticated.
 *
 * @param provenAt of a session: when its holder last gave their password
 * @param token of a token: what its holder's page calls it by
 * @param name of a token: what its holder calls it
 */
public record AuthenticationMethod(
        Kind kind,
        @Nullable Instant provenAt,
        @Nullable String token,
        @Nullable String name) {
    /** The ways to act. */
    public enum Kind {
        /** A session in the studio, whose holder gave the password before. */
        SESSION,
        /** A session in the studio, and the password with the act itself. */
        PASSWORD,
        /** A personal token of a script. */
        TOKEN,
        /** A link that a colleague gave to somebody without an account. */
        LINK
    }

    public static AuthenticationMethod session(@Nullable Instant provenAt) {
        return new AuthenticationMethod(Kind.SESSION, provenAt, null, null);
    }

    public static AuthenticationMethod password(Instant now) {
        return new AuthenticationMethod(Kind.PASSWORD, now, null, null);
    }

    public static AuthenticationMethod link() {
        return new AuthenticationMethod(Kind.LINK, null, null, null);
    }

    public static AuthenticationMethod token(String id, String name) {
        return new AuthenticationMethod(Kind.TOKEN, null, id, name);
    }
}
