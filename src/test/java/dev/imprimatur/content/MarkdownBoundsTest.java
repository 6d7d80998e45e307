// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Node;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.ObjectNode;

/**
 * For any Markdown, the output has at most a small multiple of the length of the input; rendering takes linear time and a small stack.
 */
@Tag("long")
class MarkdownBoundsTest {
    private static final Markdown.Place PLACE = Markdown.Place.of(2, "/introduction");

    private static Stream<Arguments> growing() {
        return Stream.of(
                Arguments.of("short rows", table(300, 2_000)),
                Arguments.of("short rows in a quote", table(300, 2_000).replaceAll("(?m)^", "> ")),
                Arguments.of("many rows of nothing", table(2_000, 250_000)),
                Arguments.of("a link used often", "[a]: <" + "x".repeat(4_000) + ">\n\n" + "[a]".repeat(2_500)),
                Arguments.of("a picture used often", "[a]: <" + "x".repeat(4_000) + ">\n\n" + "![a]".repeat(2_500)),
                Arguments.of("deep quotes", (">".repeat(60) + "a\n\n").repeat(300)),
                Arguments.of("deep emphasis", "*".repeat(10_000) + "a" + "*".repeat(10_000)),
                Arguments.of("deep underscores", "_".repeat(1_000) + "a" + "_".repeat(1_000)),
                Arguments.of("pictures in pictures", "![".repeat(5_000) + "a" + "](b)".repeat(5_000)),
                Arguments.of("very deep emphasis", "*".repeat(200_000) + "a" + "*".repeat(200_000)),
                Arguments.of("very many pictures in pictures", "![".repeat(100_000) + "a" + "](b)".repeat(100_000)),
                Arguments.of("less than", "< ".repeat(400_000)),
                Arguments.of("less than before one end", "<a ".repeat(300_000) + ">"),
                Arguments.of("comments without an end", "<!--a>".repeat(150_000)),
                Arguments.of("instructions without an end", "<?".repeat(400_000)));
    }

    private static String table(int columns, int rows) {
        return "|a".repeat(columns) + "\n" + "|-".repeat(columns) + "\n" + "a\n".repeat(rows);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("growing")
    void whatWouldGrowIsShownAsItWasWritten(String name, String markdown) {
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            assertThat(Markdown.fault(markdown, PLACE)).isNotNull();
            assertThat(Markdown.toHtml(markdown, PLACE)).startsWith("<p>").hasSizeLessThan(7 * markdown.length());
            assertThat(Markdown.toText(markdown).length()).isLessThan(17 * markdown.length());
        });
    }

    private static Stream<Arguments> large() {
        return Stream.of(
                Arguments.of("brackets", "[".repeat(500_000)),
                Arguments.of("brackets that close", "[a]".repeat(150_000)),
                Arguments.of("emphasis without an end", "*a _b ".repeat(80_000)),
                Arguments.of("a dense table", "a|b\n:-:|:-:\n" + "a|b\n".repeat(100_000)),
                Arguments.of("lists", "- a\n".repeat(100_000)),
                Arguments.of("signs", "@".repeat(500_000)),
                Arguments.of("tags that are text", "<b>a</b> ".repeat(50_000)),
                Arguments.of("comparisons", "if a < b then\n\n".repeat(30_000)),
                Arguments.of("references to one footnote", "[^a] ".repeat(40_000) + "\n\n[^a]: note"),
                Arguments.of("references without a space", "[^a]".repeat(40_000) + "\n\n[^a]: note"),
                Arguments.of(
                        "references to one long name",
                        ("[^" + "x".repeat(900) + "] ").repeat(500) + "\n\n[^" + "x".repeat(900) + "]: note"),
                Arguments.of("footnotes that refer to themselves", numbered("[^%d]", "[^%d]: a[^%d]\n\n", 5_000)),
                Arguments.of("footnotes to which nothing refers", numbered("", "[^%d]: a\n\n", 20_000)),
                Arguments.of("footnotes in footnotes", "[^a]: ".repeat(50_000)),
                Arguments.of("footnotes without an end", "[^".repeat(100_000)),
                Arguments.of("equal headings", "# Overview\n".repeat(40_000)),
                Arguments.of("headings of one letter", "# a\n".repeat(40_000)),
                Arguments.of("headings that take each other's ids", numbered("", "# a-%d\n# a\n", 20_000)),
                Arguments.of("a long heading", "# " + "a b ".repeat(50_000)),
                Arguments.of("bare links", "https://a.b ".repeat(40_000)),
                Arguments.of("bare links without a space", "www.a.b,".repeat(30_000)),
                Arguments.of("addresses", "a@b.c ".repeat(30_000)),
                Arguments.of("schemes", "http://".repeat(30_000)),
                Arguments.of("dots and signs", "a.@".repeat(80_000)),
                Arguments.of("tildes", "~a".repeat(100_000)),
                Arguments.of("tildes in rows", "~~a ~~ ".repeat(30_000)),
                Arguments.of("links to a heading", "# a\n\n" + "[x](#a) ".repeat(40_000)),
                Arguments.of("tasks", "- [x] a\n".repeat(50_000)),
                Arguments.of("delimiter rows", "a|b\n".repeat(50_000) + "-|-|-\n".repeat(50_000)));
    }

    /** The first pattern with each number, then the second pattern with each number. */
    private static String numbered(String first, String second, int count) {
        var text = new StringBuilder();
        for (int i = 0; i < count; i++) text.append(first.formatted(i));
        text.append("\n\n");
        for (int i = 0; i < count; i++) text.append(second.formatted(i, i));
        return text.toString();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("large")
    void whatIsOnlyLargeIsRendered(String name, String markdown) {
        assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> assertThat(Markdown.fault(markdown, PLACE)).isNull());
    }

    @Test
    void everyDocumentOfOursIsWellBelowTheBound() throws Exception {
        try (var files = Files.walk(Path.of("docs"))) {
            for (var file : files.filter(it -> it.toString().endsWith(".md")).toList())
                assertThat(Markdown.fault(Files.readString(file), PLACE))
                        .as(file.toString())
                        .isNull();
        }
    }

    @Test
    void whatWouldGrowIsRefusedWhereItIsWritten() {
        var node = Node.shared();
        var guide = node.guides().drafted();
        ObjectNode content = Guides.content();
        content.put("introduction", table(300, 2_000));
        var editor = node.as("editor");
        String etag = editor.get(guide.path() + "/draft").header("ETag");

        var refused = editor.put(guide.path() + "/draft", content, "If-Match", etag);

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.json().get("errors").get(0).get("pointer").asString())
                .endsWith("/introduction");
        assertThat(refused.json().get("errors").get(0).get("detail").asString()).contains("grows");
    }
}
