package dev.imprimatur.problem;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** The one place where a refusal becomes a problem document (RFC 9457), for controllers and filters alike. */
@Component
public class ProblemWriter {
    public static final String MEDIA_TYPE = "application/problem+json";

    private final JsonMapper json;

    ProblemWriter(JsonMapper json) {
        this.json = json;
    }

    /** The document: type, title, status, detail, {@code errors} with JSON Pointers, and further members. */
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
        response.setContentType(MEDIA_TYPE);
        byte[] body = document(refusal);
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    /** The status and the headers that a refusal is told with, in whatever form it is shown. */
    public static void head(Refusal refusal, HttpServletResponse response) {
        response.setStatus(refusal.kind().status());
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        if (refusal.members().get(Refusal.RETRY_AFTER) instanceof Long seconds)
            response.setHeader(HttpHeaders.RETRY_AFTER, Long.toString(seconds));
        // the rest of the body is not read, so the connection cannot serve another request
        if (refusal.kind() == Refusal.Kind.TOO_LARGE || refusal.kind() == Refusal.Kind.TIMED_OUT)
            response.setHeader(HttpHeaders.CONNECTION, "close");
        if (refusal.kind() == Refusal.Kind.UNAUTHENTICATED)
            response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer realm=\"imprimatur\"");
    }
}
