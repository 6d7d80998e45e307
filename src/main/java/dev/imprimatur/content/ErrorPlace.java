// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import com.networknt.schema.Error;
import com.networknt.schema.path.NodePath;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The place of an error that the schema validator found.
 *
 * @param schemas the schemas of the place, from where a schema is referenced to where it is defined
 * @param choice the first choice among several schemas on the path to the error; null if there is none
 */
record ErrorPlace(
        Error error,
        String pointer,
        String keyword,
        List<JsonNode> schemas,
        @Nullable Choice choice) {
    /** A choice among several schemas on the path to an error. */
    record Choice(String pointer, String path, String keyword, JsonNode schema, String branch) {
        String key() {
            return pointer + " " + path;
        }
    }

    /** Finds the place of an error by following the validator's path through the schema. */
    static ErrorPlace of(Error error, JsonNode root) {
        NodePath evaluationPath = error.getEvaluationPath();
        var schemas = new ArrayList<>(List.of(root));
        Choice choice = null;
        int depth = 0;
        int last = evaluationPath.getNameCount() - 1;
        for (int i = 0; i < last; i++) {
            String step = evaluationPath.getName(i);
            var here = schemas.getLast();
            switch (step) {
                case "properties", "patternProperties" -> {
                    depth++;
                    schemas = new ArrayList<>(List.of(here.path(step).path(evaluationPath.getName(++i))));
                }
                case "prefixItems" -> {
                    depth++;
                    schemas = new ArrayList<>(
                            List.of(here.path(step).path(Integer.parseInt(evaluationPath.getName(++i)))));
                }
                case "items", "additionalProperties", "contains", "unevaluatedItems", "unevaluatedProperties" -> {
                    depth++;
                    schemas = new ArrayList<>(List.of(here.path(step)));
                }
                case "$ref" -> schemas.add(referred(here, root));
                case "anyOf", "oneOf" -> {
                    String branch = evaluationPath.getName(++i);
                    if (choice == null)
                        choice = new Choice(pointer(error, depth), path(evaluationPath, i), step, here, branch);
                    schemas.add(here.path(step).path(Integer.parseInt(branch)));
                }
                case "allOf" -> schemas.add(here.path(step).path(Integer.parseInt(evaluationPath.getName(++i))));
                case "dependentSchemas" -> schemas.add(here.path(step).path(evaluationPath.getName(++i)));
                default -> schemas.add(here.path(step));
            }
        }
        return new ErrorPlace(
                error, pointer(error, Integer.MAX_VALUE), String.valueOf(error.getKeyword()), schemas, choice);
    }

    /** The schema that {@code $ref} names. */
    static JsonNode referred(JsonNode schema, JsonNode root) {
        String ref = schema.path("$ref").asString("");
        return ref.startsWith("#") ? root.at(ref.substring(1)) : schema.path("$ref");
    }

    /** The pointer of the field that the schema does not have. */
    String unknownField() {
        return Pointers.join(pointer, String.valueOf(error.getProperty()));
    }

    JsonNode schema() {
        return schemas.getLast();
    }

    /** The value of the keyword that the content does not satisfy. */
    JsonNode limit() {
        return schema().path(keyword);
    }

    /** Identifies the choice that fails at this place. */
    String key() {
        NodePath evaluationPath = error.getEvaluationPath();
        return pointer + " " + path(evaluationPath, evaluationPath.getNameCount());
    }

    /** Whether more than one schema of a choice matches, although exactly one must match. */
    boolean isAmbiguousChoice() {
        var matching = error.getArguments();
        return keyword.equals("oneOf") && matching.length > 0 && !"0".equals(String.valueOf(matching[0]));
    }

    /** The message that the schema gives for this error. */
    Optional<String> customMessage() {
        return schemas.stream()
                .flatMap(schema -> CustomMessages.of(schema, keyword).stream())
                .findFirst();
    }

    private static String path(NodePath evaluationPath, int steps) {
        return Stream.iterate(0, i -> i < steps, i -> i + 1)
                .map(evaluationPath::getName)
                .collect(Collectors.joining("/"));
    }

    /** The place of the error in the checked document. */
    static String pointer(Error error) {
        return pointer(error, Integer.MAX_VALUE);
    }

    private static String pointer(Error error, int depth) {
        NodePath at = error.getInstanceLocation();
        String pointer = "";
        for (int i = 0; i < Math.min(depth, at.getNameCount()); i++) pointer = Pointers.join(pointer, at.getName(i));
        return pointer;
    }
}
