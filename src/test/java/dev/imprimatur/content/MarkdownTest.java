// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.UnitTest;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@UnitTest
class MarkdownTest {
    private static final Markdown.Place PLACE = Markdown.Place.of(2, "/introduction");

    @Test
    void tablesAndTaskListsAreRendered() {
        assertThat(Markdown.toHtml("| a | b |\n|---|--:|\n| 1 | 2 |", PLACE))
                .contains("<table>", "<th>a</th>", "<td align=\"right\">2</td>");
        assertThat(Markdown.toHtml("- [x] done\n- [ ] open", PLACE))
                .contains("type=\"checkbox\"", "checked", "disabled");
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
        assertThat(Markdown.toHtml(markdown, PLACE).replace("&lt;", "").toLowerCase(Locale.ROOT))
                .doesNotContain(
                        "<script",
                        "<img src=\"x",
                        "<style",
                        "<noscript",
                        "href=\"javascript",
                        "href=\"data",
                        "src=\"javascript");
    }

    private static String html(String markdown) {
        return Markdown.toHtml(markdown, PLACE);
    }

    @Test
    void aListBeginsWhereItWasWrittenTo() {
        assertThat(html("10. ten\n11. eleven")).contains("<ol start=\"10\">");
        assertThat(html("999999999. last")).contains("<ol start=\"999999999\">");
        assertThat(html("0. none")).contains("<ol start=\"0\">");
    }

    @Test
    void codeHasItsLanguage() {
        assertThat(NormalHtml.body(html("```js run\nx\n```")).select("code").attr("class"))
                .isEqualTo("language-js");
        assertThat(NormalHtml.body(html("~~~c++\nx\n~~~")).select("code").attr("class"))
                .isEqualTo("language-c++");
    }

    @Test
    void whatIsStruckOutIsSo() {
        assertThat(html("~~old~~ new")).contains("<del>old</del> new");
    }

