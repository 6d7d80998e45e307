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
