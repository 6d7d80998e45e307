// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.administration;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.FilePayload;
import dev.imprimatur.testing.Browser;
import dev.imprimatur.testing.Node;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Workflows in a browser: files are read in their encoding, and the modeller loses no work and offers only what the check accepts. */
class ModellerTest {
    private static final String BENCH = "/studio/workflows/bench";

    private final Node node = Node.shared();

    @Test
    void aFileIsReadInTheEncodingThatItNames() {
        try (var browser = Browser.open(node)) {
            var page = browser.signedIn("admin");
            page.navigate(BENCH);
            for (var encoding : List.of(StandardCharsets.ISO_8859_1, StandardCharsets.UTF_8, StandardCharsets.UTF_16)) {
                String text = "<?xml version='1.0' encoding='" + encoding.name() + "'?><a n='Prüfung'/>";
                page.locator("#file").setInputFiles(new FilePayload("a.bpmn", "text/xml", text.getBytes(encoding)));
                assertThat(page.locator("#bpmn")).hasValue(text);
            }
            page.locator("#file")
                    .setInputFiles(new FilePayload(
                            "b.bpmn",
                            "text/xml",
                            "<?xml version='1.0'?><a n='Prüfung'/>".getBytes(StandardCharsets.ISO_8859_1)));
            assertThat(page.locator("[role=status]").first()).containsText("cannot be read as utf-8");

            var plain = browser.signedIn("admin", new NewContextOptions().setJavaScriptEnabled(false));
            plain.navigate(BENCH);
            assertThat(plain.locator("#file")).isHidden();
            assertThat(plain.getByText("paste its text")).isVisible();
            browser.assertNoComplaints();
        }
    }

    @Test
    void theDrawingIsKeptAndShownBesideThePalette() {
        try (var browser = Browser.open(node)) {
            var page = browser.signedIn("admin");
            var asked = new ArrayList<String>();
            page.onDialog(dialog -> {
                asked.add(dialog.type());
                dialog.accept();
            });
            page.navigate("/studio/workflows/modeller?workflow=role-guide-review");
            var palette = page.locator(".djs-palette");
            assertThat(palette.locator("[data-action='create.user-task']")).isVisible();
            assertThat(palette.locator("[data-action='create.data-object']")).hasCount(0);
            assertThat(palette.locator("[data-action='create.participant-expanded']"))
                    .hasCount(0);
            var start = page.locator("g.djs-shape[data-element-id='edition-opened']");
            var beside = palette.boundingBox();
            assertThat(start.boundingBox().x).isGreaterThan(beside.x + beside.width);
            double before = start.boundingBox().width;
            page.getByText("Larger").click();
            assertThat(start.boundingBox().width).isGreaterThan(before);
            page.getByText("Show all").click();
            assertThat(start.boundingBox().width).isEqualTo(before);

            page.locator("g.djs-shape[data-element-id='review']").click();
            page.getByLabel("Name", new Page.GetByLabelOptions().setExact(true)).fill("Read it all");
            page.keyboard().press("Tab");
            var field = page.locator("#bpmn");
            assertThat(field).hasValue(Pattern.compile("name=\"Read it all\""));
            page.reload();

            assertThat(asked).containsExactly("beforeunload");
            assertThat(field).not().hasValue(Pattern.compile("name=\"Read it all\""));
            page.getByText("Go on with it").click();
            assertThat(field).hasValue(Pattern.compile("name=\"Read it all\""));
            assertThat(asked).hasSize(1);
            browser.assertNoComplaints();
        }
    }
}
