// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.media;

import dev.imprimatur.problem.Fault;
import dev.imprimatur.problem.Refusal;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.tika.metadata.Metadata;
import org.apache.tika.mime.MimeTypes;
import org.springframework.stereotype.Component;

/**
 * Decides what the library accepts, and turns it into what is stored. A file is what its bytes are: its name and the type that the client
 * claims are only compared with them.
 */
@Component
class Intake {
    /** How much of the end of a PDF may stand after its mark of the end. */
    private static final int TAIL = 1024;

    private static final int LONGEST_NAME = 100;
    private static final int MOST_FRAMES = 1_000;
    private static final String UNSPECIFIC = "application/octet-stream";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final MimeTypes signatures = MimeTypes.getDefaultMimeTypes();
    private final MediaSettings settings;
    /** One picture is decoded at a time, because each takes up to some hundred megabytes of memory. */
    private final Semaphore decoding = new Semaphore(1);

    Intake(MediaSettings settings) {
        this.settings = settings;
    }

    /** The form in which an upload is stored. Throws a refusal if it is not accepted. */
    StoredForm accepted(Upload upload) {
        if (upload.bytes().length == 0)
            throw Refusal.malformed("/file", "the file is empty").raise();
        if (upload.bytes().length > settings.maxBytes())
            throw Refusal.of(
                            Refusal.Kind.TOO_LARGE,
                            "too-large",
                            "the file has more than " + settings.maxBytes() + " bytes; send a smaller one")
                    .raise();
        var kind = kind(upload.bytes());
        mustBeWhatItClaims(upload, kind);
        String name = safeName(upload.name());
        if (!kind.isPicture()) {
            mustBeWhole(upload.bytes());
            return new StoredForm(kind, kind.named(name), upload.bytes(), null, null);
        }
        return alone(() -> {
            mustBeSmall(PictureFiles.size(kind, upload.bytes()), kind);
            return PictureFiles.rewritten(kind, name, upload.bytes());
        });
    }

    /** A stored picture in a smaller width. */
    byte[] scaled(FileKind kind, byte[] bytes, int width) {
        return alone(() -> PictureFiles.scaled(kind, bytes, width));
    }

    private interface Work<T> {
        T run() throws PictureFiles.Unreadable;
    }

    private <T> T alone(Work<T> work) {
        try {
            if (!decoding.tryAcquire(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                throw Refusal.unavailable(
                                "busy",
                                "other pictures are being prepared; send it again shortly",
                                Duration.ofSeconds(5))
                        .raise();
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw Refusal.unavailable("stopping", "this node is stopping", Duration.ofSeconds(1))
                    .raise();
        }
        try {
            return work.run();
        } catch (PictureFiles.Unreadable broken) {
            throw notAccepted("unreadable-picture", broken.getMessage() + "; save it anew and send it again");
        } finally {
            decoding.release();
        }
    }

    private static RuntimeException notAccepted(String problem, String detail) {
        return new Refusal(Refusal.Kind.INCOMPLETE, problem, detail, List.of(new Fault("/file", detail)), Map.of())
                .raise();
    }

    /** Whether bytes that begin like this are of this type. */
    boolean isOf(byte[] beginning, String mediaType) {
        return typeOf(beginning).equals(mediaType);
    }

    private String typeOf(byte[] bytes) {
        try {
            return signatures
                    .detect(new ByteArrayInputStream(bytes), new Metadata())
                    .getBaseType()
                    .toString();
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private FileKind kind(byte[] bytes) {
        String found = typeOf(bytes);
        return FileKind.ofMediaType(found)
                .filter(settings::accepts)
                .orElseThrow(() -> Refusal.of(
                                Refusal.Kind.UNSUPPORTED,
                                "unsupported-file",
                                "the bytes of this file are %s; accepted are %s. SVG and HTML can hold scripts, so they are never accepted"
                                        .formatted(found, settings.accepted()))
                        .raise());
    }

    private static void mustBeWhatItClaims(Upload upload, FileKind kind) {
        String claimed = upload.claimedType()
                .strip()
                .toLowerCase(Locale.ROOT)
                .replaceFirst(";.*", "")
                .strip();
        if (claimed.equals("image/jpg")) claimed = FileKind.JPEG.mediaType();
        boolean isOther = !claimed.isEmpty() && !claimed.equals(UNSPECIFIC) && !claimed.equals(kind.mediaType());
        boolean isOtherByName =
                FileKind.ofName(upload.name()).filter(it -> it != kind).isPresent();
        if (isOther || isOtherByName)
            throw notAccepted(
                    "not-what-it-claims",
                    "the bytes of this file are %s, but its %s says otherwise; send it with the right one"
                            .formatted(kind.mediaType(), isOtherByName ? "name" : "content type"));
    }

    private void mustBeSmall(PictureFiles.Size size, FileKind kind) throws PictureFiles.Unreadable {
        if (size.width() < 1 || size.height() < 1) throw new PictureFiles.Unreadable("the picture has no pixels");
        if (size.width() > settings.maxSide()
                || size.height() > settings.maxSide()
                || size.pixels() > settings.maxPixels())
            throw notAccepted(
                    "too-many-pixels",
                    "the picture has %d × %d pixels%s; at most %d on a side and %d in all are accepted"
                            .formatted(
                                    size.width(),
                                    size.height(),
                                    size.frames() > 1 ? " in " + size.frames() + " frames" : "",
                                    settings.maxSide(),
                                    settings.maxPixels()));
        if (size.frames() > MOST_FRAMES)
            throw notAccepted("too-many-pixels", "the animation has more than " + MOST_FRAMES + " frames");
        if (kind == FileKind.WEBP && size.frames() > 1)
            throw notAccepted("animated-webp", "the picture is an animated WebP; send it as GIF");
    }

    /** A PDF is stored as it was sent, so it must begin and end as one: what stands around it could be another file. */
    private static void mustBeWhole(byte[] bytes) {
        String head = new String(bytes, 0, Math.min(bytes.length, 5), StandardCharsets.ISO_8859_1);
        int from = Math.max(0, bytes.length - TAIL);
        String tail = new String(bytes, from, bytes.length - from, StandardCharsets.ISO_8859_1);
        int end = tail.lastIndexOf("%%EOF");
        if (!head.equals("%PDF-")
                || end < 0
                || !tail.substring(end + "%%EOF".length()).isBlank())
            throw notAccepted(
                    "unreadable-file", "the PDF does not begin and end as a PDF does; save it anew and send it again");
    }

    /** The last part of the name, in characters that need no encoding in an address. */
    static String safeName(String given) {
        String name = given.substring(Math.max(given.lastIndexOf('/'), given.lastIndexOf('\\')) + 1);
        String plain = Normalizer.normalize(name, Normalizer.Form.NFKD)
                .replaceAll("\\p{M}+", "")
                .replaceAll("[^A-Za-z0-9._-]+", "-")
                .replaceAll("^[-.]+|[-.]+$", "");
        if (plain.isEmpty() || plain.startsWith(".")) return "file";
        int dot = plain.lastIndexOf('.');
        String extension = dot > 0 ? plain.substring(dot) : "";
        return plain.length() <= LONGEST_NAME
                ? plain
                : plain.substring(0, LONGEST_NAME - Math.min(extension.length(), 10))
                        + extension.substring(0, Math.min(extension.length(), 10));
    }
}
