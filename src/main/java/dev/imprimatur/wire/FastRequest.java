// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.wire;

import dev.imprimatur.delivery.DeliveryRequests;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A simple request as nearly all sites send it: {@code GET} over HTTP/1.1 (RFC 9112), received in one piece, without a body and without
 * headers that change its meaning. This parser is stricter than the standard: whatever it does not accept is left to Jetty.
 *
 * @param get the parsed request
 * @param head its header lines
 * @param end the index in the buffer at which the next request begins
 */
record FastRequest(FastPath.GetRequest get, Head head, int end) {
    /**
     * The header lines of a request. A client usually sends the same lines with every request on a connection, so they are parsed only
     * once.
     *
     * @param bytes the lines as received, including the empty line at their end
     */
    record Head(ByteBuffer bytes, FastPath.HeaderFields fields) {
        private boolean isNextIn(ByteBuffer in, int at) {
            int length = bytes.capacity();
            return at + length <= in.limit() && in.slice(at, length).mismatch(bytes) < 0;
        }
    }

    private static final int LAST_PORT = 65_535;
    private static final byte[] GET = bytes("GET " + DeliveryRequests.PREFIX);
    private static final byte[] VERSION = bytes("HTTP/1.1\r\n");

    /** Headers that only Jetty and the servlet container can handle. */
    private static final Set<String> UNSUPPORTED = Set.of(
            "content-length",
            "content-type",
            "transfer-encoding",
            "te",
            "trailer",
            "expect",
            "upgrade",
            "http2-settings",
            "range",
            "if-range",
            "if-match",
            "if-modified-since",
            "if-unmodified-since",
            "origin",
            "imprimatur-at-least");

    private static final Set<Integer> UNSUPPORTED_LENGTHS =
            UNSUPPORTED.stream().map(String::length).collect(Collectors.toUnmodifiableSet());

    /**
     * Parses the request at the buffer's position, which does not change; null if it is not such a simple request.
     *
     * @param last the header lines of the request before; null if there was none
     */
    static @Nullable FastRequest read(ByteBuffer in, @Nullable Head last) {
        int at = in.position();
        if (!startsWith(in, at, GET)) return null;
        int question = -1;
        int space = at + GET.length;
        for (; space < in.limit() && in.get(space) != ' '; space++) {
            byte it = in.get(space);
            if (it <= ' ' || it == 0x7f || it == '#' || it == '\\') return null;
            if (it == '?' && question < 0) question = space;
        }
        if (!startsWith(in, space + 1, VERSION)) return null;
        int from = space + 1 + VERSION.length;
        var head = last != null && last.isNextIn(in, from) ? last : new Headers(in).read(from);
        if (head == null) return null;
        String path = text(in, at + GET.length, question < 0 ? space : question);
        String query = question < 0 ? null : text(in, question + 1, space);
        return new FastRequest(
                new FastPath.GetRequest(path, query, head.fields()),
                head,
                from + head.bytes().capacity());
    }

    /** The bytes of a text that holds only characters of ISO 8859-1. */
    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static boolean startsWith(ByteBuffer in, int at, byte[] text) {
        if (at + text.length > in.limit()) return false;
        for (int i = 0; i < text.length; i++) if (in.get(at + i) != text[i]) return false;
        return true;
    }

