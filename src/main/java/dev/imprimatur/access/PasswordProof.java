package dev.imprimatur.access;

import dev.imprimatur.editing.Means;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** When the holder of a studio session last gave their password. */
final class PasswordProof {
    private static final String ATTRIBUTE = "imprimatur.proven";

    private PasswordProof() {}

    /** Records in the session that its holder gave the password, and in the request that the password came with it. */
    static void given(HttpServletRequest request, Instant now) {
        store(request, now);
        request.setAttribute(ATTRIBUTE, now);
    }

    /** Records in the session that its holder gave the password. */
    static void store(HttpServletRequest request, Instant now) {
        request.getSession().setAttribute(ATTRIBUTE, now);
    }

    /** How the person who sends this request is known: by the password in it, or by a session. Null if there is no session. */
    static @Nullable Means means(HttpServletRequest request) {
        if (request.getAttribute(ATTRIBUTE) instanceof Instant now) return Means.password(now);
        var session = request.getSession(false);
        if (session == null) return null;
        return Means.session(session.getAttribute(ATTRIBUTE) instanceof Instant at ? at : null);
    }
}
