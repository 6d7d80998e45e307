// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.importing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;

/** The systems whose exports are read. Records are read one after the other, so that a large export needs little memory. */
enum Sources {
    MARKDOWN,
    CSV,
    WORDPRESS,
    CONTENTFUL,
    STRAPI;

    /** Reads the records of an export. */
    interface Reader {
        /** @throws ImportFailure if the export is not of this system */
        void read(Path export, Consumer<SourceRecord> records) throws IOException;
    }

    private Reader reader() {
        return switch (this) {
            case MARKDOWN -> new MarkdownFiles();
            case CSV -> new Spreadsheet();
            case WORDPRESS -> new WordPressExport();
            case CONTENTFUL -> new ContentfulExport();
            case STRAPI -> new StrapiExport();
        };
    }

    void read(Path export, Consumer<SourceRecord> records) {
        try {
            reader().read(export, records);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    String words() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The system that the export is likely to be from. */
    static Sources of(Path export) {
        if (!Files.exists(export)) throw new ImportFailure("there is no file or folder " + export);
        if (Files.isDirectory(export)) return Files.isDirectory(export.resolve("entities")) ? STRAPI : MARKDOWN;
        String name = export.toString().toLowerCase(Locale.ROOT);
        String ending = name.substring(name.lastIndexOf('.') + 1);
        return switch (ending) {
            case "md", "markdown" -> MARKDOWN;
            case "csv" -> CSV;
            case "xml" -> WORDPRESS;
            case "json" -> CONTENTFUL;
            case "jsonl" -> STRAPI;
            default ->
                throw new ImportFailure(
                        "what " + export
                                + " is cannot be told from its name; say it in the mapping: source is markdown, csv, wordpress, contentful or strapi");
        };
    }
}
