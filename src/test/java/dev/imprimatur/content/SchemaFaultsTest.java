// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.imprimatur.testing.UnitTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Period;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A wrong schema file stops the start, with all faults and their places. */
@UnitTest
class SchemaFaultsTest {
    private static final String SCHEMA = """
            {
              "x-workflow": "role-guide-review",
              "x-review-interval": "P6M",
              "type": "object",
              "additionalProperties": false,
              "required": ["status", "rows"],
              "properties": {
                "title": {"type": "string", "x-wigdet": "table"},
                "status": {"type": "string", "enum": ["current", "past"], "default": "%s"},
                "rows": {"type": "array", "x-searchable": -1, "items": {"type": "string"}}
              }
            }
            """;

    private static void read(Path folder) throws Exception {
        var types =
                new ContentTypes(new PathMatchingResourcePatternResolver(), JsonMapper.shared(), folder.toUri() + "/");
        assertThat(types.all()).isNotEmpty();
    }

    @Test
    void allFaultsOfAllFilesAreNamedAtOnce(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("one.schema.json"), SCHEMA.formatted("current"));
        Files.writeString(folder.resolve("two.schema.json"), "{\n  \"x-workflow\": }");
        Files.writeString(
                folder.resolve("three.schema.json"),
                SCHEMA.formatted("current")
                        .replace("\"type\": \"string\", \"enum\"", "\"type\": \"strnig\", \"enum\""));

        assertThatThrownBy(() -> read(folder))
                .hasMessageContaining("one.schema.json, line 8, column 33: /properties/title/x-wigdet is not a keyword")
                .hasMessageContaining("one.schema.json, line 10, column 31: /properties/rows/x-searchable must be")
                .hasMessageContaining("two.schema.json, line 2, column")
                .hasMessageContaining("three.schema.json, line 9, column 16: /properties/status/type");
    }

    @Test
    void aDefaultIsAValueOfItsField(@TempDir Path folder) throws Exception {
        String right = SCHEMA.replace(", \"x-wigdet\": \"table\"", "").replace("\"x-searchable\": -1, ", "");
        Files.writeString(folder.resolve("one.schema.json"), right.formatted("current"));
        read(folder);

        Files.writeString(folder.resolve("one.schema.json"), right.formatted("later"));
        assertThatThrownBy(() -> read(folder))
                .hasMessageContaining("line 9, column 63: /properties/status/default is not a valid value");
    }

    @Test
    void onlyAFieldAtAFixedPathHasAReviewIntervalOfItsOwn(@TempDir Path folder) throws Exception {
        String interval = "\"x-review-interval\": \"P3M\"";
        String group =
                "{\"type\": \"object\", \"additionalProperties\": false, \"properties\": {\"year\": {\"type\": \"integer\"}}}";
        String right = SCHEMA.formatted("current")
                .replace(", \"x-wigdet\": \"table\"", ", \"x-review-interval\": \"P0D\"")
                .replace("\"x-searchable\": -1, ", "")
                .replace("\"rows\": {", "\"pay\": " + group + ", \"rows\": {" + interval + ", ")
                .replace("{\"type\": \"integer\"}", "{\"type\": \"integer\", " + interval + "}");
        var schema = (ObjectNode) JsonMapper.shared().readTree(right);
        assertThat(new ContentType("one", schema).reviewIntervals().parts())
                .containsExactly(
                        entry("/title", Period.ZERO),
                        entry("/pay/year", Period.ofMonths(3)),
                        entry("/rows", Period.ofMonths(3)));

        Files.writeString(
                folder.resolve("one.schema.json"),
                right.replace("\"P0D\"", "\"3 months\"")
                        .replace("\"items\": {", "\"items\": {" + interval + ", ")
                        .replace("\"pay\": {", "\"pay\": {" + interval + ", "));
        assertThatThrownBy(() -> read(folder))
                .hasMessageContaining("one.schema.json, line 8, column")
                .hasMessageContaining("/properties/title/x-review-interval must be an ISO 8601 period")
                .hasMessageContaining("/properties/rows/items/x-review-interval may be set on a field at a fixed path")
                .hasMessageContaining("/properties/pay/properties/year/x-review-interval may not be set within /pay");
    }
}
