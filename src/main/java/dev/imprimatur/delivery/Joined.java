package dev.imprimatur.delivery;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** JSON put together of parts that are written already, so that a guide's bytes are made once and sent everywhere. */
final class Joined {
    private Joined() {}

    /**
     * An object that begins with an array.
     *
     * @param opening up to and with the bracket, such as <code>{"items":[</code>
     * @param items written values
     * @param rest a written object, with at least one member, whose members follow the array
     */
    static byte[] items(String opening, List<byte[]> items, byte[] rest) {
        var out = new ByteArrayOutputStream(
                items.stream().mapToInt(item -> item.length + 1).sum() + opening.length() + rest.length + 1);
        out.writeBytes(opening.getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < items.size(); i++) {
            if (i > 0) out.write(',');
            out.writeBytes(items.get(i));
        }
        out.writeBytes(new byte[] {']', ','});
        out.write(rest, 1, rest.length - 1);
        return out.toByteArray();
    }

    /** A written object with one more member at its end. */
    static byte[] member(byte[] object, String name, byte[] value) {
        var out = new ByteArrayOutputStream(object.length + name.length() + value.length + 4);
        out.write(object, 0, object.length - 1);
        out.writeBytes((",\"" + name + "\":").getBytes(StandardCharsets.UTF_8));
        out.writeBytes(value);
        out.write('}');
        return out.toByteArray();
    }
}
