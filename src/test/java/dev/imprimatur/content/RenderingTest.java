// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imprimatur.testing.Guides;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The Markdown of a whole document: its headings rank below the title of the page, and no two headings have the same id. */
class RenderingTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String SCHEMA = """
            {"type": "object", "additionalProperties": false, "x-workflow": "w", "x-review-interval": "P6M"%s,
             "properties": {
               "intro": {"type": "string", "contentMediaType": "text/markdown"},
               "deep": {"type": "string", "contentMediaType": "text/markdown"%s},
               "plain": {"type": "string"%s},
               "list": {"type": "array", "items": {"type": "object", "additionalProperties": false, "properties": {
                 "body": {"type": "string", "contentMediaType": "text/markdown"}}}}}}""";

    private static ContentType type(String ofType, String ofDeep, String ofPlain) {
        return new ContentType("x", (ObjectNode) JSON.readTree(SCHEMA.formatted(ofType, ofDeep, ofPlain)));
    }

    private static Map<String, String> levels(ContentType type) {
        var html = Rendering.render(
                type,
                JSON.readTree(
                        "{\"intro\": \"# a\", \"deep\": \"# a\", \"plain\": \"# a\", \"list\": [{\"body\": \"# a\"}]}"),
                Format.HTML,
                id -> null,
                null);
        return Stream.of("/intro", "/deep", "/list/0/body")
                .collect(Collectors.toMap(
                        it -> it,
                        it -> NormalHtml.headings(html.at(it).asString())
                                .getFirst()
                                .normalName()));
    }

    @Test
    void headingsBeginWhereTheContentTypeSays() {
        assertThat(levels(type("", "", "")).values()).containsOnly("h2");
        assertThat(levels(type(", \"x-heading-level\": 3", "", "")).values()).containsOnly("h3");
        assertThat(levels(type(", \"x-heading-level\": 1", ", \"x-heading-level\": 4", "")))
                .containsOnly(Map.entry("/intro", "h1"), Map.entry("/deep", "h4"), Map.entry("/list/0/body", "h1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "7", "2.5", "\"2\"", "true"})
    void aLevelThatIsNoneIsNoContentType(String level) {
        assertThatThrownBy(() -> type(", \"x-heading-level\": " + level, "", ""))
                .hasMessageContaining("x-heading-level must be a level of headings, 1 to 6");
    }

    @Test
    void onlyMarkdownHasHeadings() {
        assertThatThrownBy(() -> type("", "", ", \"x-heading-level\": 3"))
                .hasMessageContaining("/properties/plain/x-heading-level");
    }

    @Test
    void noIdIsTwiceInADocument() throws IOException {
        var seed = new ContentType("role-guide", (ObjectNode)
                JSON.readTree(Files.readString(Path.of("seed-content/types/role-guide.schema.json"))));
        var content = (ObjectNode) JSON.readTree(Guides.content()
                .toString()
                .replaceAll("\"body\":\"", "\"body\":\"# Pay\\\\n\\\\na[^1]\\\\n\\\\n[^1]: b\\\\n\\\\n"));
        content.put("introduction", "# Pay\n\n# Pay\n\na[^1]\n\n[^1]: b");

        var ids = texts(Rendering.render(seed, content, Format.HTML, id -> null, null))
                .flatMap(text -> NormalHtml.body(text).select("[id]").eachAttr("id").stream())
                .toList();

        assertThat(ids)
                .hasSizeGreaterThan(12)
                .doesNotHaveDuplicates()
                .allMatch(id -> id.startsWith("md-"))
                .contains("md-introduction--pay", "md-introduction--pay-1", "md-education-body--pay");
        assertThat(ContentHash.of(content))
                .isEqualTo(ContentHash.of(Rendering.render(seed, content, Format.MARKDOWN, id -> null, null)));
    }

    @Test
    void aWarningNamesItsField() {
        var type = type("", "", "");

        var warnings = type.warnings(
                JSON.readTree(
                        "{\"intro\": \"<b>\", \"plain\": \"<b>\", \"list\": [{\"body\": \"fine\"}, {\"body\": \"[a](x:y)\"}]}"));

        assertThat(warnings).extracting(it -> it.pointer()).isEqualTo(List.of("/intro", "/list/1/body"));
    }

    private static Stream<String> texts(JsonNode value) {
        return value.isString()
                ? Stream.of(value.stringValue())
                : value.values().stream().flatMap(RenderingTest::texts);
    }
}
