// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import dev.imprimatur.problem.Refusal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.ResourcePatternResolver;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** All content types, read at start-up: one file {@code NAME.schema.json} each, with {@code NAME.synonyms.txt} for optional synonyms. */
@Component
public class ContentTypes {
    private static final String SUFFIX = ".schema.json";
    private static final String SYNONYMS = ".synonyms.txt";

    private final Map<String, ContentType> types = new TreeMap<>();

    /** @param location the folder of the schema files, {@code imprimatur.content-types} */
    ContentTypes(
            ResourcePatternResolver files,
            JsonMapper json,
            @Value("${imprimatur.content-types:classpath:seed-content/types/}") String location)
            throws IOException {
        var synonyms = new HashMap<String, Synonyms>();
        for (Resource file : files.getResources(location + "*" + SYNONYMS))
            synonyms.put(name(file, SYNONYMS), synonyms(file));
        var faults = new ArrayList<String>();
        for (Resource file : files.getResources(location + "*" + SUFFIX)) {
            String name = name(file, SUFFIX);
            String fileName = "content type " + file.getFilename() + ", ";
            byte[] text = file.getContentAsByteArray();
            try {
                if (!(json.readTree(text) instanceof ObjectNode schema)) {
                    faults.add(fileName + "line 1, column 1: a schema is an object");
                    continue;
                }
                var wrong = ContentType.faults(name, schema);
                if (wrong.isEmpty())
                    types.put(name, new ContentType(name, schema, synonyms.getOrDefault(name, Synonyms.NONE)));
                else {
                    var places = SourcePlaces.of(json.createParser(text));
                    wrong.forEach(fault -> faults.add(fileName + places.of(fault.pointer()) + ": "
                            + (fault.pointer() + " " + fault.detail()).strip()));
                }
            } catch (JacksonException malformed) {
                var at = malformed.getLocation();
                faults.add(fileName
                        + (at == null ? "" : "line " + at.getLineNr() + ", column " + at.getColumnNr() + ": ")
                        + malformed.getOriginalMessage());
            }
        }
        if (!faults.isEmpty()) throw new IllegalStateException(String.join("\n", faults));
        if (types.isEmpty()) throw new IllegalStateException("no content type (*" + SUFFIX + ") in " + location);
        for (String name : synonyms.keySet())
            if (!types.containsKey(name))
                throw new IllegalStateException(name + SYNONYMS + " belongs to no content type; the content types are "
                        + String.join(", ", types.keySet()));
    }

    private static String name(Resource file, String suffix) {
        String fileName = Objects.requireNonNull(file.getFilename());
        return fileName.substring(0, fileName.length() - suffix.length());
    }

    private static Synonyms synonyms(Resource file) throws IOException {
        try {
            return Synonyms.parse(
                    file.getContentAsString(StandardCharsets.UTF_8).lines().toList());
        } catch (IllegalArgumentException wrong) {
            throw new IllegalStateException(file.getFilename() + ", " + wrong.getMessage(), wrong);
        }
    }

    public Collection<ContentType> all() {
        return types.values();
    }

    public Optional<ContentType> find(String name) {
        return Optional.ofNullable(types.get(name));
    }

    /** The type with this name; refuses an unknown name. */
    public ContentType require(String name) {
        var type = types.get(name);
        if (type == null)
            throw Refusal.missing("there is no content type of this name; the content types are "
                            + String.join(", ", types.keySet()))
                    .raise();
        return type;
    }
}
