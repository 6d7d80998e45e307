// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.media;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.UriUtils;

/**
 * A picture or a file of the library. The id is the beginning of the hash, so it stands for exactly these bytes: whatever names the id
 * names the bytes.
 *
 * @param id the first 40 hexadecimal digits of the hash
 * @param hash of the stored bytes: {@code sha256:} and 64 hexadecimal digits
 * @param name the file name, which is safe in an address
 * @param bytes the number of bytes
 * @param width of a picture, in pixels; null for other files
 * @param number 1, 2, 3… among the versions of the same picture or file
 * @param replaces the id of the version before; null if there is none
 * @param replacedBy the id of the next version; null if there is none
 * @param version counts the changes of the details
 */
public record Asset(
        String id,
        String hash,
        String name,
        String mediaType,
        long bytes,
        @Nullable Integer width,
        @Nullable Integer height,
        AssetDetails details,
        String uploadedBy,
        Instant uploadedAt,
        int number,
        @Nullable String replaces,
        @Nullable String replacedBy,
        int version) {
    /** The number of digits of an id. */
    public static final int ID_LENGTH = 40;

    private static final String PREFIX = "sha256:";

    static String idOf(String hash) {
        return hash.substring(PREFIX.length(), PREFIX.length() + ID_LENGTH);
    }

    /** Whether a text has the form of an id. */
    public static boolean isId(String text) {
        return text.length() == ID_LENGTH
                && text.chars().allMatch(it -> it >= '0' && it <= '9' || it >= 'a' && it <= 'f');
    }

    public boolean isPicture() {
        return width != null;
    }

    /** Whether the picture is sent in its own size only: a smaller one would lose its motion. */
    boolean isNeverScaled() {
        return !isPicture() || mediaType.equals(FileKind.GIF.mediaType());
    }

    /** The path at which sites read the bytes while a published guide names them. */
    public String address() {
        return "/media/" + hash + "/" + UriUtils.encodePathSegment(name, StandardCharsets.UTF_8);
    }
}
