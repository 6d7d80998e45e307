// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.problem;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Writes refusals as problem documents (RFC 9457); controllers and filters have no other way to do so. */
@Component
public class ProblemWriter {
    public static final String MEDIA_TYPE = "application/problem+json";

    /** Security headers that keep browsers from misusing a problem document; they are set wherever the request was refused. */
    private static final Map<String, String> PROTECTION = Map.of(
            "X-Content-Type-Options", "nosniff",
            "X-Frame-Options", "DENY",
            "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'",
            "Referrer-Policy", "no-referrer");

    private static final Set<Refusal.Kind> CLOSING = Set.of(Refusal.Kind.TOO_LARGE, Refusal.Kind.TIMED_OUT);

    private final JsonMapper json;

    ProblemWriter(JsonMapper json) {
        this.json = json;
    }

    /** The problem document as JSON: type, title, status, detail, {@code errors} with JSON Pointers, and further members. */
    public byte[] document(Refusal refusal) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("type", "/problems/" + refusal.name());
        document.put("title", HttpStatus.valueOf(refusal.kind().status()).getReasonPhrase());
        document.put("status", refusal.kind().status());
        document.put("detail", refusal.detail());
        if (!refusal.faults().isEmpty()) document.put("errors", refusal.faults());
        document.putAll(refusal.members());
        return json.writeValueAsBytes(document);
    }

    public void write(Refusal refusal, HttpServletResponse response) throws IOException {
        if (response.isCommitted()) return;
        response.resetBuffer();
        head(refusal, response);
        PROTECTION.forEach(response::setHeader);
        response.setContentType(MEDIA_TYPE);
        byte[] body = document(refusal);
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    /** Writes the problem document from a handler that runs before the servlet container. */
    void write(Refusal refusal, Response response, Callback callback) {
        var headers = response.getHeaders();
        response.setStatus(refusal.kind().status());
        headers(refusal, headers::put);
        PROTECTION.forEach(headers::put);
        byte[] document = document(refusal);
        headers.put(HttpHeaders.CONTENT_TYPE, MEDIA_TYPE).put(HttpHeader.CONTENT_LENGTH, document.length);
        response.write(true, ByteBuffer.wrap(document), callback);
    }

    /** Refuses a request in the form that suits its sender: API clients get the problem document, people get a page. */
    void refuse(Refusal refusal, HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (Audience.of(request) == Audience.PROGRAM) write(refusal, response);
        else showPage(refusal, request, response);
    }

    /** Starts the error dispatch, which shows the refusal as a page. */
    public static void showPage(Refusal refusal, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        request.setAttribute(RequestDispatcher.ERROR_EXCEPTION, refusal.raise());
        response.sendError(refusal.kind().status());
    }

    /** Sets the status and the headers of a refusal, which are the same for documents and pages. */
    public static void head(Refusal refusal, HttpServletResponse response) {
        response.setStatus(refusal.kind().status());
        headers(refusal, response::setHeader);
    }

    private static void headers(Refusal refusal, BiConsumer<String, String> to) {
        to.accept(HttpHeaders.CACHE_CONTROL, "no-store");
        if (refusal.members().get(Refusal.RETRY_AFTER) instanceof Long seconds)
            to.accept(HttpHeaders.RETRY_AFTER, Long.toString(seconds));
        if (refusal.members().get(Refusal.ALLOW) instanceof String methods) to.accept(HttpHeaders.ALLOW, methods);
        // the rest of the request is not read, so the connection cannot serve another request
        if (CLOSING.contains(refusal.kind())) to.accept(HttpHeaders.CONNECTION, "close");
        if (refusal.kind() == Refusal.Kind.UNAUTHENTICATED)
            to.accept(HttpHeaders.WWW_AUTHENTICATE, "Bearer realm=\"imprimatur\"");
    }
}
