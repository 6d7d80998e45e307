// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.UnitTest;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

@UnitTest
class LinkedDataTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String SCHEMA = """
            {"type": "object", "properties": {
               "name": {"type": "string"}, "body": {"type": "string"}, "unit": {"type": "string"},
               "rows": {"type": "array", "items": {"type": "object", "properties": {
                  "n": {"type": "number"}, "open": {"type": "boolean"}}}}},
             "x-linked-data": %s}
            """;

    private static String linkedData(String template, String content) {
        return LinkedData.of(JSON.readTree(SCHEMA.formatted(template)))
                .tell(JSON.readTree(content))
                .toString();
    }

    @Test
    void directivesStandForWhatTheDocumentHas() {
        String template = """
                {"@type": "T", "a": {"$value": "/name"}, "b": {"$text": "/body"}, "literal": ["x", 1],
                 "rows": {"$each": "/rows", "$as":
                    {"@type": "R", "n": {"$value": "/n", "$unless": "/open"}, "u": {"$document": "/unit"}}}}
                """;

        assertThat(linkedData(template, """
                                {"name": "N", "body": "**bold**", "unit": "EUR", "rows": [{"n": 1}, {"n": 2, "open": true}]}""")).isEqualTo("""
                        {"@type":"T","a":"N","b":"bold","literal":["x",1],\
                        "rows":[{"@type":"R","n":1,"u":"EUR"},{"@type":"R","u":"EUR"}]}""");
    }

    @Test
    void whatHasNoValueIsLeftOut() {
        assertThat(linkedData(
                        "{\"@type\": \"T\", \"x\": 1, \"about\": {\"@type\": \"U\", \"a\": {\"$value\": \"/name\"}}}",
                        "{}"))
                .isEqualTo("{\"@type\":\"T\",\"x\":1}");
    }

    @Test
    void aDirectiveOrAPointerThatIsNoneIsRefused() {
        assertThat(
                        LinkedData.faults(
                                JSON.readTree(
                                        SCHEMA.formatted(
                                                "{\"a\": {\"$valeu\": \"/name\"}, \"b\": {\"$value\": \"/nmae\"}, \"c\": {\"$each\": \"/rows\", \"$as\": {\"$value\": \"/m\"}}}"))))
                .hasSize(3)
                .extracting(fault -> fault.pointer() + " " + fault.detail())
                .anyMatch(fault -> fault.startsWith("/x-linked-data/a/$valeu is not a directive"))
                .anyMatch(fault ->
                        fault.startsWith("/x-linked-data/b/$value points to a field that the type does not have"))
                .anyMatch(fault ->
                        fault.startsWith("/x-linked-data/c/$as/$value points to a field that the type does not have"));
    }
}
