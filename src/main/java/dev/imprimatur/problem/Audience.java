// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.problem;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/** The kind of reader of a response, which decides the form of an error. */
public enum Audience {
    /** A client of an API: gets a problem document. */
    PROGRAM,
    /** A script of a page that asks for JSON: gets a problem document. */
    SCRIPT,
    /** A script that inserts the response into its page: gets an HTML fragment with the message. */
    FRAGMENT,
    /** Somebody in a browser: gets a page. */
    PERSON;

    private static final List<String> PROGRAMS =
            List.of("/api", "/actuator", "/.well-known", "/openapi.json", "/setup", "/calendar", "/media");

    /** The audience of the original request, before any forward or error dispatch. */
    public static Audience of(HttpServletRequest request) {
        String path = path(request);
        if (isForPrograms(path)) return PROGRAM;
        if (!isByScript(request)) return PERSON;
        String accepted = request.getHeader(HttpHeaders.ACCEPT);
        return accepted != null && accepted.toLowerCase(Locale.ROOT).contains("json") ? SCRIPT : FRAGMENT;
    }

    /** Whether the path belongs to an API. */
    static boolean isForPrograms(String path) {
        return PROGRAMS.stream().anyMatch(it -> path.equals(it) || path.startsWith(it + "/"));
    }

    /** Whether a script of a page sent the request. The script would insert the target of a redirect into the middle of its page. */
    public static boolean isByScript(HttpServletRequest request) {
        return request.getHeader("HX-Request") != null
                || request.getHeader("X-Requested-With") != null
                || "empty".equals(request.getHeader("Sec-Fetch-Dest"));
    }

    /** The method and path of the request for the log, with secret tokens cut off. */
    static String forLog(HttpServletRequest request) {
        return request.getMethod() + " "
                + path(request)
                        .replaceFirst(
                                "^(/reset/|/invited/|/calendar/|/unsubscribe/|/api/delivery/v1/preview/).*", "$1…");
    }

    /** The path of the original request. */
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
