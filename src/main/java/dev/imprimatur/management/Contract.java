package dev.imprimatur.management;

import dev.imprimatur.content.ContentType;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes the contract of {@code openapi.yaml} out for the content types that a server has. The file describes guides once, with
 * {@code {type}} for the name of a type and {@code {Type}} for that name as clients spell classes; the description has each path
 * and each such component once for every type, and each operation has the answers that all operations of its kind give.
 */
final class Contract {
    private static final String OF_A_TYPE = "/v1/{type}";
    private static final String COMPONENT = "{Type}";
    private static final String REF = "$ref";
    private static final Set<String> METHODS = Set.of("get", "put", "post", "patch", "delete");

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
        description
                .get("paths")
                .properties()
                .forEach(path -> path.getValue().properties().stream()
                        .filter(operation -> METHODS.contains(operation.getKey()))
                        .forEach(operation -> addSharedAnswers(
                                path.getKey(), operation.getKey(), (ObjectNode) operation.getValue())));
        return description;
    }

    /** The members, those of a type once for each, with references to components of a type resolved. */
    private ObjectNode ofEveryType(JsonNode members, Predicate<String> isOfAType) {
        var written = JsonNodeFactory.instance.objectNode();
        for (var member : members.properties()) {
            if (isOfAType.test(member.getKey()))
                types.forEach(type -> written.set(type.named(member.getKey()), type.described(member.getValue())));
            else written.set(member.getKey(), ofAnyType(member.getValue()));
        }
        return written;
    }

    /** Where a document may be of any type, it has the schema of one of them. */
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

    /** What the filters in front of the handlers answer, and every handler of a kind; an operation's own answers stand. */
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
