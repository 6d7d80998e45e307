// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.media;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The kinds of files that the library can hold. */
enum FileKind {
    PNG("image/png", "png"),
    JPEG("image/jpeg", "jpg jpeg"),
    GIF("image/gif", "gif"),
    /** Accepted, but stored as JPEG or PNG, since nothing here writes it. */
    WEBP("image/webp", "webp"),
    PDF("application/pdf", "pdf");

    private final String mediaType;
    /** Separated by spaces; the first one is given to files. */
    private final String extensions;

    FileKind(String mediaType, String extensions) {
        this.mediaType = mediaType;
        this.extensions = extensions;
    }

    String mediaType() {
        return mediaType;
    }

    private List<String> extensions() {
        return List.of(extensions.split(" "));
    }

    boolean isPicture() {
        return this != PDF;
    }

    static Optional<FileKind> ofMediaType(String mediaType) {
        return Arrays.stream(values())
                .filter(it -> it.mediaType.equals(mediaType))
                .findFirst();
    }

    /** The kind that the extension of a file name promises; empty if it promises none of these. */
    static Optional<FileKind> ofName(String name) {
        String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(it -> it.extensions().contains(extension))
                .findFirst();
    }

    /** The name with the extension of this kind. */
    String named(String name) {
        if (ofName(name).filter(this::equals).isPresent()) return name;
        int dot = name.lastIndexOf('.');
        return (dot > 0 ? name.substring(0, dot) : name) + "." + extensions().getFirst();
    }
}