    @Test
    void bareAddressesAreLinks() {
        assertThat(NormalHtml.body(html("see https://example.org/a, www.example.org and me@example.org."))
                        .select("a")
                        .eachAttr("href"))
                .containsExactly("https://example.org/a", "http://www.example.org", "mailto:me@example.org");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"tel:+4930123", "sms:+4930123?body=a", "mailto:a@b.org", "https://a.b", "/a/b", "#c", "TEL:1"})
    void aLinkThatIsAllowedLeadsThere(String address) {
        assertThat(NormalHtml.body(html("[x](" + address + ")")).select("a").attr("href"))
                .isEqualTo(address);
    }

    @ParameterizedTest
    @ValueSource(strings = {"javascript:alert(1)", "data:text/html,x", "ftp://a.b", "vbscript:x", "unknown:x"})
    void ofALinkThatIsNotAllowedTheWordsStay(String address) {
        assertThat(html("before [*the* words](<" + address + ">) after"))
                .isEqualTo("<p>before <em>the</em> words after</p>");
        assertThat(html("![the words](<" + address + ">)")).isEqualTo("<p>the words</p>");
    }

    @Test
    void whatIsNoCharacterOfAnAddressIsEncoded() {
        assertThat(html("[x](/a\\b) [y](<c d>) [z](/ü)"))
                .contains("href=\"/a%5Cb\"", "href=\"c%20d\"", "href=\"/%C3%BC\"");
    }

    @Test
    void theHighestHeadingIsAtTheLevelOfThePlace() {
        assertThat(NormalHtml.headings(html("# a\n### b\n###### c")))
                .extracting(it -> it.normalName())
                .containsExactly("h2", "h4", "h6");
        assertThat(NormalHtml.headings(html("### a\n## b")))
                .extracting(it -> it.normalName())
                .containsExactly("h3", "h2");
        assertThat(NormalHtml.headings(html("> # quoted\n\ntitle\n==")))
                .extracting(it -> it.normalName())
                .containsExactly("h2", "h2");
    }

    @Test
    void headingsHaveIdsOfTheirOwnInEveryScript() {
        assertThat(NormalHtml.headings(
                        html("# Über *uns* & `code`\n# 中文\n# हिन्दी\n# a\n# A\n# a-1\n# A!\n# !!\n# location")))
                .extracting(it -> it.id())
                .doesNotHaveDuplicates()
                .containsExactly(
                        "md-introduction--über-uns--code",
                        "md-introduction--中文",
                        "md-introduction--हिन्दी",
                        "md-introduction--a",
                        "md-introduction--a-1",
                        "md-introduction--a-1-1",
                        "md-introduction--a-2",
                        "md-introduction--section",
                        "md-introduction--location");
    }

    @Test
    void aLinkToAHeadingOfTheTextLeadsThere() {
        var body = NormalHtml.body(html("# Über uns\n\n[a](#über-uns) [b](#%C3%BCber-uns) [c](#elsewhere)"));

        assertThat(body.select("a").eachAttr("href"))
                .allSatisfy(href -> assertThat(href).startsWith("#"));
        assertThat(body.select("a").eachAttr("href").stream().map(HeadingIds::decoded))
                .containsExactly("#md-introduction--über-uns", "#md-introduction--über-uns", "#elsewhere");
    }

    @Test
    void footnotesStandAtTheEndInTheOrderOfTheText() {
        var body = NormalHtml.body(
                html("One[^b], two[^a], one again[^b].\n\n[^a]: *A*\n[^b]: B[^c]\n[^c]: C\n\n    more"));

        assertThat(body.select("sup a").eachText()).containsExactly("1", "2", "1", "3");
        assertThat(body.select("section.footnotes > ol > li").eachText()).containsExactly("B3 ↩", "A ↩", "C more ↩");
        for (var link : body.select("a"))
            assertThat(body.getElementById(link.attr("href").substring(1)))
                    .as(link.outerHtml())
                    .isNotNull();
        assertThat(body.select("[id]").eachAttr("id"))
                .doesNotHaveDuplicates()
                .allMatch(id -> id.startsWith("md-introduction-fn"));
    }

    @Test
    void aFootnoteAndAHeadingHaveNoIdInCommon() {
        assertThat(NormalHtml.body(html("# fn 1\n# fn-1\n\na[^1]\n\n[^1]: b"))
                        .select("[id]")
                        .eachAttr("id"))
                .hasSize(4)
                .doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
                    "a <b>c</b>"                  | HTML, “<b>” and 1 more:
                    "<!-- note -->"               | HTML, “<!-- note -->”:
                    "[a](javascript:x)"           | links to “javascript:x”:
                    "<ftp://a.b>"                 | links to “ftp://a.b”:
                    "![a](data:x)"                | a picture from “data:x”:
                    "![a](https://b.c/d.png)"     | another server, “https://b.c/d.png”:
                    "![a](//b.c/d.png)"           | another server, “//b.c/d.png”:
                    "a[^1]\n\n[^1]: b\n[^2]: c"    | “[^2]”
                    "a|b\n-|-\n1|2|three"         | do not see “three”
                    "> - a|b\n>   -|-\n>   1|2|three|" | do not see “three”
                    """)
    void whatIsNotShownAsItWasMeantIsTold(String markdown, String warning) {
        assertThat(Markdown.warnings(markdown.replace("\\n", "\n"), PLACE))
                .singleElement()
                .asString()
                .contains(warning);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "# a\n\n*b* [c](/d) [e](tel:1) ![f](/g.png) ~~h~~ `<i>` \\<j> &lt;k> 1 < 2 https://l.m n@o.p",
                "a|b\n-|-\n1\n1|2|\n`x\\|y`|",
                "a[^1]\n\n[^1]: b"
            })
    void ofWhatIsShownAsItWasMeantNothingIsTold(String markdown) {
        assertThat(Markdown.warnings(markdown, PLACE)).isEmpty();
    }

    @Test
    void plainTextKeepsWhatTheHtmlShows() {
        assertThat(Markdown.toText("10. ten\n11. eleven\n\n- [x] done\n- [ ] open\n\n~~old~~ new[^n]\n\n[^n]: note"))
                .isEqualTo("10. ten\n11. eleven\n\n- [x] done\n- [ ] open\n\n~~old~~ new[1]\n\n[1] note");
        assertThat(Markdown.toText("[a](/b) <https://c.d> www.e.f g@h.i\n\n# j\n[k](#j)"))
                .isEqualTo("\"a\" (/b) https://c.d www.e.f g@h.i\n\nj\n\nk");
        assertThat(Markdown.toText("<div>a</div>\n\nb|c\n-|-\nd|e")).isEqualTo("<div>a</div>\n\nb| c\nd| e");
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

        Markdown.toHtml(hostile, PLACE);

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    }
}
