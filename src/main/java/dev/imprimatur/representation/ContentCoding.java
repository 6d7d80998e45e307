// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.representation;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** The content codings of a response body (RFC 9110, 8.4), the preferred one first. */
public enum ContentCoding {
    ZSTD("zstd"),
    GZIP("gzip"),
    IDENTITY("identity");

    private static final int ZSTD_LEVEL = 9;
    private static final String ANY = "*";
    private static final int WHOLE = 1000;
    private static final Pattern WEIGHT =
            Pattern.compile("\\s*;\\s*[qQ]\\s*=\\s*(0(?:\\.[0-9]{0,3})?|1(?:\\.0{0,3})?)\\s*");
    private static final boolean HAS_ZSTD = hasZstd();

    private final String token;

    ContentCoding(String token) {
        this.token = token;
    }

    /** The name of the coding in HTTP headers. */
    String token() {
        return token;
    }

    /** Whether the native library of zstd can be loaded; some environments forbid that. */
    private static boolean hasZstd() {
        try {
            return Zstd.compress(new byte[1]).length > 0;
        } catch (LinkageError denied) {
            LoggerFactory.getLogger(ContentCoding.class)
                    .warn("zstd cannot be loaded, gzip is used: {}", denied.toString());
            return false;
        }
    }

    /**
     * Chooses the coding that the client gives the greatest weight; among equal weights, the first constant of this enum wins.
     *
     * @param accepted the {@code Accept-Encoding} header of the request (RFC 9110, 12.5.3); null if the request has none
     */
    public static ContentCoding of(@Nullable String accepted) {
        if (accepted == null) return IDENTITY;
        var best = IDENTITY;
        int most = 0;
        for (var encoding : values()) {
            int weight = encoding == ZSTD && !HAS_ZSTD ? 0 : weight(accepted, encoding.token);
            // identity is acceptable even if the header does not name it, but then any other accepted coding is
            // preferred
            if (weight > most) {
                best = encoding;
                most = weight;
            }
        }
        return best;
    }

    /** The weight of a coding in thousandths; 0 if the client refuses the coding or does not name it. */
    private static int weight(String accepted, String token) {
        int ofAny = 0;
        for (int from = 0; from < accepted.length(); ) {
            int comma = accepted.indexOf(',', from);
            int end = comma < 0 ? accepted.length() : comma;
            int at = from;
            while (at < end && isBlank(accepted.charAt(at))) at++;
            if (isNamed(accepted, at, end, token)) return weight(accepted, at + token.length(), end);
            if (isNamed(accepted, at, end, ANY)) ofAny = weight(accepted, at + ANY.length(), end);
            from = end + 1;
        }
        return ofAny;
    }

    private static boolean isNamed(String accepted, int at, int end, String token) {
        int after = at + token.length();
        return after <= end
                && accepted.regionMatches(true, at, token, 0, token.length())
                && (after == end || accepted.charAt(after) == ';' || isBlank(accepted.charAt(after)));
    }

    private static boolean isBlank(char it) {
        return it == ' ' || it == '\t';
    }

    /** The weight in thousandths that the parameters of a coding give; 1000 if there is no well-formed weight. */
    private static int weight(String accepted, int from, int end) {
        if (from == end) return WHOLE;
        var weight = WEIGHT.matcher(accepted).region(from, end);
        return weight.matches() ? (int) Math.round(Double.parseDouble(weight.group(1)) * WHOLE) : WHOLE;
    }

    byte[] encode(byte[] body) {
        return switch (this) {
            case IDENTITY -> body;
            case ZSTD -> Zstd.compress(body, ZSTD_LEVEL);
            case GZIP -> gzip(body);
        };
    }

    private static byte[] gzip(byte[] body) {
        var out = new ByteArrayOutputStream(body.length / 2);
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(body);
        } catch (IOException impossible) {
            throw new UncheckedIOException("writing to memory", impossible);
        }
        return out.toByteArray();
    }
}
