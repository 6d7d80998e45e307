// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.media;

import com.drew.imaging.ImageMetadataReader;
import com.drew.imaging.ImageProcessingException;
import com.drew.metadata.MetadataException;
import com.drew.metadata.exif.ExifIFD0Directory;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.event.IIOReadWarningListener;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import net.coobird.thumbnailator.Thumbnails;
import net.coobird.thumbnailator.util.exif.ExifFilterUtils;
import net.coobird.thumbnailator.util.exif.Orientation;
import org.w3c.dom.Node;

/**
 * Reads and writes pictures. What is written has the pixels of what was read and nothing else: no place, no camera, no text, and nothing
 * that another program could take for its own file.
 */
final class PictureFiles {
    private static final float QUALITY = 0.92f;
    private static final String GIF_METADATA = "javax_imageio_gif_image_1.0";
    /** Says how often an animation is repeated. */
    private static final String REPETITION = "NETSCAPE";

    private PictureFiles() {}

    /** The size of a picture as its header tells it, before a pixel is decoded. */
    record Size(int width, int height, int frames, long pixels) {}

    /** The file is no picture of its kind, or not a whole one. */
    static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1;

        Unreadable(String message) {
            super(message);
        }
    }

    private interface Reading<T> {
        T from(ImageReader reader) throws IOException, Unreadable;
    }

    private static <T> T read(FileKind kind, byte[] bytes, Reading<T> reading) throws Unreadable {
        var reader = ImageIO.getImageReadersByMIMEType(kind.mediaType()).next();
        var isCut = new AtomicBoolean();
        try (var in = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
            reader.addIIOReadWarningListener(cutShort(isCut));
            reader.setInput(in);
            T read = reading.from(reader);
            if (isCut.get()) throw new Unreadable("the picture ends too early");
            return read;
        } catch (IOException | RuntimeException broken) {
            // readers throw many kinds of exceptions on broken files
            throw new Unreadable("the picture cannot be read");
        } finally {
            reader.dispose();
        }
    }

    /** The reader of JPEG fills what is missing with grey, and only warns. */
    private static IIOReadWarningListener cutShort(AtomicBoolean isCut) {
        return (reader, warning) -> {
            if (warning.toLowerCase(Locale.ROOT).contains("premature")) isCut.set(true);
        };
    }

    /** Reads the size from the header. */
    static Size size(FileKind kind, byte[] bytes) throws Unreadable {
        return read(kind, bytes, reader -> {
            int frames = kind == FileKind.JPEG || kind == FileKind.PNG ? 1 : reader.getNumImages(true);
            long pixels = 0;
            for (int i = 0; i < frames; i++) pixels += (long) reader.getWidth(i) * reader.getHeight(i);
            int width = kind == FileKind.GIF
                    ? Math.max(reader.getWidth(0), screen(reader, "logicalScreenWidth"))
                    : reader.getWidth(0);
            int height = kind == FileKind.GIF
                    ? Math.max(reader.getHeight(0), screen(reader, "logicalScreenHeight"))
                    : reader.getHeight(0);
            return new Size(width, height, frames, Math.max(pixels, (long) width * height));
        });
    }

    private static int screen(ImageReader reader, String attribute) throws IOException {
        var stream = reader.getStreamMetadata();
        var tree = stream == null ? null : stream.getAsTree(stream.getNativeMetadataFormatName());
        for (Node node = tree == null ? null : tree.getFirstChild(); node != null; node = node.getNextSibling())
            if (node.getNodeName().equals("LogicalScreenDescriptor"))
                return Integer.parseInt(((IIOMetadataNode) node).getAttribute(attribute));
        return 0;
    }

    /** The picture written anew, upright. */
    static StoredForm rewritten(FileKind kind, String name, byte[] bytes) throws Unreadable {
        if (kind == FileKind.GIF) return animation(name, bytes);
        var decoded = read(kind, bytes, reader -> reader.read(0));
        var upright = upright(decoded, bytes);
        var target = kind == FileKind.PNG || upright.getColorModel().hasAlpha() ? FileKind.PNG : FileKind.JPEG;
        return new StoredForm(
                target,
                target.named(name),
                write(target, target == FileKind.JPEG ? plain(upright) : upright),
                upright.getWidth(),
                upright.getHeight());
    }

    private static BufferedImage upright(BufferedImage picture, byte[] bytes) {
        var filter = ExifFilterUtils.getFilterForOrientation(orientation(bytes));
        return filter.apply(picture);
    }

    private static Orientation orientation(byte[] bytes) {
        try {
            var exif = ImageMetadataReader.readMetadata(new ByteArrayInputStream(bytes))
                    .getFirstDirectoryOfType(ExifIFD0Directory.class);
            int number = exif != null && exif.containsTag(ExifIFD0Directory.TAG_ORIENTATION)
                    ? exif.getInt(ExifIFD0Directory.TAG_ORIENTATION)
                    : 1;
            return number >= 1 && number <= 8 ? Orientation.typeOf(number) : Orientation.TOP_LEFT;
        } catch (IOException | ImageProcessingException | MetadataException | RuntimeException none) {
            // a picture whose metadata is broken is shown as its pixels are
            return Orientation.TOP_LEFT;
        }
    }

    /** The picture in sRGB without an alpha channel, which JPEG does not have. */
    private static BufferedImage plain(BufferedImage picture) {
        var plain = new BufferedImage(picture.getWidth(), picture.getHeight(), BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = plain.createGraphics();
        graphics.drawImage(picture, 0, 0, Color.WHITE, null);
        graphics.dispose();
        return plain;
    }

    private static byte[] write(FileKind kind, BufferedImage picture) throws Unreadable {
        var writer = ImageIO.getImageWritersByMIMEType(kind.mediaType()).next();
        var bytes = new ByteArrayOutputStream();
        try (var out = new MemoryCacheImageOutputStream(bytes)) {
            var how = writer.getDefaultWriteParam();
            if (kind == FileKind.JPEG) {
                how.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
                how.setCompressionQuality(QUALITY);
            }
            writer.setOutput(out);
            writer.write(null, new IIOImage(picture, null, null), how);
        } catch (IOException failed) {
            throw new Unreadable("the picture cannot be written as " + kind.mediaType());
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    /** All frames with their times and places, and how often they are repeated; without comments and other extensions. */
    private static StoredForm animation(String name, byte[] bytes) throws Unreadable {
        return read(FileKind.GIF, bytes, reader -> {
            int frames = reader.getNumImages(true);
            var out = new ByteArrayOutputStream();
            var writer =
                    ImageIO.getImageWritersByMIMEType(FileKind.GIF.mediaType()).next();
            try (var stream = new MemoryCacheImageOutputStream(out)) {
                writer.setOutput(stream);
                writer.prepareWriteSequence(reader.getStreamMetadata());
                for (int i = 0; i < frames; i++) {
                    var frame = reader.read(i);
                    writer.writeToSequence(
                            new IIOImage(
                                    frame,
                                    null,
                                    bare(
                                            reader,
                                            writer.getDefaultImageMetadata(
                                                    ImageTypeSpecifier.createFromRenderedImage(frame), null),
                                            i)),
                            null);
                }
                writer.endWriteSequence();
            } finally {
                writer.dispose();
            }
            return new StoredForm(
                    FileKind.GIF,
                    FileKind.GIF.named(name),
                    out.toByteArray(),
                    Math.max(reader.getWidth(0), screen(reader, "logicalScreenWidth")),
                    Math.max(reader.getHeight(0), screen(reader, "logicalScreenHeight")));
        });
    }

    private static IIOMetadata bare(ImageReader reader, IIOMetadata into, int frame) throws IOException {
        var tree = (IIOMetadataNode) reader.getImageMetadata(frame).getAsTree(GIF_METADATA);
        for (Node child = tree.getFirstChild(); child != null; ) {
            Node next = child.getNextSibling();
            switch (child.getNodeName()) {
                case "CommentExtensions", "PlainTextExtension" -> tree.removeChild(child);
                case "ApplicationExtensions" -> removeAllButRepetition(child);
                default -> {}
            }
            if (child.getNodeName().equals("ApplicationExtensions") && !child.hasChildNodes()) tree.removeChild(child);
            child = next;
        }
        into.setFromTree(GIF_METADATA, tree);
        return into;
    }

    private static void removeAllButRepetition(Node extensions) {
        for (Node child = extensions.getFirstChild(); child != null; ) {
            Node next = child.getNextSibling();
            boolean isRepetition = child instanceof IIOMetadataNode extension
                    && REPETITION.equals(extension.getAttribute("applicationID"))
                    && extension.getUserObject() instanceof byte[] data
                    && data.length == 3;
            if (!isRepetition) extensions.removeChild(child);
            child = next;
        }
    }

    /** The stored picture in a smaller width. */
    static byte[] scaled(FileKind kind, byte[] bytes, int width) throws Unreadable {
        var picture = read(kind, bytes, reader -> reader.read(0));
        try {
            return write(kind, Thumbnails.of(picture).width(width).asBufferedImage());
        } catch (IOException failed) {
            throw new Unreadable("the picture cannot be scaled");
        }
    }
}
