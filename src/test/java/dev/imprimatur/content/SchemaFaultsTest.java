// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imprimatur.testing.UnitTest;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import tools.jackson.databind.json.JsonMapper;

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
}
