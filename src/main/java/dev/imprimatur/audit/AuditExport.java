// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.audit;

import dev.imprimatur.problem.Refusal;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Exports the audit records that a query finds. The records are streamed as they are read, and the export itself is audited. */
@Component
public class AuditExport {
    /** The formats of an export. */
    private enum Format {
        CSV("text/csv;charset=UTF-8"),
        JSONL("application/x-ndjson");

        private final String mediaType;

        Format(String mediaType) {
            this.mediaType = mediaType;
        }

        static Format of(String name) {
            for (var format : values()) if (format.extension().equals(name)) return format;
            throw Refusal.malformed("format is csv or jsonl", List.of()).raise();
        }

        String extension() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Audit audit;
    private final JsonMapper json;
    private final Clock clock;

    AuditExport(Audit audit, JsonMapper json, Clock clock) {
        this.audit = audit;
        this.json = json;
        this.clock = clock;
    }

    /**
     * Writes all records that the query finds to the response, the newest first.
     *
     * @param formatName {@code csv} (RFC 4180, with the column names in the first line) or {@code jsonl} (one JSON document on each line)
     * @param by the administrator who exports the records
     */
    public void send(AuditQuery query, String formatName, String by, HttpServletResponse response) throws IOException {
        var format = Format.of(formatName);
        audit.record(by, "audit-exported", (format.extension() + " " + query).strip(), null);
        response.setContentType(format.mediaType);
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        response.setHeader(
                HttpHeaders.CONTENT_DISPOSITION,
                ContentDisposition.attachment()
                        .filename("audit-%s.%s"
                                .formatted(LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC), format.extension()))
                        .build()
                        .toString());
        var out = new BufferedWriter(new OutputStreamWriter(response.getOutputStream(), StandardCharsets.UTF_8));
        if (format == Format.CSV)
            out.write(Csv.line("at", "actor", "action", "target", "source", "id", "position", "hash", "damage"));
        audit.each(query, entry -> write(entry, format, out));
        out.flush();
    }

    private void write(Audit.Entry entry, Format format, Writer out) {
        try {
            out.write(format == Format.CSV ? line(entry) : json.writeValueAsString(entry) + "\n");
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    private static String line(Audit.Entry entry) {
        return Csv.line(
                entry.at().toString(),
                text(entry.actor()),
                entry.action(),
                text(entry.target()),
                text(entry.source()),
                entry.id(),
                entry.position() == null ? "" : entry.position().toString(),
                text(entry.hash()),
                text(entry.damage()));
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }
}
