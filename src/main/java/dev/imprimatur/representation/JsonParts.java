// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.representation;

import dev.imprimatur.content.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * JSON that is assembled from parts serialized earlier, so that the bytes of a guide are made once and reused in every response.
 *
 * @param tagSource the bytes that the entity tag is calculated from; if these are equal, {@code bytes} are equal, too
 */
public record JsonParts(ByteBuffer bytes, ByteBuffer tagSource) {
    /**
     * A serialized JSON value.
     *
     * @param tagSource the bytes themselves, or something shorter that identifies them, such as their entity tag
     */
    public record Part(ByteBuffer bytes, ByteBuffer tagSource) {
        public static Part of(byte[] bytes) {
            return new Part(ByteBuffer.wrap(bytes), ByteBuffer.wrap(bytes));
        }
    }

    /**
     * Builds an object whose first member is an array.
     *
     * @param name the name of the array
     * @param rest a serialized object with at least one member; its members follow the array
     */
    public static JsonParts items(String name, List<Part> items, byte[] rest) {
        byte[] opening = ("{\"" + name + "\":[").getBytes(StandardCharsets.UTF_8);
        var out = ByteBuffer.allocate(opening.length
                + items.stream().mapToInt(item -> item.bytes().remaining()).sum()
                + Math.max(0, items.size() - 1)
                + rest.length
                + 1);
        var digest = Sha256.digest();
        out.put(opening);
        digest.update(opening);
        for (var item : items) {
            if (out.position() > opening.length) out.put((byte) ',');
            out.put(item.bytes().duplicate());
            digest.update(item.tagSource().duplicate());
            digest.update((byte) ',');
        }
        out.put((byte) ']').put((byte) ',').put(rest, 1, rest.length - 1);
        digest.update(rest);
        return new JsonParts(out.flip(), ByteBuffer.wrap(digest.digest()));
    }

    /** Adds a member at the end of a serialized object, which has at least one member already. */
    public static Part member(byte[] object, String name, Part value) {
        byte[] between = (",\"" + name + "\":").getBytes(StandardCharsets.UTF_8);
        var out = ByteBuffer.allocate(
                object.length + between.length + value.bytes().remaining());
        out.put(object, 0, object.length - 1)
                .put(between)
                .put(value.bytes().duplicate())
                .put((byte) '}');
        return Part.of(out.array());
    }
}
