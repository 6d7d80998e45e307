// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.problem;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/** Who reads the answer to a request, which decides what a failure looks like. */
public enum Audience {
    /** A client of an API: gets a problem document. */
    PROGRAM,
    /** A script of a page that asks for JSON: gets a problem document. */
    SCRIPT,
    /** A script of a page that puts HTML into it: gets the part of a page that says what happened. */
    FRAGMENT,
    /** Somebody in a browser: gets a page. */
    PERSON;

    private static final List<String> PROGRAMS =
            List.of("/api", "/actuator", "/.well-known", "/openapi.json", "/setup");

    /** Who asked first, before any forward and before the container took over. */
    public static Audience of(HttpServletRequest request) {
        String path = path(request);
        if (isForPrograms(path)) return PROGRAM;
        if (!isByScript(request)) return PERSON;
        String accepted = request.getHeader(HttpHeaders.ACCEPT);
        return accepted != null && accepted.toLowerCase(Locale.ROOT).contains("json") ? SCRIPT : FRAGMENT;
    }

    /** Whether an address is one of an API. */
    static boolean isForPrograms(String path) {
        return PROGRAMS.stream().anyMatch(it -> path.equals(it) || path.startsWith(it + "/"));
    }

    /** Whether a script of a page sent it, so that a redirect would put another page into the middle of that page. */
    public static boolean isByScript(HttpServletRequest request) {
        return request.getHeader("HX-Request") != null
                || request.getHeader("X-Requested-With") != null
                || "empty".equals(request.getHeader("Sec-Fetch-Dest"));
    }

    /** What was asked for, for the log: without what only its holder may know. */
    static String asked(HttpServletRequest request) {
        return request.getMethod() + " " + path(request).replaceFirst("^(/reset/|/api/delivery/v1/preview/).*", "$1…");
    }

    /** The path that was asked for. */
    public static String path(HttpServletRequest request) {
        String failed = text(request, RequestDispatcher.ERROR_REQUEST_URI);
        if (failed != null) return failed;
        String forwarded = text(request, RequestDispatcher.FORWARD_REQUEST_URI);
        return forwarded == null ? request.getRequestURI() : forwarded;
    }

    private static @Nullable String text(HttpServletRequest request, String attribute) {
        return request.getAttribute(attribute) instanceof String text ? text : null;
    }
}
