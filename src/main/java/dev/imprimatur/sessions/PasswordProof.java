// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.sessions;

import dev.imprimatur.people.AuthenticationMethod;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** When the person who sends a request last gave their password. */
public final class PasswordProof {
    private static final String GIVEN = PasswordProof.class.getName();

    private PasswordProof() {}

    /** Records that the password came with this request. */
    static void given(HttpServletRequest request, Instant now) {
        request.setAttribute(GIVEN, now);
    }

    /** How the person who sends this request is known: by the password in it, or by a session. Null if there is no session. */
    public static @Nullable AuthenticationMethod method(HttpServletRequest request) {
        if (request.getAttribute(GIVEN) instanceof Instant now) return AuthenticationMethod.password(now);
        return Sessions.of(request)
                .map(session -> AuthenticationMethod.session(session.provenAt()))
                .orElse(null);
    }
}
