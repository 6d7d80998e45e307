package dev.imprimatur.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MarkdownTest {
    @Test
    void tablesAndTaskListsAreRendered() {
        assertThat(Markdown.toHtml("| a | b |\n|---|--:|\n| 1 | 2 |"))
                .contains("<table>", "<th>a</th>", "<td align=\"right\">2</td>");
        assertThat(Markdown.toHtml("- [x] done\n- [ ] open")).contains("type=\"checkbox\"", "checked", "disabled");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<script>alert(1)</script>",
                "<img src=x onerror=alert(1)>",
                "[x](javascript:alert(1))",
                "[x](data:text/html;base64,PHNjcmlwdD4=)",
                "![x](javascript:alert(1))",
                "<a href=\"javascript:alert(1)\">x</a>",
                "<style>*{background:url(x)}</style><noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">"
            })
    void nothingThatRunsIsDelivered(String markdown) {
        assertThat(Markdown.toHtml(markdown).replace("&lt;", "").toLowerCase(java.util.Locale.ROOT))
                .doesNotContain(
                        "<script",
                        "<img src=\"x",
                        "<style",
                        "<noscript",
                        "href=\"javascript",
                        "href=\"data",
                        "src=\"javascript");
    }

    @Test
    void plainTextHasNoMarks() {
        assertThat(Markdown.toText("# A\n\nOne **two** [three](https://example.org).\n\n- four"))
                .contains("One two", "three", "four")
                .doesNotContain("**", "#");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "*a_", ">", "`", "![", "- ", "|", "&", "<", "\\"})
    @Timeout(10)
    void textMadeToBeSlowIsNot(String piece) {
        String hostile = piece.repeat(20_000);
        long start = System.nanoTime();

        Markdown.toHtml(hostile);

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    }
}
