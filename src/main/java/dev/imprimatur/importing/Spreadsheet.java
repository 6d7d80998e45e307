// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.importing;

import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.MappingIterator;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.dataformat.csv.CsvMapper;
import tools.jackson.dataformat.csv.CsvReadFeature;
import tools.jackson.dataformat.csv.CsvSchema;

/**
 * Rows of a table in CSV (RFC 4180), in UTF-8. The first line names the fields. A cell that is empty is a field that the row does not have.
 * The separator is the one of comma, semicolon and tab that the first line has most of.
 */
final class Spreadsheet implements Sources.Reader {
    private final CsvMapper csv = CsvMapper.builder()
            .enable(CsvReadFeature.TRIM_SPACES, CsvReadFeature.SKIP_EMPTY_LINES)
            .build();

    @Override
    public void read(Path export, Consumer<SourceRecord> records) throws IOException {
        var schema = CsvSchema.emptySchema().withHeader().withColumnSeparator(separator(export));
        int row = 1;
        try (var in = new InputStreamReader(Files.newInputStream(export), StandardCharsets.UTF_8);
                MappingIterator<Map<String, String>> rows =
                        csv.readerFor(Map.class).with(schema).readValues(in)) {
            while (rows.hasNextValue()) {
                row++;
                var fields = JsonNodeFactory.instance.objectNode();
                rows.nextValue().forEach((name, cell) -> {
                    if (cell != null && !cell.isBlank()) fields.put(name.replace("\ufeff", ""), cell);
                });
                if (!fields.isEmpty()) records.accept(new SourceRecord(export.getFileName() + " row " + row, fields));
            }
        } catch (JacksonException malformed) {
            throw new ImportFailure(
                    export.getFileName() + " after row " + row + ": " + malformed.getOriginalMessage(), malformed);
        }
    }

    private static char separator(Path export) throws IOException {
        try (var lines = Files.newBufferedReader(export, StandardCharsets.UTF_8)) {
            String first = lines.readLine();
            if (first == null) throw new ImportFailure(export.getFileName() + " is empty");
            char best = ',';
            for (char other : new char[] {';', '\t'}) if (count(first, other) > count(first, best)) best = other;
            return best;
        }
    }

    private static long count(String line, char sign) {
        return line.chars().filter(it -> it == sign).count();
    }
}
