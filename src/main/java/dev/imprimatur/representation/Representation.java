// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.representation;

import dev.imprimatur.content.Sha256;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * One answer to a site, whichever way it is sent: bytes, in each encoding with a strong entity tag of its own, and what caches need
 * to know. The position it was made at, and how long it may be kept, are told where it is sent.
 */
public final class Representation {
    public static final String POSITION = "Imprimatur-Position";
    /** Below this, encoding a body gains nothing. */
    private static final int WORTH_ENCODING = 512;

    private static final int ETAG_BYTES = 15;
    private static final String JSON = "application/json";

    private final String contentType;
    private final Instant lastModified;
    private final String surrogateKey;
    private final String tag;
    private final boolean often;
    private final Form plain;
    /** Made when first asked for. */
    private volatile @Nullable Form gzip;

    private volatile @Nullable Form zstd;

    /** The answer in one encoding: its own header lines, and the body. */
    public final class Form {
        private final ContentCoding encoding;
        private final ByteBuffer lines;
        /** Where the lines end that a 304 has, too. */
        private final int shared;

        private final ByteBuffer body;

        private Form(ContentCoding encoding, byte[] body) {
            this.encoding = encoding;
            var text = new StringBuilder();
            headersOfBoth((name, value) -> line(text, name, value));
            this.shared = text.length();
            headersOfBody(body.length, (name, value) -> line(text, name, value));
            byte[] head = text.toString().getBytes(StandardCharsets.US_ASCII);
            if (often) {
                var both = ByteBuffer.allocateDirect(head.length + body.length)
                        .put(head)
                        .put(body);
                this.lines = both.slice(0, head.length);
                this.body = both.slice(head.length, body.length).asReadOnlyBuffer();
            } else {
                this.lines = ByteBuffer.wrap(head);
                this.body = ByteBuffer.wrap(body).asReadOnlyBuffer();
            }
        }

        private String suffix() {
            return encoding == ContentCoding.IDENTITY ? "\"" : "-" + encoding.token() + "\"";
        }

        String etag() {
            return "\"" + tag + suffix();
        }

        /** Whether that is its entity tag. */
        public boolean has(@Nullable String etag) {
            return etag != null
                    && etag.length() > tag.length()
                    && etag.charAt(0) == '"'
                    && etag.startsWith(tag, 1)
                    && etag.substring(1 + tag.length()).equals(suffix());
        }

        /**
         * Its headers, but those that tell when it is sent.
         *
         * @param known whether the site has it already
         */
        public void headers(boolean known, BiConsumer<String, String> to) {
            headersOfBoth(to);
            if (!known) headersOfBody(size(), to);
        }

        private void headersOfBoth(BiConsumer<String, String> to) {
            to.accept(HttpHeaders.ETAG, etag());
            to.accept(
                    HttpHeaders.LAST_MODIFIED,
                    DateTimeFormatter.RFC_1123_DATE_TIME.format(lastModified.atOffset(ZoneOffset.UTC)));
            to.accept(HttpHeaders.VARY, "Authorization, Accept-Encoding, Origin");
            to.accept("Surrogate-Key", surrogateKey);
        }

        private void headersOfBody(int size, BiConsumer<String, String> to) {
            if (encoding != ContentCoding.IDENTITY) to.accept(HttpHeaders.CONTENT_ENCODING, encoding.token());
            to.accept(HttpHeaders.CONTENT_TYPE, contentType);
            to.accept(HttpHeaders.CONTENT_LENGTH, Integer.toString(size));
        }

        /**
         * The header lines, without the blank one after them; a view of its own.
         *
         * @param known whether the site has it already
         */
        public ByteBuffer lines(boolean known) {
            return lines.slice(0, known ? shared : lines.limit());
        }

        /** The body to be written; a view of its own. */
        public ByteBuffer body() {
            return body.duplicate();
        }

        public int size() {
            return body.limit();
        }

        private byte[] bytes() {
            byte[] bytes = new byte[size()];
            body.get(0, bytes);
            return bytes;
        }
    }

    private Representation(
            String contentType, Instant lastModified, String surrogateKey, byte[] told, byte[] body, boolean often) {
        this.contentType = contentType;
        this.lastModified = lastModified;
        this.surrogateKey = surrogateKey;
        this.tag = tag(told);
        this.often = often;
        this.plain = new Form(ContentCoding.IDENTITY, body);
    }

