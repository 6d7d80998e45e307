// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.importing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * The entries of an export of Strapi ({@code strapi export --no-encrypt --no-compress}, unpacked): the folder, or a file of its folder {@code
 * entities}. Rich text becomes HTML. Besides the fields of the entry there are {@code type} (such as {@code api::article.article}) and {@code
 * id}.
 */
final class StrapiExport implements Sources.Reader {
    private final JsonMapper json = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    @Override
    public void read(Path export, Consumer<SourceRecord> records) throws IOException {
        for (var file : files(export)) {
            int number = 0;
            try (var lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    number++;
                    if (!line.isBlank()) records.accept(record(json.readTree(line), file, number));
                }
            } catch (JacksonException malformed) {
                throw new ImportFailure(file.getFileName() + ": line " + number + " is no JSON", malformed);
            }
        }
    }

    private static List<Path> files(Path export) throws IOException {
        if (!Files.isDirectory(export)) return List.of(export);
        try (var all = Files.list(export.resolve("entities"))) {
            var files = all.filter(file -> file.toString().endsWith(".jsonl"))
                    .sorted()
                    .toList();
            if (files.isEmpty()) throw new ImportFailure("there is no file .jsonl in the folder entities");
            return files;
        }
    }

    private static SourceRecord record(JsonNode entity, Path file, int line) {
        String type = entity.path("type").asString("");
        if (type.isEmpty() || !entity.path("data").isObject())
            throw new ImportFailure(
                    file.getFileName() + ": line " + line + " is no entity of Strapi: type or data is missing");
        var fields = JsonNodeFactory.instance.objectNode();
        entity.get("data").properties().forEach(field -> {
            if (!field.getValue().isNull()) fields.set(field.getKey(), RichText.plain(field.getValue()));
        });
        String id = entity.path("id").asString("?");
        fields.put("type", type);
        fields.put("id", id);
        return new SourceRecord(file.getFileName() + " " + type + " " + id, fields);
    }
}
