// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import dev.imprimatur.testing.Browser;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.MarkdownField;
import dev.imprimatur.testing.Node;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** People write Markdown as it looks; the form sends Markdown, and what nobody touched keeps its bytes. */
class RichTextTest {
    private static final String PATH = "/introduction";
    private static final String PASTE = """
            (it, html) => {
              const data = new DataTransfer();
              data.setData('text/html', html);
              it.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));
            }""";

    private final Node node = Node.shared();
    private final Browser browser = Browser.open(node);
    private Guides.Ref guide;
    private Page page;
    private MarkdownField field;

    @BeforeEach
    void draft() {
        guide = node.guides().drafted();
        page = browser.signedIn("editor");
    }

    @AfterEach
    void close() {
        browser.assertNoComplaints();
        browser.close();
    }

    private void open(String markdown) {
        write(markdown);
        open();
    }

    private void open() {
        page.navigate("/studio/guides/" + guide.id() + "/edit");
        field = MarkdownField.on(page, PATH);
        field.text().waitFor();
    }

    /** Writes the field as another client does. */
    private void write(String markdown) {
        var editor = node.as("second-editor");
        String draft = guide.path() + "/draft";
        var content = Guides.content();
        content.put("introduction", markdown);
        assertThat(editor.put(draft, content, "If-Match", editor.get(draft).header("ETag"))
                        .status())
                .isEqualTo(200);
    }

    private String stored() {
        return node.as("editor")
                .get(guide.path() + "/draft")
                .json()
                .get("content")
                .get("introduction")
                .asString();
    }

    private void save() {
        page.keyboard().press("Control+s");
        assertThat(page.locator(".save-state")).hasAttribute("data-state", "saved");
    }

    private void type(String... lines) {
        for (int i = 0; i < lines.length; i++) {
            if (i > 0) page.keyboard().press("Enter");
            page.keyboard().type(lines[i]);
        }
    }

    private void startAnew() {
        field.text().click();
        page.keyboard().press("Control+a");
        page.keyboard().press("Delete");
        assertThat(field.source()).hasValue("");
    }

    @Test
    void whatIsWrittenWithKeysAndButtonsIsStoredAsMarkdown() {
        open("Start.");
        startAnew();

        type("## What they do", "- one", "two");
        page.keyboard().press("Enter");
        page.keyboard().press("Enter");
        type("Some ");
        page.keyboard().press("Control+b");
        type("bold");
        page.keyboard().press("Control+b");
        type(" and site");
        page.keyboard().press("Control+k");
        assertThat(page.getByLabel("Address of the link")).isFocused();
        type("www.example.org");
        page.keyboard().press("Enter");
        page.keyboard().press("End");
        page.keyboard().press("Enter");
        field.tool("Table").click();
        type("Level");
        page.keyboard().press("Tab");
        type("Pay | year");
        page.keyboard().press("Tab");
        field.tool("Remove the column").click();

        String written = """
                ## What they do

                - one
                - two

                Some **bold** and [site](https://www.example.org)

                | Level | Pay \\| year |
                | --- | --- |
                | | |
                | | |""";
        assertThat(field.source()).hasValue(written);
        page.keyboard().press("Control+z");
        assertThat(field.source()).hasValue(Pattern.compile("--- \\| --- \\| ---"));
        page.keyboard().press("Control+Shift+z");
        save();
        assertThat(stored()).isEqualTo(written);
        assertThat(page.locator("#preview [data-field='/introduction'] th")).hasCount(2);
        Browser.assertAccessible(page);
    }

    @Test
    void onlyTheBlockThatWasEditedIsWrittenAnew() {
        String before = """
                Setext
                ===
                right __below__

                *   wide\s\s
                *   marks


                <div>HTML</div>

                Edit me, [please][r].

                | a|b |
                |-|:-:|
                |1 | 2|

                [r]: https://example.org  "R"

                Last[^1] \\
                line

                [^1]: A note
                    of two lines
                """;
        open(before.strip());

        save();
        assertThat(stored()).isEqualTo(before.strip());
        field.text().getByText("Edit me").click();
        page.keyboard().press("Home");
        type("Do ");
        save();

        assertThat(stored())
                .isEqualTo(before.strip()
                        .replace("Edit me, [please][r].", "Do Edit me, [please](https://example.org \"R\")."));
        page.keyboard().press("Control+z");
        assertThat(field.source()).hasValue(before.strip());
    }

