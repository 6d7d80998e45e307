// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.testing.UnitTest;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The API description, expanded for the content types of a server. */
@UnitTest
class ContractTest {
    private static final YAMLMapper YAML = new YAMLMapper();

    @Test
    void aTypeThatIsCalledAsSomethingElseHasMethodNamesOfItsOwn() throws IOException {
        var names = contract("token", "description", "role", "role-draft").get("paths").values().stream()
                .flatMap(path -> path.values().stream())
                .map(operation -> operation.get("operationId").asString())
                .toList();

        assertThat(names).doesNotHaveDuplicates().contains("createToken", "createTokenGuide", "getDescription");
    }

    @Test
    void aTypeWithoutFieldsToFilterByHasNothingToCount() throws IOException {
        assertThat(contract("token")
                        .at("/paths/~1api~1delivery~1v1~1token/get/parameters")
                        .values())
                .extracting(parameter -> parameter.path("name").asString(""))
                .contains("sort", "q")
                .doesNotContain("facets");
    }

    @Test
    void aSchemaThatFieldsReferToIsAComponent() throws IOException {
        var content = YAML.readTree("""
                x-workflow: review
                x-review-interval: P1M
                type: object
                additionalProperties: false
                properties:
                  parts: {type: array, items: {$ref: '#/$defs/part'}}
                  preface: {$ref: '#/$defs/part'}
                $defs:
                  part:
                    type: object
                    additionalProperties: false
                    properties:
                      heading: {type: string}
                """);

        var schemas = contract(new ContentType("book", (ObjectNode) content)).at("/components/schemas");

        assertThat(schemas.at("/BookContent/properties/parts/items/$ref").asString())
                .isEqualTo("#/components/schemas/BookContentPart");
        assertThat(schemas.at("/BookContent/properties/preface/$ref").asString())
                .isEqualTo("#/components/schemas/BookContentPart");
    }

    private static JsonNode contract(String... types) throws IOException {
        var schema = (ObjectNode)
                YAML.readTree(
                        "{x-workflow: review, x-review-interval: P1M, type: object, additionalProperties: false, properties: {}}");
        return contract(
                Arrays.stream(types).map(name -> new ContentType(name, schema)).toArray(ContentType[]::new));
    }

    private static JsonNode contract(ContentType... types) throws IOException {
        try (var in = ContractTest.class.getResourceAsStream("/openapi.yaml")) {
            return new Contract((ObjectNode) YAML.readTree(in), Arrays.asList(types)).description();
        }
    }
}
