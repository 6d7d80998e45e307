// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.importing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imprimatur.testing.UnitTest;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** A mapping says which fields of a source become which fields of a guide. */
@UnitTest
class MappingTest {
    private static Mapping mapping(String yaml) {
        return Mapping.of(new YAMLMapper().readTree(yaml));
    }

    private static Mapping.Mapped map(String yaml, String record) {
        var fields = (ObjectNode) new JsonMapper().readTree(record);
        return mapping(yaml).apply(new SourceRecord("x", fields));
    }

    @Test
    void fieldsAreReadByNameAndByPointerAndConverted() {
        var mapped = map("""
                type: guide
                locale: {from: lang}
                slug: {from: /seo/address}
                content:
                  /title: name
                  /body: {from: html, as: html}
                  /pay/rows/0/median: {from: pay, as: number}
                  /pay/rows/0/currency: {value: EUR}
                  /open: {from: open, as: boolean}
                  /tags: {from: tags, split: "|"}
                  /list: list
                  /none: missing
                """, """
                {"lang": "de", "seo": {"address": "Größe & Maß"}, "name": "A", "html": "<p>x <b>y</b></p><script></script>",
                 "pay": " 61500.50 ", "open": "Yes", "tags": "a| b ||", "list": [1, "2"], "missing": null}
                """);

        assertThat(mapped.locale()).isEqualTo("de");
        assertThat(mapped.slug()).isEqualTo("grosse-mass");
        assertThat(mapped.faults()).isEmpty();
        assertThat(mapped.leftOut()).isEqualTo(Map.of("script", 1));
        assertThat(mapped.content().toString())
                .isEqualTo(
                        "{\"title\":\"A\",\"body\":\"x **y**\",\"pay\":{\"rows\":[{\"median\":61500.50,\"currency\":\"EUR\"}]},"
                                + "\"open\":true,\"tags\":[\"a\",\"b\"],\"list\":[1,\"2\"]}");
    }

    @Test
    void whatCannotBeConvertedIsAFault() {
        String yaml = """
                type: guide
                content:
                  /pay: {from: pay, as: number}
                  /open: {from: open, as: boolean}
                  /a: a
                  /a/b: pay
                  /rows/1/x: pay
                """;
        var mapped = map(yaml, "{\"pay\": \"61,500\", \"open\": \"perhaps\", \"a\": \"text\", \"title\": \"T\"}");
        assertThat(mapped.faults())
                .containsEntry("/pay", "“61,500” is no number; write it as 61500 or 61500.50")
                .containsEntry("/open", "“perhaps” is neither true nor false")
                .containsEntry("/a/b", "the field above has a value already")
                .containsEntry("/rows/1/x", "item 1 of a list comes after item 0, which has no value");
        assertThat(mapped.slug()).isEqualTo("t");
        assertThat(mapped.locale()).isEqualTo("en-US");
    }

    @Test
    void slugsAreMadeOfWords() {
        assertThat(Mapping.slugOf("  Émile's Größe: 2nd ")).isEqualTo("emile-s-grosse-2nd");
        assertThat(Mapping.slugOf("שלום")).isEmpty();
        assertThat(Mapping.slugOf("ﬁne ½ --- x")).isEqualTo("fine-1-2-x");
        assertThat(Mapping.slugOf("x".repeat(99) + " yy")).hasSize(99);
        assertThat(map("type: t\ncontent: {/a: b}", "{\"slug\": \"שלום\", \"name\": \"b c\"}")
                        .slug())
                .isEqualTo("b-c");
    }

    @Test
    void recordsAreSelectedByTheirValues() {
        var mapping = mapping("type: t\nwhere: {type: post, tags: metal, ok: true}\ncontent: {/a: b}");
        assertThat(mapping.selects(record("{\"type\": \"post\", \"tags\": [\"x\", \"metal\"], \"ok\": true}")))
                .isTrue();
        assertThat(mapping.selects(record("{\"type\": \"page\", \"tags\": [\"metal\"], \"ok\": true}")))
                .isFalse();
        assertThat(mapping.selects(record("{\"type\": \"post\", \"tags\": [], \"ok\": true}")))
                .isFalse();
        assertThat(mapping.selects(record("{\"type\": \"post\", \"tags\": \"metal\", \"ok\": \"false\"}")))
                .isFalse();
        assertThat(mapping.fields()).contains("type", "tags", "ok", "b", "slug", "name", "title");
    }

    private static SourceRecord record(String json) {
        return new SourceRecord("x", (ObjectNode) new JsonMapper().readTree(json));
    }

    @Test
    void aFaultInAMappingIsToldWithItsPlace() {
        refused("[]", "the mapping has type and content");
        refused("content: {/a: b}", "mapping /type is missing");
        refused("type: t", "mapping /content is missing");
        refused("type: t\ncontent: {}", "mapping /content is missing");
        refused("type: t\ncontents: {}", "mapping /contents is not known");
        refused("type: t\ncontent: {a: b}", "a is no JSON Pointer; write /a");
        refused("type: t\ncontent: {/a: 1}", "mapping /content/a is the name of a field");
        refused("type: t\ncontent: {/a: {from: b, form: c}}", "mapping /content/a/form is not known");
        refused("type: t\ncontent: {/a: {as: html}}", "mapping /content/a needs either from or value");
        refused("type: t\ncontent: {/a: {from: b, value: c}}", "mapping /content/a needs either from or value");
        refused("type: t\ncontent: {/a: {from: b, as: date}}", "mapping /content/a/as is text, html, number, boolean");
        refused(
                "type: t\nsource: drupal\ncontent: {/a: b}",
                "mapping /source is markdown, csv, wordpress, contentful, strapi");
    }

    private static void refused(String yaml, String message) {
        assertThatThrownBy(() -> mapping(yaml))
                .as(yaml)
                .isInstanceOf(ImportFailure.class)
                .hasMessageContaining(message);
    }
}
