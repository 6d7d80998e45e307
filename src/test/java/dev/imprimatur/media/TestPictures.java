// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.media;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;

/** Pictures and files for tests, harmless and hostile. */
public final class TestPictures {
    private TestPictures() {}

    /** A picture of one colour. */
    public static byte[] png(int width, int height, Color colour) {
        return encoded("png", painted(width, height, colour, BufferedImage.TYPE_INT_RGB));
    }

    static byte[] jpeg(int width, int height) {
        return encoded("jpeg", painted(width, height, Color.BLUE, BufferedImage.TYPE_INT_RGB));
    }

    static byte[] gif(int width, int height) {
        return encoded("gif", painted(width, height, Color.RED, BufferedImage.TYPE_BYTE_INDEXED));
    }

    /** A JPEG with four colour components, as for print. */
    static byte[] cmyk(int width, int height) {
        var raster = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, width, height, 4, null);
        var bytes = new ByteArrayOutputStream();
        var writers = ImageIO.getImageWritersByFormatName("jpeg");
        try (var out = ImageIO.createImageOutputStream(bytes)) {
            while (writers.hasNext()) {
                var writer = writers.next();
                if (!writer.canWriteRasters()) continue;
                writer.setOutput(out);
                writer.write(null, new IIOImage(raster, null, null), null);
                break;
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    private static BufferedImage painted(int width, int height, Color colour, int type) {
        var image = new BufferedImage(width, height, type);
        var graphics = image.createGraphics();
        graphics.setColor(colour);
        graphics.fillRect(0, 0, width, height);
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, width / 4, height / 4);
        graphics.dispose();
        return image;
    }

    private static byte[] encoded(String format, BufferedImage image) {
        var bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, format, bytes);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    /** A PNG of some bytes whose header promises 65,000 × 65,000 pixels. */
    static byte[] bomb() {
        byte[] bomb = png(1, 1, Color.RED);
        ByteBuffer.wrap(bomb).putInt(16, 65_000).putInt(20, 65_000);
        var sum = new CRC32();
        sum.update(bomb, 12, 17);
        ByteBuffer.wrap(bomb).putInt(29, (int) sum.getValue());
        return bomb;
    }

    /** A JPEG that was taken in London by a camera held on its side, as 40 × 20 pixels. */
    static byte[] jpegWithPlace() {
        var exif = ByteBuffer.allocate(200);
        exif.put("Exif\0\0".getBytes(StandardCharsets.ISO_8859_1));
        int tiff = exif.position();
        exif.put("MM".getBytes(StandardCharsets.ISO_8859_1))
                .putShort((short) 42)
                .putInt(8);
        exif.putShort((short) 2);
        entry(exif, 0x0112, 3, 1, 6 << 16);
        entry(exif, 0x8825, 4, 1, 38);
        exif.putInt(0);
        exif.putShort((short) 2);
        entry(exif, 1, 2, 2, 'N' << 24);
        entry(exif, 2, 5, 3, 68);
        exif.putInt(0);
        for (int number : new int[] {51, 1, 30, 1, 26, 1}) exif.putInt(number);
        byte[] segment = new byte[exif.position()];
        exif.get(0, segment);
        if (tiff != 6) throw new AssertionError();
        byte[] jpeg = jpeg(40, 20);
        var whole = new ByteArrayOutputStream();
        whole.write(jpeg, 0, 2);
        whole.write(0xff);
        whole.write(0xe1);
        whole.write((segment.length + 2) >> 8);
        whole.write(segment.length + 2);
        whole.writeBytes(segment);
        whole.write(jpeg, 2, jpeg.length - 2);
        return whole.toByteArray();
    }

    private static void entry(ByteBuffer into, int tag, int type, int count, int value) {
        into.putShort((short) tag).putShort((short) type).putInt(count).putInt(value);
    }

    static byte[] joined(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length)
                .put(first)
                .put(second)
                .array();
    }

    static byte[] zip() {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("evil.js"));
            zip.write("alert(1)".getBytes(StandardCharsets.UTF_8));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    static byte[] pdf() {
        return pdf("");
    }

    static byte[] pdf(String comment) {
        return ("%PDF-1.4\n%" + comment + "\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")
                .getBytes(StandardCharsets.ISO_8859_1);
    }
}
