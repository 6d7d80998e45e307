// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import dev.imprimatur.testing.Browser;
import dev.imprimatur.testing.MarkdownField;
import dev.imprimatur.testing.Node;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The shortcuts of the source of Markdown fields: each has one effect, and both the same shortcut and the undo of the browser revert it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MarkdownToolsTest {
    private Browser browser;
    private Locator text;
    private Page page;

    @BeforeAll
    void open() {
        var node = Node.shared();
        browser = Browser.open(node);
        page = browser.signedIn("editor");
        page.navigate("/studio/guides/" + node.guides().drafted().id() + "/edit");
        text = MarkdownField.on(page, "/introduction").show(true).source();
    }

    @AfterAll
    void close() {
        browser.assertNoComplaints();
        browser.close();
    }

    /** Writes the text and selects the part between ‹ and ›. */
    private void write(String marked) {
        int from = marked.indexOf('‹');
        int to = marked.indexOf('›') - 1;
        text.focus();
        text.fill(marked.replace("‹", "").replace("›", ""));
        text.evaluate("(it, [from, to]) => it.setSelectionRange(from, to)", List.of(from, to));
    }

    private String written() {
        return (String) text.evaluate("it => it.value.slice(0, it.selectionStart) + '‹'"
                + " + it.value.slice(it.selectionStart, it.selectionEnd) + '›' + it.value.slice(it.selectionEnd)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '§',
            quoteCharacter = '`',
            value = {
                "b § say ‹› § say **‹bold›**",
                "b § say ‹word› here § say **‹word›** here",
                "b § say ‹word ›here § say **‹word›** here",
                "b § wo‹›rd § **‹word›**",
                "b § **bo‹›ld** § bo‹›ld",
                "b § **bold‹›** § **bold**‹›",
                "b § ‹**all**› § ‹all›",
                "b § **‹all›** § ‹all›",
                "i § *‹all›* § ‹all›",
                "b § _‹both›_ § _**‹both›**_",
                "b § **_‹both›_** § _‹both›_",
                "i § **_‹both›_** § **‹both›**",
                "i § ***‹both›*** § **‹both›**",
                "b § **one ‹two› three** § **one** ‹two› **three**",
                "b § ‹**one** and two› § **‹one and two›**",
                "b § ‹one\\ntwo› § ‹**one**\\n**two**›",
                "b § ‹- one\\n- two\\n\\n> three› § ‹- **one**\\n- **two**\\n\\n> **three**›",
                "b § ‹**one**\\n**two**› § ‹one\\ntwo›",
                "i § snake‹›_case § snake*‹italic›*_case",
                "b § हि‹न्दी› § हि**‹न्दी›**",
                "k § see ‹this› § see [‹this›](https://)",
                "k § [th‹›is](https://www.example.com) § ‹this›"
            })
    void aKeyIsUndoneByItselfAndByTheBrowser(String key, String before, String after) {
        String first = before.replace("\\n", "\n");
        String then = after.replace("\\n", "\n");
        write(first);

        page.keyboard().press("Control+" + key);
        assertThat(written()).isEqualTo(then);
        page.keyboard().press("Control+" + key);
        assertThat(written()).isEqualTo(first);
        page.keyboard().press("Control+" + key);
        assertThat(written()).isEqualTo(then);

        String plain = then.replace("‹", "").replace("›", "");
        String original = first.replace("‹", "").replace("›", "");
        if (!plain.equals(original)) {
            page.keyboard().press("Control+z");
            assertThat(text).hasValue(original);
            page.keyboard().press("Control+Shift+z");
            assertThat(text).hasValue(plain);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '§',
            quoteCharacter = '`',
            value = {
                "List § ‹one\\n\\n- two› § - one\\n\\n- two",
                "List § ‹- one\\n- two› § one\\ntwo",
                "Heading § ## o‹›ne § ### one",
                "Quote § ‹one\\ntwo› § > one\\n> two"
            })
    void linesAreMarkedAllOrNone(String tool, String before, String after) {
        write(before.replace("\\n", "\n"));

        MarkdownField.on(page, "/introduction").tool(tool).click();

        assertThat(text).hasValue(after.replace("\\n", "\n"));
    }
}
