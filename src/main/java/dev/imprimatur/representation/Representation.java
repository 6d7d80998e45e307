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
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * A representation (RFC 9110, 3.2) to be sent to a site: its bytes in each content coding, each with a strong entity tag of its own, and
 * the headers that caches need. The headers for the position and for {@code Cache-Control} are added when it is sent, because they depend
 * on the request.
 */
public final class Representation {
    public static final String POSITION = "Imprimatur-Position";
    /** Bodies below this size in bytes are sent without a content coding, because compression gains nothing. */
    private static final int WORTH_ENCODING = 512;

    private static final String VARY = "Authorization, Accept-Encoding, Origin";
    private static final int ETAG_BYTES = 15;
    private static final String JSON = "application/json";

    private final String contentType;
    private final Instant lastModified;
    private final String surrogateKey;
    private final @Nullable String links;
    private final @Nullable String language;
    private final String tag;
    private final boolean isReused;
    /** The ids of the guides that the content refers to, which are resolved for each state of these guides; mostly empty. */
    private final List<String> references;

    private volatile @Nullable Resolved resolved;
    private final Form plain;
    /** Created on first use. */
    private volatile @Nullable Form gzip;

    private volatile @Nullable Form zstd;

    /** The last representation of the same guide whose references were resolved. */
    private record Resolved(ResolvedReferences references, Representation representation) {}

    /** The representation in one content coding: its header lines and its body. */
    public final class Form {
        private final ContentCoding encoding;
        private final ByteBuffer lines;
        /** The length in bytes of the lines that a 304 response has, too; they come first. */
        private final int shared;

        private final ByteBuffer body;

        private Form(ContentCoding encoding, byte[] body) {
            this.encoding = encoding;
            var text = new StringBuilder();
            commonHeaders((name, value) -> line(text, name, value));
            this.shared = text.length();
            bodyHeaders(body.length, (name, value) -> line(text, name, value));
            byte[] head = text.toString().getBytes(StandardCharsets.US_ASCII);
            if (isReused) {
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

        /** Whether the given entity tag is the tag of this form. */
        public boolean has(@Nullable String etag) {
            return etag != null
                    && etag.length() > tag.length()
                    && etag.charAt(0) == '"'
                    && etag.startsWith(tag, 1)
                    && etag.substring(1 + tag.length()).equals(suffix());
        }

        /**
         * Passes the headers on, except those that depend on the moment of sending.
         *
         * @param isNotModified whether the client has this representation already, so that the response is a 304
         */
        public void headers(boolean isNotModified, BiConsumer<String, String> to) {
            commonHeaders(to);
            if (!isNotModified) bodyHeaders(size(), to);
        }

        private void commonHeaders(BiConsumer<String, String> to) {
            to.accept(HttpHeaders.ETAG, etag());
            to.accept(
                    HttpHeaders.LAST_MODIFIED,
                    DateTimeFormatter.RFC_1123_DATE_TIME.format(lastModified.atOffset(ZoneOffset.UTC)));
            to.accept(HttpHeaders.VARY, VARY);
            to.accept("Surrogate-Key", surrogateKey);
            if (links != null) to.accept(HttpHeaders.LINK, links);
        }

        private void bodyHeaders(int size, BiConsumer<String, String> to) {
            if (encoding != ContentCoding.IDENTITY) to.accept(HttpHeaders.CONTENT_ENCODING, encoding.token());
            to.accept(HttpHeaders.CONTENT_TYPE, contentType);
            if (language != null) to.accept(HttpHeaders.CONTENT_LANGUAGE, language);
            to.accept(HttpHeaders.CONTENT_LENGTH, Integer.toString(size));
        }

        /**
         * The header lines without the empty line after them, as a new view of the shared buffer.
         *
         * @param isNotModified whether the client has this representation already, so that the response is a 304
         */
        public ByteBuffer lines(boolean isNotModified) {
            return lines.slice(0, isNotModified ? shared : lines.limit());
        }

        /** The body, as a new view of the shared buffer. */
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
            String contentType,
            Instant lastModified,
            String surrogateKey,
            @Nullable PublishedGuide guide,
            byte[] tagSource,
            byte[] body,
            boolean isReused,
            List<String> references) {
        this.contentType = contentType;
        this.lastModified = lastModified;
        this.surrogateKey = surrogateKey;
        this.links = guide == null ? null : guide.links();
        this.language = guide == null ? null : guide.entry().locale();
        this.tag = tag(tagSource);
        this.isReused = isReused;
        this.references = references;
        this.plain = new Form(ContentCoding.IDENTITY, body);
    }

    /**
     * Creates a JSON representation for a single request.
     *
     * @param surrogateKey the surrogate keys by which a CDN can purge the response, separated by spaces
     * @param body JSON in UTF-8
     */
    public static Representation of(Instant lastModified, String surrogateKey, byte[] body) {
        return of(JSON, lastModified, surrogateKey, body);
    }

    /** Creates a representation of another content type for a single request. */
    public static Representation of(String contentType, Instant lastModified, String surrogateKey, byte[] body) {
        return new Representation(contentType, lastModified, surrogateKey, null, body, body, false, List.of());
    }

    /** Creates a JSON representation of a guide for a single request. */
    public static Representation of(PublishedGuide guide, byte[] body) {
        return of(JSON, guide, body);
    }

    /** Creates a representation of a guide in another content type for a single request. */
    public static Representation of(String contentType, PublishedGuide guide, byte[] body) {
        return new Representation(
                contentType, guide.modifiedAt(), guide.surrogateKey(), guide, body, body, false, List.of());
    }

    /** Creates a JSON representation that is assembled from others. */
    public static Representation of(Instant lastModified, String surrogateKey, JsonParts joined) {
        return new Representation(
                JSON,
                lastModified,
                surrogateKey,
                null,
                joined.tagSource().array(),
                joined.bytes().array(),
                false,
                List.of());
    }

    /**
     * Creates a JSON representation of a guide that will be sent many times. Its bytes live outside the heap, where the network reads them
     * without a copy.
     *
     * @param references the ids of the guides that the content refers to
     */
    static Representation reused(PublishedGuide guide, byte[] body, List<String> references) {
        return new Representation(JSON, guide.modifiedAt(), guide.surrogateKey(), guide, body, body, true, references);
    }

    /** Creates a JSON representation of a guide that shows these references. */
    static Representation of(PublishedGuide guide, ResolvedReferences references, byte[] body) {
        return new Representation(
                JSON,
                references.since(guide.modifiedAt()),
                guide.surrogateKey() + references.surrogateKeys(),
                guide,
                body,
                body,
                false,
                List.of());
    }

    /** The ids of the guides that the content refers to, if they are not resolved yet; mostly empty. */
    public List<String> references() {
        return references;
    }

    /** The representation that shows these references, which is kept as long as they stay the same. */
    Representation resolved(ResolvedReferences now, Supplier<Representation> make) {
        var last = resolved;
        if (last == null || !last.references().equals(now)) resolved = last = new Resolved(now, make.get());
        return last.representation();
    }

    private static String tag(byte[] tagSource) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(Sha256.of(tagSource), ETAG_BYTES));
    }

