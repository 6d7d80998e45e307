package dev.imprimatur.delivery;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** How a body travels (RFC 9110, 8.4). Of what a client accepts, the first here is taken. */
enum Encoding {
    ZSTD("zstd"),
    GZIP("gzip"),
    IDENTITY("identity");

    private static final int ZSTD_LEVEL = 9;
    private static final boolean HAS_ZSTD = hasZstd();

    private final String token;

    Encoding(String token) {
        this.token = token;
    }

    /** As it is spelt on the wire. */
    String token() {
        return token;
    }

    /** The library brings machine code, which not every place lets be loaded. */
    private static boolean hasZstd() {
        try {
            return Zstd.compress(new byte[1]).length > 0;
        } catch (LinkageError denied) {
            LoggerFactory.getLogger(Encoding.class).warn("zstd cannot be loaded, gzip is used: {}", denied.toString());
            return false;
        }
    }

    /** @param accepted the {@code Accept-Encoding} of a request */
    static Encoding of(@Nullable String accepted) {
        if (accepted == null) return IDENTITY;
        if (HAS_ZSTD && accepts(accepted, ZSTD.token)) return ZSTD;
        return accepts(accepted, GZIP.token) ? GZIP : IDENTITY;
    }

    private static boolean accepts(String accepted, String token) {
        for (int from = 0; from >= 0 && from < accepted.length(); ) {
            int comma = accepted.indexOf(',', from);
            int end = comma < 0 ? accepted.length() : comma;
            int at = from;
            while (at < end && accepted.charAt(at) == ' ') at++;
            int after = at + token.length();
            if (accepted.regionMatches(true, at, token, 0, token.length()) && after <= end)
                if (after == end || accepted.charAt(after) == ' ' || accepted.charAt(after) == ';')
                    return !isRefused(accepted.substring(after, end));
            from = comma < 0 ? -1 : comma + 1;
        }
        return false;
    }

    /** Whether the parameters of a token say {@code q=0}, in any of its spellings. */
    private static boolean isRefused(String parameters) {
        return parameters.replace(" ", "").matches("(?i);q=0(?:\\.0{0,3})?");
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
