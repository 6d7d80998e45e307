package dev.imprimatur.delivery;

import dev.imprimatur.content.Sha256;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import org.springframework.http.HttpHeaders;

/** One answer to a site, whichever way it is sent: JSON with a strong entity tag and what caches need to know. */
final class Answer {
    static final String POSITION = "Imprimatur-Position";
    private static final int ETAG_BYTES = 15;

    private final long position;
    private final Instant lastModified;
    private final String etag;
    private final String surrogateKey;
    private final byte[] body;

    private Answer(long position, Instant lastModified, String surrogateKey, byte[] body) {
        this.position = position;
        this.lastModified = lastModified;
        this.etag = etag(body);
        this.surrogateKey = surrogateKey;
        this.body = body;
    }

    /**
     * An answer from the state at that position.
     *
     * @param surrogateKey what a CDN may purge it by
     * @param body JSON in UTF-8
     */
    static Answer of(long position, Instant lastModified, String surrogateKey, byte[] body) {
        return new Answer(position, lastModified, surrogateKey, body);
    }

    private static String etag(byte[] body) {
        byte[] hash = Arrays.copyOf(Sha256.of(body), ETAG_BYTES);
        return "\"" + Base64.getUrlEncoder().withoutPadding().encodeToString(hash) + "\"";
    }

    /** Sends it, or 304 if the site has it already (RFC 9110, 13.1). */
    void send(HttpServletRequest request, HttpServletResponse response, long maxAge) throws IOException {
        response.setHeader(HttpHeaders.ETAG, etag);
        response.setDateHeader(HttpHeaders.LAST_MODIFIED, lastModified.toEpochMilli());
        response.setHeader(HttpHeaders.CACHE_CONTROL, "public, max-age=" + maxAge);
        response.setHeader(HttpHeaders.VARY, HttpHeaders.AUTHORIZATION);
        response.setHeader("Surrogate-Key", surrogateKey);
        response.setHeader(POSITION, Long.toString(position));
        if (isKnownTo(request)) {
            response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
            return;
        }
        response.setContentType("application/json");
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
