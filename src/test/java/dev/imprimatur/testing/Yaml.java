// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Files in YAML, as a test reads them. */
public final class Yaml {
    private static final YAMLMapper MAPPER = new YAMLMapper();

    private Yaml() {}

    /** Returns the documents of a file. */
    public static List<JsonNode> documents(Path file) throws IOException {
        try (var documents = MAPPER.readerFor(JsonNode.class).<JsonNode>readValues(Files.readString(file))) {
            return documents.readAll();
        }
    }

    public static List<JsonNode> list(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).toList();
    }

    public static List<String> texts(JsonNode array) {
        return list(array).stream().map(JsonNode::asString).toList();
    }

    public static Set<String> names(JsonNode object) {
        return new TreeSet<>(object.propertyNames());
    }
}