    @Test
    void aPasteKeepsWhatMarkdownHasAndNamesTheRest() {
        open("Start.");
        startAnew();
        String word = """
                <html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p {color: red}</style></head><body>
                <h2 style='color:#2F5496'>Pay<o:p></o:p></h2><p class=MsoNormal>Some <b>bold</b> <u>lined</u><o:p></o:p></p>
                <p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><![if !supportLists]><span style='mso-list:Ignore'>·<span>&nbsp;
                </span></span><![endif]>First</p><p class=MsoListParagraph style='mso-list:l0 level2 lfo1'><span
                style='mso-list:Ignore'>o<span>&nbsp; </span></span>Deeper</p>
                <p><a href="https://example.com/a">site</a> <a href="javascript:alert(1)">script</a> <img src="x.png"></p></body></html>""";
        String document = """
                <b style="font-weight:normal;" id="docs-internal-guid-1"><h3 dir="ltr"><span style="font-weight:400;">Title</span></h3>
                <p><span style="font-weight:700">Strong</span><span style="font-weight:400"> plain</span></p></b>""";
        String sheet = """
                <table style='border-collapse:collapse'><tr><td>Level</td><td>Pay</td></tr>
                <tr><td>Junior</td><td align=right>50,000</td></tr><tr><td colspan=2>both</td></tr></table>""";

        field.text().evaluate(PASTE, word);
        assertThat(field.source())
                .hasValue(
                        "## Pay\n\nSome **bold** lined\n\n- First\n  - Deeper\n\n[site](https://example.com/a) script");
        assertThat(field.told())
                .hasText(Pattern.compile(
                        "Pasted without pictures, underlining.*and links that lead nowhere from here\\."));
        startAnew();
        field.text().evaluate(PASTE, document);
        assertThat(field.source()).hasValue("### Title\n\n**Strong** plain");
        startAnew();
        field.text().evaluate(PASTE, sheet);
        assertThat(field.source()).hasValue("| Level | Pay |\n| --- | --: |\n| Junior | 50,000 |\n| both | |");
        assertThat(field.told()).hasText("Pasted without merged cells.");
    }

    /**
     * Puts the cursor to the start or the end of these words, and waits until the editor knows. The editor takes over the place of a click a
     * moment later, and may take a key back that came before that; the key is pressed again then.
     */
    private void place(String words, String key) {
        field.text().getByText(words).click();
        editorKnows();
        int placed = 0;
        for (int attempt = 0; attempt < 20 && placed < 2; attempt++) {
            if (placed == 0) page.keyboard().press(key);
            editorKnows();
            placed = isAt(key) ? placed + 1 : 0;
        }
        assertThat(placed).as("the cursor is at the " + key + " of " + words).isEqualTo(2);
    }

    private boolean isAt(String key) {
        return (Boolean) page.evaluate("""
                isStart => {
                  const {focusNode: node, focusOffset: at, isCollapsed} = getSelection();
                  return isCollapsed && at === (isStart ? 0 : (node.data ?? node.childNodes).length);
                }""", key.equals("Home"));
    }

