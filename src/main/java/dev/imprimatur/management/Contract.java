// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.content.ContentType;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Expands {@code openapi.yaml} for the content types of a server. The file describes guides once, with {@code {type}} for the name of a
 * type and {@code {Type}} for the same name spelt as a class name. The result has each such path and component once for every type. Each
 * operation also gets the responses that all operations of its kind share.
 */
final class Contract {
    private static final String OF_A_TYPE = "/v1/{type}";
    private static final String COMPONENT = "{Type}";
    private static final String REF = "$ref";

    private final ObjectNode template;
    private final List<DescribedType> types;

    Contract(ObjectNode template, Collection<ContentType> types) {
        this.template = template;
        this.types = types.stream().map(DescribedType::new).toList();
    }

    ObjectNode description() {
        var description = template.deepCopy();
        description.set("paths", ofEveryType(template.get("paths"), path -> path.contains(OF_A_TYPE)));
        var components = (ObjectNode) description.get("components");
        for (String kind : List.copyOf(components.propertyNames()))
            components.set(kind, ofEveryType(components.get(kind), name -> name.contains(COMPONENT)));
        var schemas = (ObjectNode) components.get("schemas");
        types.forEach(type -> type.contentSchemas().forEach(schemas::set));
        var names = new HashSet<String>();
        operations(template).forEach(operation -> names.add(operationId(operation)));
        for (var path : description.get("paths").properties())
            for (var method : path.getValue().properties()) {
                var operation = (ObjectNode) method.getValue();
                addSharedAnswers(path.getKey(), method.getKey(), operation);
                if (!template.get("paths").has(path.getKey())) nameApart(operation, names);
            }
        return description;
    }

    private static Stream<JsonNode> operations(JsonNode description) {
        return description.get("paths").values().stream().flatMap(path -> path.values().stream());
    }

    private static String operationId(JsonNode operation) {
        return operation.get("operationId").asString();
    }

    /** Renames an operation whose id is taken already: guides of a type {@code token} would otherwise share ids with API tokens. */
    private static void nameApart(ObjectNode operation, Set<String> others) {
        String name = operationId(operation);
        while (!others.add(name)) name += "Guide";
        operation.put("operationId", name);
    }

    /** Copies the members. A member of a type is repeated for every type, with the names and references of this type. */
    private ObjectNode ofEveryType(JsonNode members, Predicate<String> isOfAType) {
        var written = JsonNodeFactory.instance.objectNode();
        for (var member : members.properties()) {
            if (isOfAType.test(member.getKey()))
                types.forEach(type -> written.set(type.named(member.getKey()), type.described(member.getValue())));
            else written.set(member.getKey(), ofAnyType(member.getValue()));
        }
        return written;
    }

    /** Replaces a reference to a type's component by a choice among the components of all types, for documents of any type. */
    private JsonNode ofAnyType(JsonNode node) {
        String ref = node.path(REF).asString("");
        if (!ref.contains(COMPONENT)) return Trees.mapped(node, this::ofAnyType);
        var refs = types.stream().map(type -> type.named(ref)).toList();
        var one = JsonNodeFactory.instance.objectNode();
        if (refs.size() == 1) return one.put(REF, refs.getFirst());
        var choices = one.putArray("oneOf");
        refs.forEach(it -> choices.addObject().put(REF, it));
        var mapping = one.putObject("discriminator").put("propertyName", "type").putObject("mapping");
        types.forEach(type -> mapping.put(type.name(), type.named(ref)));
        return one;
    }

    /** Adds the responses of the filters and those that all handlers of a kind share; an operation's own responses take precedence. */
    private static void addSharedAnswers(String path, String method, ObjectNode operation) {
        var shared = new TreeSet<>(Set.of(400, 500, 503));
        boolean isManagement = path.startsWith(Api.ROOT);
        boolean isSecured = !(operation.get("security") instanceof ArrayNode doors && doors.isEmpty());
        if (isSecured) shared.addAll(Set.of(401, 429));
        if (isManagement) shared.add(403);
        if (isManagement || !isSecured) shared.add(406);
        if (isManagement && !method.equals("get")) shared.addAll(Set.of(409, 422, 507));
        if (operation.has("requestBody")) shared.addAll(Set.of(408, 413, 415));
        var own = (ObjectNode) operation.get("responses");
        var all = new TreeMap<String, JsonNode>();
        shared.forEach(status -> all.put(
                status.toString(), JsonNodeFactory.instance.objectNode().put(REF, "#/components/responses/" + status)));
        own.properties().forEach(answer -> all.put(answer.getKey(), answer.getValue()));
        own.removeAll();
        own.setAll(all);
    }
}
