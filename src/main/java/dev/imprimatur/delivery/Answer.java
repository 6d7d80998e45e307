package dev.imprimatur.delivery;

import dev.imprimatur.content.Sha256;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.springframework.http.HttpHeaders;

/**
 * One answer to a site, whichever way it is sent: bytes with a strong entity tag and what caches need to know. The position it
 * was made at, and how long it may be kept, are told where it is sent.
 */
final class Answer {
    static final String POSITION = "Imprimatur-Position";
    private static final int ETAG_BYTES = 15;

    private static final String JSON = "application/json";

    private final String contentType;
    private final Instant lastModified;
    private final String etag;
    private final List<HttpField> fields;
    private final byte[] body;
    private final ByteBuffer direct;

    private Answer(String contentType, Instant lastModified, String surrogateKey, byte[] body, boolean often) {
        this.contentType = contentType;
        this.lastModified = lastModified;
        this.etag = etag(body);
        this.fields = List.of(
                new PreEncodedHttpField(HttpHeader.ETAG, etag),
                new PreEncodedHttpField(
                        HttpHeader.LAST_MODIFIED,
                        DateTimeFormatter.RFC_1123_DATE_TIME.format(lastModified.atOffset(ZoneOffset.UTC))),
                new PreEncodedHttpField(HttpHeader.VARY, HttpHeaders.AUTHORIZATION),
                new PreEncodedHttpField("Surrogate-Key", surrogateKey));
        this.body = body;
        this.direct = often ? ByteBuffer.allocateDirect(body.length).put(body).flip() : ByteBuffer.wrap(body);
    }

    /**
     * An answer that is made for one request.
     *
     * @param surrogateKey what a CDN may purge it by
     * @param body JSON in UTF-8
     */
    static Answer of(Instant lastModified, String surrogateKey, byte[] body) {
        return of(JSON, lastModified, surrogateKey, body);
    }

    /** An answer that is no plain JSON and is made for one request. */
    static Answer of(String contentType, Instant lastModified, String surrogateKey, byte[] body) {
        return new Answer(contentType, lastModified, surrogateKey, body, false);
    }

    /** An answer that is kept to be sent often, its bytes where the network reads them without copying. */
    static Answer kept(Instant lastModified, String surrogateKey, byte[] body) {
        return new Answer(JSON, lastModified, surrogateKey, body, true);
    }

    private static String etag(byte[] body) {
        byte[] hash = Arrays.copyOf(Sha256.of(body), ETAG_BYTES);
        return "\"" + Base64.getUrlEncoder().withoutPadding().encodeToString(hash) + "\"";
    }

    /** How long caches may keep an answer, and for how long after that they may send it while they ask again; a minute in all. */
    static String cacheControl(long maxAge) {
        return maxAge <= 0
                ? "public, max-age=0, must-revalidate"
                : "public, max-age=" + maxAge + ", stale-while-revalidate=" + Math.max(0, 60 - maxAge);
    }

    int size() {
        return body.length;
    }

    String etag() {
        return etag;
    }

    /** The headers that do not depend on when it is sent. */
    List<HttpField> fields() {
        return fields;
    }

    /** The body to be written; a view of its own. */
    ByteBuffer body() {
        return direct.asReadOnlyBuffer();
    }

    /** Sends it, or 304 if the site has it already (RFC 9110, 13.1). */
    void send(HttpServletRequest request, HttpServletResponse response, long maxAge) throws IOException {
        fields.forEach(field -> response.setHeader(field.getName(), field.getValue()));
        response.setHeader(HttpHeaders.CACHE_CONTROL, cacheControl(maxAge));
        if (isKnownTo(request)) {
            response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
            return;
        }
        response.setContentType(contentType);
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    private boolean isKnownTo(HttpServletRequest request) {
        String known = request.getHeader(HttpHeaders.IF_NONE_MATCH);
        if (known != null)
            return known.strip().equals("*")
                    || Arrays.stream(known.split(","))
                            .map(tag -> tag.strip().replaceFirst("^W/", ""))
                            .anyMatch(etag::equals);
        try {
            long since = request.getDateHeader(HttpHeaders.IF_MODIFIED_SINCE);
            return since >= 0 && lastModified.getEpochSecond() <= since / 1000;
        } catch (IllegalArgumentException noDate) {
            return false;
        }
    }
}
