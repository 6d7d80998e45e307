// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.importing;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * Markdown files with front matter in YAML, alone or in a folder with its subfolders. Besides the members of the front matter, the fields
 * are {@code body}, {@code file} (the path in the folder) and {@code name} (the name of the file without its ending).
 */
final class MarkdownFiles implements Sources.Reader {
    private static final Pattern FRONT_MATTER =
            Pattern.compile("\\A---[ \\t]*\\R(.*?\\R)??---[ \\t]*(?:\\R|\\z)", Pattern.DOTALL);
    private static final Pattern ENDING = Pattern.compile("\\.(?:md|markdown)$", Pattern.CASE_INSENSITIVE);

    private final YAMLMapper yaml = YAMLMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    @Override
    public void read(Path export, Consumer<SourceRecord> records) throws IOException {
        if (!Files.isDirectory(export)) {
            records.accept(record(export, export.getFileName().toString()));
            return;
        }
        List<Path> files;
        try (var all = Files.walk(export)) {
            files = all.filter(Files::isRegularFile)
                    .filter(file -> ENDING.matcher(file.toString()).find())
                    .sorted()
                    .toList();
        }
        if (files.isEmpty()) throw new ImportFailure("there is no Markdown file in " + export);
        for (var file : files)
            records.accept(record(file, export.relativize(file).toString()));
    }

    private SourceRecord record(Path file, String name) throws IOException {
        String text;
        try {
            text = Files.readString(file, StandardCharsets.UTF_8);
        } catch (CharacterCodingException notUtf8) {
            throw new ImportFailure(name + " is not a text in UTF-8", notUtf8);
        }
        if (text.startsWith("\ufeff")) text = text.substring(1);
        var front = FRONT_MATTER.matcher(text);
        boolean hasFront = front.find();
        var fields = hasFront && front.group(1) != null
                ? fields(front.group(1), name)
                : JsonNodeFactory.instance.objectNode();
        fields.put("body", (hasFront ? text.substring(front.end()) : text).strip());
        fields.put("file", name);
        fields.put("name", ENDING.matcher(file.getFileName().toString()).replaceFirst(""));
        return new SourceRecord(name, fields);
    }

    private ObjectNode fields(String front, String name) {
        try {
            var tree = yaml.readTree(front);
            if (tree.isMissingNode() || tree.isNull()) return JsonNodeFactory.instance.objectNode();
            if (tree instanceof ObjectNode fields) return fields;
            throw new ImportFailure(name + ": the front matter is no list of names and values");
        } catch (JacksonException malformed) {
            var at = malformed.getLocation();
            // the front matter begins in the second line of the file
            String line = at == null ? "" : " line " + (at.getLineNr() + 1) + ":";
            throw new ImportFailure(name + ":" + line + " " + malformed.getOriginalMessage(), malformed);
        }
    }
}