    private static String text(ByteBuffer in, int from, int to) {
        byte[] bytes = new byte[to - from];
        in.get(from, bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** Parses the header lines of one request and keeps the few that matter. */
    private static final class Headers {
        private final ByteBuffer in;
        private boolean hasHost;
        private @Nullable String authorization;
        private @Nullable String ifNoneMatch;
        private @Nullable String acceptEncoding;

        Headers(ByteBuffer in) {
            this.in = in;
        }

        @Nullable
        Head read(int from) {
            int at = from;
            while (at + 1 < in.limit()) {
                if (in.get(at) == '\r') return in.get(at + 1) == '\n' && hasHost ? head(from, at + 2) : null;
                int colon = name(at);
                if (colon < 0) return null;
                int end = value(colon + 1);
                if (end < 0 || !keep(at, colon, end)) return null;
                at = end + 2;
            }
            return null;
        }

        private Head head(int from, int to) {
            var bytes = ByteBuffer.allocate(to - from).put(0, in, from, to - from);
            return new Head(bytes, new FastPath.HeaderFields(authorization, ifNoneMatch, acceptEncoding));
        }

        /** The index of the colon after the header name that begins here; -1 if the name is not plain. */
        private int name(int from) {
            for (int at = from; at < in.limit(); at++) {
                byte it = in.get(at);
                if (it == ':') return at > from ? at : -1;
                boolean plain = it >= 'a' && it <= 'z' || it >= 'A' && it <= 'Z' || it >= '0' && it <= '9';
                if (!plain && it != '-' && it != '_') return -1;
            }
            return -1;
        }

        /**
         * The index of the CR LF after the header value that begins here; -1 if the value holds anything but visible ASCII, spaces and
         * tabs.
         */
        private int value(int from) {
            for (int at = from; at + 1 < in.limit(); at++) {
                byte it = in.get(at);
                if (it == '\r') return in.get(at + 1) == '\n' ? at : -1;
                if (it < ' ' && it != '\t' || it == 0x7f) return -1;
            }
            return -1;
        }

        /** Keeps a header that matters. Returns false if the header, or a second one of its name, means that Jetty has to answer. */
        private boolean keep(int from, int colon, int end) {
            int length = colon - from;
            if (is(from, length, "host")) {
                boolean first = !hasHost;
                hasHost = true;
                return first && isPlainHost(colon + 1, end);
            }
            if (is(from, length, "connection")) return "keep-alive".equalsIgnoreCase(stripped(colon + 1, end));
            if (is(from, length, "authorization")) {
                boolean first = authorization == null;
                authorization = stripped(colon + 1, end);
                return first;
            }
            if (is(from, length, "if-none-match")) {
                boolean first = ifNoneMatch == null;
                ifNoneMatch = stripped(colon + 1, end);
                return first;
            }
            if (is(from, length, "accept-encoding")) {
                boolean first = acceptEncoding == null;
                acceptEncoding = stripped(colon + 1, end);
                return first;
            }
            return !UNSUPPORTED_LENGTHS.contains(length)
                    || UNSUPPORTED.stream().noneMatch(name -> is(from, length, name));
        }

        private boolean is(int from, int length, String name) {
            if (length != name.length()) return false;
            for (int i = 0; i < length; i++) {
                byte it = in.get(from + i);
                if ((it >= 'A' && it <= 'Z' ? it + 32 : it) != name.charAt(i)) return false;
            }
            return true;
        }

        /** Whether the host is a plain name or IPv4 address with an optional port; Jetty judges all others. */
        private boolean isPlainHost(int from, int end) {
            String value = stripped(from, end);
            int colon = value.indexOf(':');
            int length = colon < 0 ? value.length() : colon;
            for (int i = 0; i < length; i++) {
                char it = value.charAt(i);
                boolean plain = it >= 'a' && it <= 'z' || it >= 'A' && it <= 'Z' || it >= '0' && it <= '9';
                if (!plain && it != '.' && it != '-') return false;
            }
            return length > 0 && (colon < 0 || isPort(value, colon + 1));
        }

        private static boolean isPort(String value, int from) {
            int port = 0;
            for (int i = from; i < value.length() && port <= LAST_PORT; i++) {
                char it = value.charAt(i);
                if (it < '0' || it > '9') return false;
                port = port * 10 + it - '0';
            }
            return port > 0 && port <= LAST_PORT;
        }

        private String stripped(int from, int end) {
            return text(in, from, end).strip();
        }
    }
}
