// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.sessions;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;
import org.springframework.web.util.WebUtils;

/** The cookie that holds the secret of a session. Scripts cannot read it, and it ends with the browser. */
final class SessionCookie {
    private static final String NAME = "imprimatur-session";
    private static final Duration UNTIL_BROWSER_CLOSES = Duration.ofSeconds(-1);

    private SessionCookie() {}

    static Optional<String> of(HttpServletRequest request) {
        var cookie = WebUtils.getCookie(request, HostCookie.name(NAME, request));
        return cookie == null ? Optional.empty() : Optional.of(cookie.getValue());
    }

    static void set(String secret, HttpServletRequest request, HttpServletResponse response) {
        write(secret, UNTIL_BROWSER_CLOSES, request, response);
    }

    static void remove(HttpServletRequest request, HttpServletResponse response) {
        write("", Duration.ZERO, request, response);
    }

    private static void write(String value, Duration lasts, HttpServletRequest request, HttpServletResponse response) {
        var cookie = ResponseCookie.from(HostCookie.name(NAME, request), value)
                .path("/")
                .maxAge(lasts)
                .httpOnly(true)
                .secure(request.isSecure())
                .sameSite("Lax")
                .build();
        response.addHeader(HttpHeaders.SET_COOKIE, cookie.toString());
    }
}