    /** Appends a header line in the syntax of HTTP/1.1. */
    public static void line(StringBuilder to, String name, String value) {
        to.append(name).append(": ").append(value).append("\r\n");
    }

    public int size() {
        return plain.size();
    }

    /** This representation as a part of another one, identified by its entity tag. */
    JsonParts.Part part() {
        return new JsonParts.Part(plain.body(), StandardCharsets.US_ASCII.encode(tag));
    }

    /** A copy of the body without any content coding. */
    byte[] bytes() {
        return plain.bytes();
    }

    /** The form in the given content coding; the plain form if the body is too small to be worth encoding. */
    public Form form(ContentCoding encoding) {
        if (size() < WORTH_ENCODING) return plain;
        return switch (encoding) {
            case IDENTITY -> plain;
            case GZIP -> {
                var form = gzip;
                if (form == null) gzip = form = new Form(encoding, encoding.encode(bytes()));
                yield form;
            }
            case ZSTD -> {
                var form = zstd;
                if (form == null) zstd = form = new Form(encoding, encoding.encode(bytes()));
                yield form;
            }
        };
    }

    /** Encodes the body in every content coding now, so that no request has to wait for it. */
    public void prepare() {
        for (ContentCoding encoding : ContentCoding.values()) form(encoding);
    }

    /**
     * Sends the representation, or 304 if the client has it already (RFC 9110, 13.1). A response with a {@code Warning} header is stale, so
     * caches must revalidate it.
     */
    public void send(HttpServletRequest request, HttpServletResponse response, CacheLifetime lifetime)
            throws IOException {
        send(request, response, lifetime, "");
    }

    /** @param chosenBy the request header by which this representation was chosen among others; empty for none */
    public void send(HttpServletRequest request, HttpServletResponse response, CacheLifetime lifetime, String chosenBy)
            throws IOException {
        var form = form(ContentCoding.of(joined(request, HttpHeaders.ACCEPT_ENCODING)));
        boolean isNotModified = isCachedBy(request, form);
        form.headers(isNotModified, response::setHeader);
        if (!chosenBy.isEmpty()) response.setHeader(HttpHeaders.VARY, VARY + ", " + chosenBy);
        response.setHeader(
                HttpHeaders.CACHE_CONTROL,
                (response.containsHeader(HttpHeaders.WARNING) ? CacheLifetime.NONE : lifetime).header());
        if (isNotModified) response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
        else response.getOutputStream().write(form.body());
    }

    /** The value of a header, joined with commas if it comes in several lines (RFC 9110, 5.3); null if the request does not have it. */
    private static @Nullable String joined(HttpServletRequest request, String header) {
        var lines = Collections.list(request.getHeaders(header));
        return lines.isEmpty() ? null : String.join(",", lines);
    }

    private boolean isCachedBy(HttpServletRequest request, Form form) {
        String tags = joined(request, HttpHeaders.IF_NONE_MATCH);
        if (tags != null)
            return tags.strip().equals("*")
                    || Arrays.stream(tags.split(","))
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
