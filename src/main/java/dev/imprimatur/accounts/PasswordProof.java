// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.accounts;

import dev.imprimatur.people.AuthenticationMethod;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** When the holder of a studio session last gave their password. */
public final class PasswordProof {
    private static final String ATTRIBUTE = "imprimatur.proven";

    private PasswordProof() {}

    /** Records in the session that its holder gave the password, and in the request that the password came with it. */
    public static void given(HttpServletRequest request, Instant now) {
        store(request, now);
        request.setAttribute(ATTRIBUTE, now);
    }

    /** Records in the session that its holder gave the password. */
    static void store(HttpServletRequest request, Instant now) {
        request.getSession().setAttribute(ATTRIBUTE, now);
    }

    /** How the person who sends this request is known: by the password in it, or by a session. Null if there is no session. */
    public static @Nullable AuthenticationMethod method(HttpServletRequest request) {
        if (request.getAttribute(ATTRIBUTE) instanceof Instant now) return AuthenticationMethod.password(now);
        var session = request.getSession(false);
        if (session == null) return null;
        return AuthenticationMethod.session(session.getAttribute(ATTRIBUTE) instanceof Instant at ? at : null);
    }
}
