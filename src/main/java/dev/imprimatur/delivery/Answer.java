package dev.imprimatur.delivery;

import dev.imprimatur.content.Sha256;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * One answer to a site, whichever way it is sent: bytes, in each encoding with a strong entity tag of its own, and what caches need
 * to know. The position it was made at, and how long it may be kept, are told where it is sent.
 */
final class Answer {
    static final String POSITION = "Imprimatur-Position";
    /** Below this, encoding a body gains nothing. */
    private static final int WORTH_ENCODING = 512;

    private static final int ETAG_BYTES = 15;
    private static final String JSON = "application/json";
    private static final HttpField VARY = new PreEncodedHttpField(HttpHeader.VARY, "Authorization, Accept-Encoding");

    private final String contentType;
    private final Instant lastModified;
    private final String tag;
    private final List<HttpField> fields;
    private final boolean often;
    private final Form plain;
    /** Made when first asked for, unless the answer is kept to be sent often. */
    private volatile @Nullable Form gzip;

    private volatile @Nullable Form zstd;

    /**
     * The answer in one encoding.
     *
     * @param fields the headers that do not depend on when it is sent
     */
    record Form(String etag, List<HttpField> fields, HttpField contentLength, ByteBuffer bytes) {
        /** The body to be written; a view of its own. */
        ByteBuffer body() {
            return bytes.asReadOnlyBuffer();
        }
    }

    private Answer(
            String contentType, Instant lastModified, String surrogateKey, byte[] told, byte[] body, boolean often) {
        this.contentType = contentType;
        this.lastModified = lastModified;
        this.tag = tag(told);
        this.often = often;
        this.fields = List.of(
                new PreEncodedHttpField(
                        HttpHeader.LAST_MODIFIED,
                        DateTimeFormatter.RFC_1123_DATE_TIME.format(lastModified.atOffset(ZoneOffset.UTC))),
                VARY,
                new PreEncodedHttpField("Surrogate-Key", surrogateKey));
        this.plain = form(Encoding.IDENTITY, body);
        if (often) for (Encoding encoding : Encoding.values()) form(encoding);
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
        return new Answer(contentType, lastModified, surrogateKey, body, body, false);
    }

    /** An answer that is put together of others. */
    static Answer of(Instant lastModified, String surrogateKey, Joined joined) {
        return new Answer(
                JSON,
                lastModified,
                surrogateKey,
                joined.told().array(),
                joined.bytes().array(),
                false);
    }

    /** An answer that is kept to be sent often: in every encoding, where the network reads it without copying. */
    static Answer kept(Instant lastModified, String surrogateKey, byte[] body) {
        return new Answer(JSON, lastModified, surrogateKey, body, body, true);
    }

    private static String tag(byte[] told) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(Sha256.of(told), ETAG_BYTES));
    }

    /** How long caches may keep an answer, and for how long after that they may send it while they ask again; a minute in all. */
    static String cacheControl(long maxAge) {
        return maxAge <= 0
                ? "public, max-age=0, must-revalidate"
                : "public, max-age=" + maxAge + ", stale-while-revalidate=" + Math.max(0, 60 - maxAge);
    }

    int size() {
        return plain.bytes().limit();
    }

    /** As a part of another answer. */
    Joined.Part part() {
        return new Joined.Part(plain.body(), StandardCharsets.US_ASCII.encode(tag));
    }

    /** Its bytes as they are without any encoding. */
    byte[] bytes() {
        byte[] bytes = new byte[size()];
        plain.bytes().get(0, bytes);
        return bytes;
    }

    /** The answer in that encoding; as it is, where encoding gains nothing. */
    Form form(Encoding encoding) {
        if (size() < WORTH_ENCODING) return plain;
        return switch (encoding) {
            case IDENTITY -> plain;
            case GZIP -> {
                var made = gzip;
                if (made == null) gzip = made = form(encoding, encoding.encode(bytes()));
                yield made;
            }
            case ZSTD -> {
                var made = zstd;
                if (made == null) zstd = made = form(encoding, encoding.encode(bytes()));
                yield made;
            }
        };
    }

    private Form form(Encoding encoding, byte[] bytes) {
        boolean asIs = encoding == Encoding.IDENTITY;
        String etag = asIs ? "\"" + tag + "\"" : "\"" + tag + "-" + encoding.token() + "\"";
        var all = new ArrayList<HttpField>();
        all.add(new PreEncodedHttpField(HttpHeader.ETAG, etag));
        if (!asIs) all.add(new PreEncodedHttpField(HttpHeader.CONTENT_ENCODING, encoding.token()));
        all.addAll(fields);
        return new Form(
                etag,
                List.copyOf(all),
                new PreEncodedHttpField(HttpHeader.CONTENT_LENGTH, bytes.length),
                often ? ByteBuffer.allocateDirect(bytes.length).put(bytes).flip() : ByteBuffer.wrap(bytes));
    }

    /** Sends it, or 304 if the site has it already (RFC 9110, 13.1). */
    void send(HttpServletRequest request, HttpServletResponse response, long maxAge) throws IOException {
        var form = form(Encoding.of(request.getHeader(HttpHeaders.ACCEPT_ENCODING)));
        boolean known = isKnownTo(request, form);
        for (var field : form.fields())
            if (!known || field.getHeader() != HttpHeader.CONTENT_ENCODING)
                response.setHeader(field.getName(), field.getValue());
        response.setHeader(HttpHeaders.CACHE_CONTROL, cacheControl(maxAge));
        if (known) {
            response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
            return;
        }
        response.setContentType(contentType);
        response.setContentLength(form.bytes().limit());
        response.getOutputStream().write(form.body());
    }

    private boolean isKnownTo(HttpServletRequest request, Form form) {
        String known = request.getHeader(HttpHeaders.IF_NONE_MATCH);
        if (known != null)
            return known.strip().equals("*")
                    || Arrays.stream(known.split(","))
                            .map(it -> it.strip().replaceFirst("^W/", ""))
                            .anyMatch(form.etag()::equals);
        try {
            long since = request.getDateHeader(HttpHeaders.IF_MODIFIED_SINCE);
            return since >= 0 && lastModified.getEpochSecond() <= since / 1000;
        } catch (IllegalArgumentException noDate) {
            return false;
        }
    }
}
