// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialects;
import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Node;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.ParseOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Tools that know only the OpenAPI standard can read the description that a running server returns. */
class ValidDescriptionTest {
    private static final SchemaRegistry SCHEMAS = SchemaRegistry.withDialect(Dialects.getDraft202012());
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([^}]+)}");

    private final Node node = Node.shared();
    private final ObjectNode description =
            (ObjectNode) node.nobody().get("/openapi.json").ok();

    @Test
    void itIsWhatTheSchemaOfTheStandardAllows() throws IOException {
        JsonNode standard;
        try (var in = getClass().getResourceAsStream("/openapi/openapi-3.1.schema.json")) {
            standard = Http.JSON.readTree(in);
        }

        assertThat(SCHEMAS.getSchema(standard).validate(description)).isEmpty();
        var metaschema =
                SCHEMAS.getSchema(SchemaLocation.of(Dialects.getDraft202012().getId()));
        description
                .at("/components/schemas")
                .properties()
                .forEach(schema -> assertThat(metaschema.validate(schema.getValue()))
                        .as(schema.getKey())
                        .isEmpty());
    }

    @Test
    void aParserReadsAllOfItWithoutComplaint() {
        var options = new ParseOptions();
        options.setResolve(true);

        var parsed = new OpenAPIV3Parser().readContents(description.toString(), null, options);

        assertThat(parsed.getMessages()).isEmpty();
        assertThat(parsed.getOpenAPI().getPaths().keySet())
                .containsExactlyInAnyOrderElementsOf(description.get("paths").propertyNames());
    }

    @Test
    void everyReferenceLeadsSomewhereAndEveryComponentIsReferredTo() {
        var referred = new TreeSet<String>();
        walk(description, (pointer, object) -> {
            if (object.path("$ref").isString()) referred.add(object.get("$ref").asString());
        });

        assertThat(referred)
                .allSatisfy(ref -> assertThat(description.at(ref.substring(1)).isMissingNode())
                        .as(ref)
                        .isFalse());
        var components = new TreeSet<String>();
        for (String kind : List.of("schemas", "parameters", "responses", "headers"))
            description
                    .get("components")
                    .get(kind)
                    .propertyNames()
                    .forEach(name -> components.add("#/components/" + kind + "/" + name));
        assertThat(components).isEqualTo(referred);
    }

    @Test
    void everyOperationHasAMethodNameOfItsOwnAndSaysWithWhichStatusesItAnswers() {
        var names = new ArrayList<String>();
        operations((path, operation) -> {
            names.add(operation.get("operationId").asString());
            assertThat(operation.get("responses").propertyNames())
                    .as(path)
                    .allMatch(status -> status.matches("[1-5][0-9][0-9]"))
                    .anyMatch(status -> status.startsWith("2"));
        });

        assertThat(names).doesNotHaveDuplicates().allMatch(name -> name.matches("[a-z]+[A-Za-z]*"));
    }

    @Test
    void everyParameterHasANameAndThoseOfAPathAreInIt() {
        operations((path, operation) -> {
            var named = parameters(operation);
            assertThat(named.stream()
                            .map(it -> it.get("in").asString() + " "
                                    + it.get("name").asString()))
                    .as(path)
                    .doesNotHaveDuplicates();
            assertThat(named.stream()
                            .filter(it -> it.get("in").asString().equals("path"))
                            .map(it -> it.get("name").asString()))
                    .as(path)
                    .containsExactlyInAnyOrderElementsOf(PLACEHOLDER
                            .matcher(path)
                            .results()
                            .map(it -> it.group(1))
                            .toList());
            assertThat(named)
                    .as(path)
                    .noneMatch(it -> it.path("schema").path("type").asString("").equals("object"));
        });
    }

    @Test
    void everyExampleIsWhatItsSchemaSays() {
        var examples = new ArrayList<String>();
        description
                .at("/components/schemas")
                .properties()
                .forEach(schema -> schema.getValue().path("examples").values().forEach(example -> {
                    examples.add(schema.getKey());
                    assertThat(validator(schema.getValue()).validate(example))
                            .as(schema.getKey())
                            .isEmpty();
                }));
        walk(description, (pointer, object) -> {
            if (!object.has("example") || !object.has("schema")) return;
            examples.add(pointer);
            assertThat(validator(object.get("schema")).validate(object.get("example")))
                    .as(pointer)
                    .isEmpty();
        });

        assertThat(examples).contains("RoleGuideCreation", "Guide", "RoleGuideContent", "PublishedRoleGuide");
    }

    private Schema validator(JsonNode schema) {
        var whole = (ObjectNode) schema.deepCopy();
        whole.set("components", description.get("components"));
        return SCHEMAS.getSchema(whole);
    }

    @Test
    void everyDefaultIsAccepted() {
        var guide = node.guides().published();
        var asked = new HashSet<String>();
        operations((path, operation) -> {
            String defaults = parameters(operation).stream()
                    .filter(it -> it.path("schema").has("default"))
                    .map(it -> it.get("name").asString() + "="
                            + it.get("schema").get("default").asString())
                    .collect(Collectors.joining("&"));
            // a preview has no parameters with defaults; its link is the request
            if (defaults.isEmpty() || path.contains("{token}") || path.contains("/faq")) return;
            asked.add(path);
            var caller = path.startsWith("/api/delivery/v1") ? node.site() : node.as("admin");
            String relative = path.replaceFirst("^/api/[a-z]+/v1", "")
                    .replace("{slug}", guide.slug())
                    .replace("/workflows/{id}", "/workflows/role-guide-review");

            var answer = caller.get(relative + "?" + defaults);

            assertThat(answer.status()).as(path + "?" + defaults).isEqualTo(200);
        });

        assertThat(asked).contains("/api/delivery/v1/ledger", "/api/delivery/v1/role-guide/{slug}");
        String expiry = description
                .at("/components/schemas/NewToken/properties/expiresIn/default")
                .asString();
        node.as("editor")
                .post("/tokens", Map.of("name", "by default", "expiresIn", expiry))
                .ok();
    }

    @Test
    void theListOfATypeHasTheParametersThatTheServerKnows() {
        var list = description.at("/paths/~1api~1delivery~1v1~1role-guide/get");
        var described = parameters(list).stream()
                .filter(it -> it.get("in").asString().equals("query"))
                .map(it -> it.get("name").asString())
                .toList();

        assertThat(node.site().get("/role-guide?none=such").json().get("detail").asString())
                .endsWith("known here are " + String.join(", ", new TreeSet<>(described)));
        assertThat(described).contains("tag", "compensation.dataYear", "compensation.dataYear.min");
        var sort = parameters(list).stream()
                .filter(it -> it.get("name").asString().equals("sort"))
                .findFirst()
                .orElseThrow()
                .at("/schema/items/enum")
                .values()
                .stream()
                .map(JsonNode::asString)
                .toList();
        assertThat(sort).contains("-role");
        assertThat(node.site().get("/role-guide?sort=none").json().get("detail").asString())
                .startsWith("sort by one of "
                        + sort.stream()
                                .filter(key -> !key.startsWith("-"))
                                .sorted()
                                .collect(Collectors.joining(", "))
                        + ",");
        assertThat(sort)
                .allSatisfy(key -> assertThat(
                                node.site().get("/role-guide?sort=" + key).status())
                        .as(key)
                        .isEqualTo(200));
    }

    private List<JsonNode> parameters(JsonNode operation) {
        return operation.path("parameters").values().stream()
                .map(it -> it.has("$ref")
                        ? description.at(it.get("$ref").asString().substring(1))
                        : it)
                .toList();
    }

    private void operations(BiConsumer<String, JsonNode> each) {
        description
                .get("paths")
                .properties()
                .forEach(path -> path.getValue().values().forEach(operation -> each.accept(path.getKey(), operation)));
    }

    private static void walk(JsonNode node, BiConsumer<String, JsonNode> each) {
        walk("", node, each);
    }

    private static void walk(String pointer, JsonNode node, BiConsumer<String, JsonNode> each) {
        if (node.isObject()) each.accept(pointer, node);
        node.properties().forEach(it -> walk(pointer + "/" + it.getKey(), it.getValue(), each));
        if (node.isArray()) for (int i = 0; i < node.size(); i++) walk(pointer + "/" + i, node.get(i), each);
    }
}
