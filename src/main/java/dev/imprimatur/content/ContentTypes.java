package dev.imprimatur.content;

import dev.imprimatur.problem.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
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

/** The content types there are: one {@code NAME.schema.json} file each, read at start. */
@Component
public class ContentTypes {
    private static final String SUFFIX = ".schema.json";

    private final Map<String, ContentType> types = new TreeMap<>();

    /** @param location the folder of the schema files, {@code imprimatur.content-types} */
    ContentTypes(
            ResourcePatternResolver files,
            JsonMapper json,
            @Value("${imprimatur.content-types:classpath:seed-content/types/}") String location)
            throws IOException {
        for (Resource file : files.getResources(location + "*" + SUFFIX)) {
            String fileName = Objects.requireNonNull(file.getFilename());
            try (InputStream in = file.getInputStream()) {
                if (!(json.readTree(in) instanceof ObjectNode schema))
                    throw new IllegalArgumentException("a schema is an object");
                var type = new ContentType(fileName.substring(0, fileName.length() - SUFFIX.length()), schema);
                types.put(type.name(), type);
            } catch (IllegalArgumentException | JacksonException wrong) {
                throw new IllegalStateException("content type " + fileName + ": " + wrong.getMessage(), wrong);
            }
        }
        if (types.isEmpty()) throw new IllegalStateException("no content type (*" + SUFFIX + ") in " + location);
    }

    public Collection<ContentType> all() {
        return types.values();
    }

    public Optional<ContentType> find(String name) {
        return Optional.ofNullable(types.get(name));
    }

    /** The type of that name, or a refusal. */
    public ContentType require(String name) {
        var type = types.get(name);
        if (type == null)
            throw Refusal.missing(
                            "there is no content type of that name; there is " + String.join(", ", types.keySet()))
                    .raise();
        return type;
    }
}
