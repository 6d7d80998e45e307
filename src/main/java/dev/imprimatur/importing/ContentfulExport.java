// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.importing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * The entries of an export of Contentful ({@code contentful space export}), each once in every locale in which it says something of its own.
 * A field without a value in that locale has the one of the default locale. Rich text becomes HTML. Besides the fields of the entry there are
 * {@code contentType}, {@code id}, {@code locale} and {@code published} (whether the entry was ever published).
 */
final class ContentfulExport implements Sources.Reader {
    private final JsonMapper json = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    @Override
    public void read(Path export, Consumer<SourceRecord> records) throws IOException {
        JsonNode tree;
        try (var in = Files.newInputStream(export)) {
            tree = json.readTree(in);
        } catch (JacksonException malformed) {
            var at = malformed.getLocation();
            throw new ImportFailure(
                    export.getFileName() + ": line " + (at == null ? "?" : at.getLineNr()) + ": it is no JSON",
                    malformed);
        }
        if (!tree.path("entries").isArray())
            throw new ImportFailure(export.getFileName() + " is no export of Contentful: it has no entries");
        String main = tree.path("locales").values().stream()
                .filter(locale -> locale.path("default").asBoolean(false))
                .map(locale -> locale.path("code").asString("en-US"))
                .findFirst()
                .orElse("en-US");
        for (var entry : tree.get("entries").values())
            for (String locale : locales(entry, main)) records.accept(record(entry, locale, main, export));
    }

    private static Set<String> locales(JsonNode entry, String main) {
        var locales = new LinkedHashSet<>(Set.of(main));
        entry.path("fields").values().forEach(field -> locales.addAll(field.propertyNames()));
        return locales;
    }

    private static SourceRecord record(JsonNode entry, String locale, String main, Path export) {
        var fields = JsonNodeFactory.instance.objectNode();
        entry.path("fields").properties().forEach(field -> {
            var value = field.getValue().path(locale);
            if (value.isMissingNode()) value = field.getValue().path(main);
            if (!value.isMissingNode() && !value.isNull()) fields.set(field.getKey(), RichText.plain(value));
        });
        var sys = entry.path("sys");
        String id = sys.path("id").asString("?");
        fields.put("contentType", sys.at("/contentType/sys/id").asString(""));
        fields.put("id", id);
        fields.put("locale", locale);
        fields.put("published", sys.hasNonNull("publishedVersion"));
        return new SourceRecord(export.getFileName() + " entry " + id + " " + locale, fields);
    }
}
