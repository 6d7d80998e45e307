// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.drew.imaging.ImageMetadataReader;
import com.drew.metadata.exif.ExifIFD0Directory;
import com.drew.metadata.exif.GpsDirectory;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.testing.UnitTest;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.metadata.IIOMetadataNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.util.unit.DataSize;

@UnitTest
class IntakeTest {
    private static final List<String> ALL =
            List.of("image/png", "image/jpeg", "image/webp", "image/gif", "application/pdf");
    private static final String SVG = "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    /** A lossless WebP of 1 × 1 pixel. */
    private static final String WEBP = "UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==";

    private final Intake intake =
            new Intake(new MediaSettings(ALL, DataSize.ofMegabytes(1), 50_000_000, 20_000, List.of(320, 640), true));

    private StoredForm accepted(String name, byte[] bytes) {
        return intake.accepted(new Upload(name, "", bytes));
    }

    private void assertRefused(String problem, String name, String type, byte[] bytes) {
        assertThatThrownBy(() -> intake.accepted(new Upload(name, type, bytes)))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.refusal().name()).isEqualTo(problem));
    }

    @Test
    void aPictureIsStoredWithItsSize() {
        var stored = accepted("Büro im 3. Stock.PNG", TestPictures.png(30, 20, Color.RED));

        assertThat(stored.kind()).isEqualTo(FileKind.PNG);
        assertThat(stored.name()).isEqualTo("Buro-im-3.-Stock.PNG");
        assertThat(stored.width()).isEqualTo(30);
        assertThat(stored.height()).isEqualTo(20);
    }

    @Test
    void theSameUploadIsStoredAsTheSameBytes() {
        byte[] upload = TestPictures.jpegWithPlace();

        assertThat(accepted("a.jpg", upload).bytes())
                .isEqualTo(accepted("b.jpg", upload).bytes());
    }

    @Test
    void aPictureThatIsLargeWhenItIsDecodedIsRefusedByItsHeader() {
        assertRefused("too-many-pixels", "bomb.png", "image/png", TestPictures.bomb());
    }

    @Test
    void svgAndHtmlAreRefusedWhateverTheirNameSays() {
        byte[] svg = SVG.getBytes(StandardCharsets.UTF_8);
        byte[] html = "<!doctype html><html><script>alert(1)</script>".getBytes(StandardCharsets.UTF_8);

        assertRefused("unsupported-file", "a.svg", "image/svg+xml", svg);
        assertRefused("unsupported-file", "a.png", "image/png", svg);
        assertRefused("unsupported-file", "a.html", "text/html", html);
        assertRefused("unsupported-file", "a.png", "image/png", html);
        assertRefused("unsupported-file", "a.zip", "", TestPictures.zip());
    }

    @Test
    void aFileIsWhatItsBytesAre() {
        byte[] png = TestPictures.png(2, 2, Color.RED);

        assertRefused("not-what-it-claims", "a.jpg", "image/jpeg", png);
        assertRefused("not-what-it-claims", "a.jpg", "", png);
        assertRefused("not-what-it-claims", "a.png", "image/gif", png);
        assertThat(intake.accepted(new Upload("a", "application/octet-stream", png))
                        .name())
                .isEqualTo("a.png");
    }

    @Test
    void aGifThatIsAlsoAScriptIsRefusedOrLosesTheScript() {
        byte[] invalid = "GIF89a/*\0\0\0\0*/=1;alert(1)//".getBytes(StandardCharsets.ISO_8859_1);
        byte[] script = "*/=1;alert(document.cookie)//".getBytes(StandardCharsets.ISO_8859_1);
        byte[] trailing = TestPictures.joined(TestPictures.gif(4, 4), script);

        assertRefused("unreadable-picture", "a.gif", "image/gif", invalid);
        assertThat(text(accepted("a.gif", trailing).bytes())).doesNotContain("alert");
    }

    @Test
    void whatFollowsAPictureIsNotStored() {
        byte[] stored = accepted("a.png", TestPictures.joined(TestPictures.png(4, 4, Color.RED), TestPictures.zip()))
                .bytes();

        assertThat(text(stored)).startsWith("\u0089PNG").doesNotContain("PK").doesNotContain("evil.js");
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    @Test
    void aPictureThatEndsTooEarlyIsRefused() {
        byte[] jpeg = TestPictures.jpeg(400, 400);
        byte[] png = TestPictures.png(400, 400, Color.RED);

        assertRefused("unreadable-picture", "a.jpg", "", Arrays.copyOf(jpeg, jpeg.length / 2));
        assertRefused("unreadable-picture", "a.png", "", Arrays.copyOf(png, png.length / 2));
        assertRefused("malformed", "a.png", "", new byte[0]);
        assertRefused("too-large", "a.png", "", new byte[1024 * 1024 + 1]);
    }

    @Test
    void aPhotographLosesItsPlaceAndStandsUpright() throws Exception {
        byte[] upload = TestPictures.jpegWithPlace();
        var before = ImageMetadataReader.readMetadata(new ByteArrayInputStream(upload));
        assertThat(before.getFirstDirectoryOfType(GpsDirectory.class)).isNotNull();
        assertThat(before.getFirstDirectoryOfType(ExifIFD0Directory.class).getInt(ExifIFD0Directory.TAG_ORIENTATION))
                .isEqualTo(6);

        var stored = accepted("a.jpg", upload);

        var after = ImageMetadataReader.readMetadata(new ByteArrayInputStream(stored.bytes()));
        assertThat(after.getFirstDirectoryOfType(GpsDirectory.class)).isNull();
        assertThat(after.getFirstDirectoryOfType(ExifIFD0Directory.class)).isNull();
        assertThat(List.of(stored.width(), stored.height())).isEqualTo(List.of(20, 40));
    }

    @Test
    void aPictureForPrintIsStoredInTheColoursOfScreens() throws Exception {
        var stored = accepted("print.jpg", TestPictures.cmyk(16, 8));

        var shown = ImageIO.read(new ByteArrayInputStream(stored.bytes()));
        assertThat(shown.getColorModel().getNumColorComponents()).isEqualTo(3);
        assertThat(List.of(shown.getWidth(), shown.getHeight())).isEqualTo(List.of(16, 8));
    }

    @Test
    void anAnimationKeepsItsFramesAndLosesItsComments() throws Exception {
        var stored = accepted("a.gif", animation(3, "taken at home"));

        assertThat(text(stored.bytes())).doesNotContain("taken at home");
        try (var in = ImageIO.createImageInputStream(new ByteArrayInputStream(stored.bytes()))) {
            var reader = ImageIO.getImageReadersByFormatName("gif").next();
            reader.setInput(in);
            assertThat(reader.getNumImages(true)).isEqualTo(3);
        }
    }

    private static byte[] animation(int frames, String comment) throws Exception {
        var bytes = new ByteArrayOutputStream();
        var writer = ImageIO.getImageWritersByFormatName("gif").next();
        try (var out = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(out);
            writer.prepareWriteSequence(null);
            for (int i = 0; i < frames; i++) {
                var frame = new BufferedImage(10 + i, 10, BufferedImage.TYPE_BYTE_INDEXED);
                var metadata = writer.getDefaultImageMetadata(ImageTypeSpecifier.createFromRenderedImage(frame), null);
                var tree = (IIOMetadataNode) metadata.getAsTree("javax_imageio_gif_image_1.0");
                var comments = new IIOMetadataNode("CommentExtensions");
                var one = new IIOMetadataNode("CommentExtension");
                one.setAttribute("value", comment);
                comments.appendChild(one);
                tree.appendChild(comments);
                metadata.setFromTree("javax_imageio_gif_image_1.0", tree);
                writer.writeToSequence(new IIOImage(frame, null, metadata), null);
            }
            writer.endWriteSequence();
        }
        return bytes.toByteArray();
    }

    @Test
    void aWebPictureIsStoredInAFormatThatCanBeWritten() {
        var stored = accepted("a.webp", Base64.getDecoder().decode(WEBP));

        assertThat(stored.kind()).isIn(FileKind.PNG, FileKind.JPEG);
        assertThat(stored.name()).isIn("a.png", "a.jpg");
    }

    @Test
    void aPdfIsStoredAsItIsIfNothingStandsAroundIt() {
        assertThat(accepted("a.pdf", TestPictures.pdf()).bytes()).isEqualTo(TestPictures.pdf());
        assertRefused("unreadable-file", "a.pdf", "", TestPictures.joined(TestPictures.pdf(), TestPictures.zip()));
        assertRefused("unreadable-file", "a.pdf", "", Arrays.copyOf(TestPictures.pdf(), 20));
    }

    @ParameterizedTest
    @CsvSource({
        "team.png, team.png",
        "../../etc/passwd, passwd",
        "C:\\pictures\\a b.jpg, a-b.jpg",
        "日本.png, png",
        "..., file",
        ".htaccess, htaccess"
    })
    void aNameNeedsNoEncodingInAnAddress(String given, String safe) {
        assertThat(Intake.safeName(given)).isEqualTo(safe);
    }
}
