// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.media;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;

/** What the library accepts, and how it is delivered. */
@Component
public class MediaSettings {
    private final Set<FileKind> accepted;
    private final long maxBytes;
    private final long maxPixels;
    private final int maxSide;
    private final SortedSet<Integer> widths;
    private final boolean isPublic;

    /**
     * Reads the settings.
     *
     * @param types the media types that are accepted, {@code imprimatur.media.types}
     * @param maxBytes the size of a file, {@code imprimatur.media.max-bytes}
     * @param maxPixels the number of pixels of a picture, all frames together, {@code imprimatur.media.max-pixels}
     * @param maxSide the width and height of a picture, {@code imprimatur.media.max-side}
     * @param widths the widths in which pictures are delivered, {@code imprimatur.media.widths}
     * @param isPublic whether readers' browsers get the files of published guides without a key, {@code imprimatur.media.public}
     */
    MediaSettings(
            @Value("${imprimatur.media.types:image/png,image/jpeg,image/webp,image/gif,application/pdf}")
                    List<String> types,
            @Value("${imprimatur.media.max-bytes:10MB}") DataSize maxBytes,
            @Value("${imprimatur.media.max-pixels:50000000}") long maxPixels,
            @Value("${imprimatur.media.max-side:20000}") int maxSide,
            @Value("${imprimatur.media.widths:320,640,960,1280,1920}") List<Integer> widths,
            @Value("${imprimatur.media.public:true}") boolean isPublic) {
        this.accepted = EnumSet.noneOf(FileKind.class);
        for (String type : types)
            accepted.add(FileKind.ofMediaType(type.strip())
                    .orElseThrow(() -> new IllegalArgumentException("imprimatur.media.types has %s; it can have %s"
                            .formatted(type, names(Set.of(FileKind.values()))))));
        this.maxBytes = maxBytes.toBytes();
        this.maxPixels = maxPixels;
        this.maxSide = maxSide;
        this.widths = new TreeSet<>(widths);
        this.isPublic = isPublic;
    }

    boolean accepts(FileKind kind) {
        return accepted.contains(kind);
    }

    /** The accepted media types, for people and for the {@code accept} attribute of a form. */
    public String accepted() {
        return names(accepted);
    }

    private static String names(Set<FileKind> kinds) {
        return kinds.stream().map(FileKind::mediaType).sorted().collect(Collectors.joining(", "));
    }

    public long maxBytes() {
        return maxBytes;
    }

    long maxPixels() {
        return maxPixels;
    }

    int maxSide() {
        return maxSide;
    }

    public SortedSet<Integer> widths() {
        return widths;
    }

    public boolean isPublic() {
        return isPublic;
    }
}