    /** Waits until the editor has seen the selection of the browser, faster than which no person presses the next key. */
    private void editorKnows() {
        page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))");
    }

    /** Pastes HTML into the empty field and returns the Markdown. */
    private String pasted(String html) {
        startAnew();
        field.text().evaluate(PASTE, html);
        field.text().blur();
        return field.source().inputValue();
    }

    @Test
    void noWordsOfATableAreLostInAPaste() {
        open("Start.");

        assertThat(pasted("<table><caption>Pay in <b>2025</b></caption><tr><th>a</th></tr><tr><td>b</td></tr></table>"))
                .isEqualTo("Pay in **2025**\n\n| a |\n| --- |\n| b |");
        assertThat(pasted("<table><caption>Alone</caption></table>")).isEqualTo("Alone");
        assertThat(pasted(
                        "<table><tr><th>x</th><th>y</th></tr><tr><td>outer<table><tbody><tr><td>in1</td><td>in2</td></tr></tbody>"
                                + "</table>rest</td><td>c2</td></tr></table>"))
                .isEqualTo("| x | y |\n| --- | --- |\n| outer in1 in2 rest | c2 |");
        assertThat(field.told()).hasText("Pasted without tables within tables.");
    }

    @Test
    void blocksOfOneItemStayApart() {
        open("Start.");

        assertThat(pasted("<ul><li><p>p1</p><p>p2</p></li><li><p>x</p></li></ul>"))
                .isEqualTo("- p1\n\n  p2\n\n- x");
        assertThat(pasted("<ol><li><p>words</p><hr></li><li>more</li></ol>"))
                .isEqualTo("1. words\n\n   ---\n\n2. more");
        assertThat(pasted(
                        "<ol><li><p>in</p><table><tr><td>h</td></tr><tr><td>1</td></tr></table><p>after</p></li></ol>"))
                .isEqualTo("1. in\n\n   | h |\n   | --- |\n   | 1 |\n\n   after");
        assertThat(pasted("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>")).isEqualTo("- a\n  - b\n- c");
        field.fill("- alpha\n- beta\n- gamma");
        place("beta", "Home");
        page.keyboard().press("Backspace");
        assertThat(field.source()).hasValue("- alpha\n\n  beta\n\n- gamma");
    }

    @Test
    void aWordProcessorsListsKeepTheirNumbersAndItsHeadingsStayHeadings() {
        open("Start.");
        String item = "<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>%s"
                + "<span>&nbsp; </span></span>%s</p>";

        assertThat(pasted(item.formatted("5.", "five") + item.formatted("6.", "six")))
                .isEqualTo("5. five\n6. six");
        assertThat(pasted(item.formatted("iv.", "four") + item.formatted("v.", "five")))
                .isEqualTo("4. four\n5. five");
        assertThat(pasted(item.formatted("1.", "one") + "<p>Between</p>" + item.formatted("2.", "two")))
                .isEqualTo("1. one\n\nBetween\n\n2. two");
        assertThat(pasted(
                        "<h2 style='mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>1.1<span>&nbsp;</span></span>Pay"
                                + "</h2><p>&nbsp;</p><p>Words</p>"))
                .isEqualTo("## Pay\n\nWords");
        assertThat(pasted("<ol><li value=9>nine</li><li>ten</li></ol>")).isEqualTo("9.  nine\n10. ten");
        assertThat(pasted("<ol><li>one</li><li value=9>nine</li></ol>")).isEqualTo("1. one\n2. nine");
        assertThat(field.told()).hasText("Pasted without numbers of lists.");
    }

    @Test
    void whatWasNotVisibleIsNotPastedAndWhatMarkdownHasIs() {
        open("Start.");

        assertThat(
                        pasted(
                                "<p>Seen<span style='display:none;mso-hide:all'> hidden</span><span class=MsoCommentReference>[AB1]</span>"
                                        + "<span style='visibility: hidden'> too</span></p>"
                                        + "<div style='mso-element:comment-list'><div class=msocomtxt><p>SECRET</p></div></div>"))
                .isEqualTo("Seen");
        assertThat(field.told()).hasText("Pasted without comments.");
        assertThat(pasted("<p>Call <a href='tel:+4912345'>us</a> or <a href=' https://example.org/a '>look</a> "
                        + "<a href='#top'>up</a></p>"))
                .isEqualTo("Call [us](tel:+4912345) or [look](https://example.org/a) up");
        assertThat(field.told()).hasText("Pasted without links within the page.");
        assertThat(
                        pasted(
                                "<a title='buy online=1' href='https://example.org/one=1/style=2' onclick='x()' style='color:red'>a</a>"))
                .isEqualTo("[a](https://example.org/one=1/style=2)");
        assertThat(pasted("<blockquote><p>q1</p></blockquote>")).isEqualTo("> q1");
        assertThat(pasted("<pre><code class='language-python'>x = 1\n</code></pre>"))
                .isEqualTo("```python\nx = 1\n```");
        assertThat(pasted("<p onclick='a()' style='x'>words<img src=y onerror='b()'></p>"))
                .isEqualTo("words");
    }

    @Test
    void cellsOfASpreadsheetArePastedAsATableAlsoAsPlainText() {
        open("Start.");
        startAnew();
        String paste = PASTE.replace("text/html", "text/plain");

        field.text().evaluate(paste, "Level\tPay\r\nJunior\t\"50,\n000\"\r\n\"A \"\"B\"\"\"\t\r\n".strip() + "\t");
        assertThat(field.source()).hasValue("| Level | Pay |\n| --- | --- |\n| Junior | 50, 000 |\n| A \"B\" | |");
        startAnew();
        field.text().evaluate(paste, "one\ttab in\twords");
        assertThat(field.source()).hasValue("one\ttab in\twords");
    }

    /** A key that deletes must not empty a table or a block of source that nobody selected. */
    @Test
    void keysThatDeleteLeadIntoATableAndDoNotReplaceIt() {
        open("before here\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nafter\n\n<div>\nx\n</div>\n\nlast");

        place("before here", "End");
        page.keyboard().press("Delete");
        type("X");
        assertThat(field.source()).hasValue(Pattern.compile("\\| Xa \\| b \\|\n"));
        place("after", "Home");
        page.keyboard().press("Backspace");
        type("Y");
        assertThat(field.source()).hasValue(Pattern.compile("\\| 1 \\| 2Y \\|\n"));
        place("after", "End");
        page.keyboard().press("Delete");
        type("Z");
        assertThat(field.source()).hasValue(Pattern.compile("Z<div>\nx\n</div>\n\nlast$"));
    }

    @Test
    void tabLeadsFromTheLastCellToANewRow() {
        open("| a | b |\n| --- | --- |\n| 1 | 2 |");

        place("2", "End");
        page.keyboard().press("Tab");
        type("n1");
        page.keyboard().press("Tab");
        type("n2");
        page.keyboard().press("Shift+Enter");
        assertThat(field.source()).hasValue("| a | b |\n| --- | --- |\n| 1 | 2 |\n| n1 | n2 |");
    }

    @Test
    void theTaskAfterADoneTaskIsNotDone() {
        open("- [x] done");

        place("done", "End");
        type("", "new");
        assertThat(field.source()).hasValue("- [x] done\n- [ ] new");
    }

    /** An edit of the first paragraph changes nothing else, whatever follows. */
    @Test
    void whatFollowsKeepsItsBytes() {
        for (String rest : new String[] {
            "    indented code\n    more",
            "```\nnot closed",
            "``` js title=\"a\"\ncode\n   ```",
            "H~2~O and ~~gone~~ and ~~~three~~~",
            "x[^1]\n\n[^1]: the note\n* a\n* b\n\n  para\n\n      more of list b",
            "y[^1]\n\n[^1]: the note\n> quoted\n\nend",
            "z[^1]\n\n[^1]: the note\n3. no list\n\nend"
        }) {
            open("First para.\n\n" + rest);
            place("First para.", "Home");
            type("X");
            assertThat(field.source()).hasValue("XFirst para.\n\n" + rest);
            page.keyboard().press("Control+z");
            assertThat(field.source()).hasValue("First para.\n\n" + rest);
        }
    }

    @Test
    void addressesSpacesAndSingleTildesMeanWhatTheyMeant() {
        open("see https://www.example.edu/~smith/a_ and ~5k~");

        assertThat(field.text().locator("s")).hasText("5k");
        field.text().click();
        page.keyboard().press("Home");
        type("X");
        assertThat(field.source()).hasValue("Xsee https://www.example.edu/~smith/a_ and ~5k~");
        startAnew();
        type("    abc def");
        page.keyboard().press("Control+a");
        page.keyboard().press("Control+b");
        assertThat(field.source()).hasValue("**abc def**");
    }

    @Test
    void theSourceIsOneSwitchAwayAndRememberedAndThereWithoutScripts() {
        open("Some *old* text");
        field.show(true);
        assertThat(field.source()).hasValue("Some *old* text");
        field.source().fill("Some *new* text");
        field.show(false);
        assertThat(field.text().locator("em")).hasText("new");
        save();

        field.show(true);
        page.reload();
        assertThat(field.source()).isVisible();
        assertThat(field.text()).hasCount(0);
        field.show(false);
        var plain = browser.signedIn("editor", new NewContextOptions().setJavaScriptEnabled(false));
        plain.navigate(page.url());
        assertThat(MarkdownField.on(plain, PATH).source()).hasValue("Some *new* text");
        assertThat(MarkdownField.on(plain, PATH).source()).isVisible();
    }

    @Test
    void otherScriptsKeepTheirEmphasisAndTheirDirection() {
        open("Start.");
        startAnew();

        page.keyboard().press("Control+b");
        page.keyboard().insertText("你好：");
        page.keyboard().press("Control+b");
        page.keyboard().insertText("世界");
        page.keyboard().press("Enter");
        page.keyboard().insertText("مرحبا بالعالم");

        assertThat(field.source()).hasValue("**你好：**&#19990;界\n\nمرحبا بالعالم");
        assertThat(page.locator("#preview [data-field='/introduction'] strong")).hasText("你好：");
        assertThat(page.locator("#preview [data-field='/introduction']")).containsText("世界");
        assertThat(field.text().locator("p").nth(1)).hasCSS("unicode-bidi", "plaintext");
    }

    @Test
    void whatAColleagueWritesIsShownAndNeverOverwritesTheFieldInHand() {
        open("First.");
        page.locator("[name='/title']").focus();
        write("Theirs.");
        save();
        assertThat(field.text()).containsText("Theirs.");

        field.text().click();
        page.keyboard().press("Control+a");
        write("Another text.");
        type("Mine.");
        page.keyboard().press("Control+s");

        page.locator("#conflict").waitFor();
        assertThat(field.text()).hasText("Mine.");
        page.locator("#conflict input[value=theirs]").check();
        page.locator("#conflict button[value=decide]").click();
        assertThat(field.text()).hasText("Another text.");
    }

    @Test
    void wordsSurviveTheEndOfTheSession() {
        open("First.");
        page.context().clearCookies();

        field.text().click();
        page.keyboard().press("End");
        type(" Written after the end.");

        assertThat(page.locator(".save-state")).hasAttribute("data-state", "signed-out");
        Browser.signInElsewhere(page, "editor");
        page.navigate("/studio/guides/" + guide.id() + "/edit");
        page.getByText("Put it back into the draft").click();
        assertThat(field.text()).hasText("First. Written after the end.");
    }

    @Test
    void aLongTextIsWrittenAsItIsTyped() {
        String block =
                "A paragraph with **bold** words, [a link](https://example.com) and `code`, as people write them.\n\n"
                        + "- one\n- two\n\n## Heading\n\n";
        String before = block.repeat(19_800 / block.length()).strip();
        open(before);

        field.text().locator("p").nth(100).click();
        for (int i = 0; i < 100; i++) page.keyboard().press("abcde".substring(i % 5, i % 5 + 1));

        assertThat(field.source()).hasValue(Pattern.compile("(abcde){20}"));
        save();
        assertThat(stored().replaceFirst("(abcde){20}", "")).isEqualTo(before);
    }

    @Test
    void itIsOperatedByKeysAndFitsAPhone() {
        open("Some words");
        page.locator("label[for$='introduction-input']").click();
        assertThat(field.text()).isFocused();
        assertThat(field.text()).hasAccessibleName(Pattern.compile("Introduction.*"));

        page.keyboard().press("Control+a");
        page.keyboard().press("Alt+F10");
        assertThat(field.tool("Bold")).isFocused();
        assertThat(field.tool("Bold")).hasAttribute("aria-pressed", "false");
        page.keyboard().press("ArrowRight");
        page.keyboard().press("Enter");
        assertThat(field.source()).hasValue("*Some words*");
        assertThat(field.tool("Italic")).hasAttribute("aria-pressed", "true");
        page.keyboard().press("Tab");
        assertThat(field.text()).not().isFocused();

        page.setViewportSize(360, 740);
        assertThat((boolean) page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
                .isTrue();
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
        Browser.assertAccessible(page);
    }
}