    /**
     * An answer that is made for one request.
     *
     * @param surrogateKey what a CDN may purge it by
     * @param body JSON in UTF-8
     */
    public static Representation of(Instant lastModified, String surrogateKey, byte[] body) {
        return of(JSON, lastModified, surrogateKey, body);
    }

    /** An answer that is no plain JSON and is made for one request. */
    public static Representation of(String contentType, Instant lastModified, String surrogateKey, byte[] body) {
        return new Representation(contentType, lastModified, surrogateKey, body, body, false);
    }

    /** An answer that is put together of others. */
    public static Representation of(Instant lastModified, String surrogateKey, JsonParts joined) {
        return new Representation(
                JSON,
                lastModified,
                surrogateKey,
                joined.told().array(),
                joined.bytes().array(),
                false);
    }

    /** An answer that is kept to be sent often, where the network reads it without copying. */
    static Representation kept(Instant lastModified, String surrogateKey, byte[] body) {
        return new Representation(JSON, lastModified, surrogateKey, body, body, true);
    }

    private static String tag(byte[] told) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(Sha256.of(told), ETAG_BYTES));
    }

    /** Appends a header as it goes over the wire. */
    public static void line(StringBuilder to, String name, String value) {
        to.append(name).append(": ").append(value).append("\r\n");
    }

    /** How long caches may keep an answer, and for how long after that they may send it while they ask again; a minute in all. */
    public static String cacheControl(long maxAge) {
        return maxAge <= 0
                ? "public, max-age=0, must-revalidate"
                : "public, max-age=" + maxAge + ", stale-while-revalidate=" + Math.max(0, 60 - maxAge);
    }

    public int size() {
        return plain.size();
    }

    /** As a part of another answer. */
    JsonParts.Part part() {
        return new JsonParts.Part(plain.body(), StandardCharsets.US_ASCII.encode(tag));
    }

    /** Its bytes as they are without any encoding. */
    byte[] bytes() {
        return plain.bytes();
    }

    /** The answer in that encoding; as it is, where encoding gains nothing. */
    public Form form(ContentCoding encoding) {
        if (size() < WORTH_ENCODING) return plain;
        return switch (encoding) {
            case IDENTITY -> plain;
            case GZIP -> {
                var made = gzip;
                if (made == null) gzip = made = new Form(encoding, encoding.encode(bytes()));
                yield made;
            }
            case ZSTD -> {
                var made = zstd;
                if (made == null) zstd = made = new Form(encoding, encoding.encode(bytes()));
                yield made;
            }
        };
    }

    /** Makes it in every encoding, so that whoever asks first need not wait for that. */
    public void prepare() {
        for (ContentCoding encoding : ContentCoding.values()) form(encoding);
    }

    /** Sends it, or 304 if the site has it already (RFC 9110, 13.1). What is marked as stale is not kept by caches. */
    public void send(HttpServletRequest request, HttpServletResponse response, long maxAge) throws IOException {
        var form = form(ContentCoding.of(joined(request, HttpHeaders.ACCEPT_ENCODING)));
        boolean known = isKnownTo(request, form);
        form.headers(known, response::setHeader);
        response.setHeader(
                HttpHeaders.CACHE_CONTROL, cacheControl(response.containsHeader(HttpHeaders.WARNING) ? 0 : maxAge));
        if (known) response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
        else response.getOutputStream().write(form.body());
    }

    /** The header, which may come in several lines (RFC 9110, 5.3); null if it does not come. */
    private static @Nullable String joined(HttpServletRequest request, String header) {
        var lines = Collections.list(request.getHeaders(header));
        return lines.isEmpty() ? null : String.join(",", lines);
    }

    private boolean isKnownTo(HttpServletRequest request, Form form) {
        String known = joined(request, HttpHeaders.IF_NONE_MATCH);
        if (known != null)
            return known.strip().equals("*")
                    || Arrays.stream(known.split(","))
                            .map(it -> it.strip().replaceFirst("^W/", ""))
                            .anyMatch(form::has);
        try {
            long since = request.getDateHeader(HttpHeaders.IF_MODIFIED_SINCE);
            return since >= 0 && lastModified.getEpochSecond() <= since / 1000;
        } catch (IllegalArgumentException noDate) {
            return false;
        }
    }
}
