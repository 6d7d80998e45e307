// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.UnitTest;
import java.util.ArrayList;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever shape a table has, all its words are rendered, or its author gets a warning. */
@UnitTest
class MarkdownTablesTest {
    private static final Markdown.Place PLACE = Markdown.Place.of(2, "/introduction");

    private static final String[] PIECES = {
        "W",
        "W",
        "W|W",
        "|",
        "|",
        "\\|",
        "`",
        "\n",
        "\n\n",
        " ",
        "\t",
        "    ",
        "-",
        "|-",
        "-|-",
        "|-|-|\n",
        "|---|---|\n",
        ":-:",
        "\\",
        "> ",
        "- ",
        "1. ",
        "W|W\n-|-\nW|W",
        "\n|-|\n",
        "[W](/a)",
        "[^W]",
        "*W*"
    };

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
                    |a|\\n|-|-|\\n|1|2|            ; 0
                    a\\n-|-\\n1|2                  ; 0
                    |\\n|-|-|\\n|1|2|              ; 0
                    |a|b|\\n|-|\\n|1|2|            ; 0
                    a|b\\n-|-                      ; 1
                    a|b\\n-|-\\n1                  ; 2
                    a|b\\n-|-\\n1|2\\ntext         ; 3
                    a|b\\n-|-\\n1|2\\n\\ntext      ; 2
                    text\\na|b\\n-|-\\n1|2         ; 2
                    > a|b\\n> -|-\\n> 1|2          ; 2
                    - a|b\\n  -|-\\n  1|2          ; 2
                    a\\\\|b|c\\n-|-\\n`1\\\\|2`|3  ; 2
                    """)
    void aTableBeginsWhereItsFirstRowAndItsDelimitersAreAsMany(String markdown, int rows) {
        assertThat(NormalHtml.body(Markdown.toHtml(markdown.replace("\\n", "\n").replace("\\\\", "\\"), PLACE))
                        .select("tr"))
                .hasSize(rows);
    }

    @Test
    void noWordIsLostUntold() {
        var random = new Random(5);
        for (int i = 0; i < 5_000; i++) {
            var words = new ArrayList<String>();
            String markdown = random(random, words);
            // the text after the backticks of a fence is the language of the code, which is not rendered
            if (markdown.contains("```") || !Markdown.warnings(markdown, PLACE).isEmpty()) continue;
            String html = Markdown.toHtml(markdown, PLACE);
            String text = Markdown.toText(markdown);
            assertThat(words).as(markdown).allMatch(html::contains).allMatch(text::contains);
        }
    }

    private static String random(Random random, ArrayList<String> words) {
        var markdown = new StringBuilder();
        for (int left = 2 + random.nextInt(12); left > 0; left--)
            for (char it : PIECES[random.nextInt(PIECES.length)].toCharArray()) {
                if (it == 'W') words.add("w" + words.size() + "x");
                markdown.append(it == 'W' ? words.getLast() : String.valueOf(it));
            }
        return markdown.toString();
    }
}
