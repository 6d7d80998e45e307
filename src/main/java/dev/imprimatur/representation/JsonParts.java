// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.representation;

import dev.imprimatur.content.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * JSON put together of parts that are written already, so that a guide's bytes are made once and sent everywhere.
 *
 * @param told what the bytes follow from: two with the same one are the same
 */
public record JsonParts(ByteBuffer bytes, ByteBuffer told) {
    /**
     * A value that is written already.
     *
     * @param told the bytes themselves, or something shorter that stands for them
     */
    public record Part(ByteBuffer bytes, ByteBuffer told) {
        public static Part of(byte[] bytes) {
            return new Part(ByteBuffer.wrap(bytes), ByteBuffer.wrap(bytes));
        }
    }

    /**
     * An object that begins with an array.
     *
     * @param name of the array
     * @param rest a written object, with at least one member, whose members follow the array
     */
    public static JsonParts items(String name, List<Part> items, byte[] rest) {
        byte[] opening = ("{\"" + name + "\":[").getBytes(StandardCharsets.UTF_8);
        var out = ByteBuffer.allocate(opening.length
                + items.stream().mapToInt(item -> item.bytes().remaining()).sum()
                + Math.max(0, items.size() - 1)
                + rest.length
                + 1);
        var told = Sha256.digest();
        out.put(opening);
        told.update(opening);
        for (var item : items) {
            if (out.position() > opening.length) out.put((byte) ',');
            out.put(item.bytes().duplicate());
            told.update(item.told().duplicate());
            told.update((byte) ',');
        }
        out.put((byte) ']').put((byte) ',').put(rest, 1, rest.length - 1);
        told.update(rest);
        return new JsonParts(out.flip(), ByteBuffer.wrap(told.digest()));
    }

    /** A written object with one more member at its end. */
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
