// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.studio.revision.Screenshots;
import dev.imprimatur.testing.Browser;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Guides.Ref;
import dev.imprimatur.testing.Node;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** The values that a reviewer checks are visible, complete, and not below the fold. */
class ReviewLayoutTest {
    /** Finds cells whose content is cut off, by the cell or by an element around it. */
    private static final String CLIPPED = """
            () => [...document.querySelectorAll('.figures td, .figures th, .sheet-row .value')]
              .filter(cell => cell.offsetParent && cell.textContent.trim() && getComputedStyle(cell.closest('thead') ?? cell).position !== 'absolute')
              .flatMap(cell => {
                const found = [];
                if (cell.scrollWidth > cell.clientWidth + 1) found.push(cell.textContent.trim() + ' overflows its cell');
                const box = cell.getBoundingClientRect();
                for (let at = cell.parentElement; at && at !== document.body; at = at.parentElement) {
                  const hides = getComputedStyle(at).overflowX !== 'visible';
                  if (hides && at.scrollWidth > at.clientWidth + 1) found.push(cell.textContent.trim() + ' is cut by ' + at.className);
                  if (hides && box.right > at.getBoundingClientRect().right + 1) found.push(cell.textContent.trim() + ' stands outside ' + at.className);
                }
                if (box.right > innerWidth + 1) found.push(cell.textContent.trim() + ' stands outside the window');
                return found;
              })
            """;

    private final Node node = Node.shared();

    /** A second edition in which all salaries changed, so that cells show both figures, and one level has a longer name. */
    private Ref changedSalaries() {
        var guide = node.guides().published();
        node.as("editor").post(guide.path() + "/editions", null).ok();
        ObjectNode content = Guides.content();
        content.at("/compensation/bands")
                .values()
                .forEach(band -> ((ObjectNode) band)
                        .put("low", band.get("low").asInt() + 1_234_567)
                        .put("high", band.get("high").asInt() + 12_345_678));
        var last = (ObjectNode) content.at("/compensation/bands/2");
        last.put("level", last.get("level").asString() + " or equivalent experience elsewhere");
        content.put("summary", "Another summary.");
        String etag = node.as("editor").get(guide.path() + "/draft").header("ETag");
        node.as("editor")
                .put(guide.path() + "/draft", content, "If-Match", etag)
                .ok();
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
        return guide;
    }

    @Test
    void noFigureIsCutOffAtAnyWidthInAnyView() {
        var guide = changedSalaries();
        try (var browser = Browser.open(node)) {
            var page = browser.signedIn("reviewer");
            for (String view : List.of("both", "changes", "reader")) {
                page.navigate("/studio/guides/" + guide.id() + "/review?view=" + view);
                assertThat(page.locator(".figures td").first()).isAttached();
                if (!view.equals("reader"))
                    assertThat(page.locator(".figures td:has(del):has(ins)").first())
                            .isAttached();
                for (int width : List.of(360, 390, 768, 1024, 1280, 1440, 1920)) {
                    page.setViewportSize(width, 900);
                    assertThat((List<?>) page.evaluate(CLIPPED))
                            .as(view + " at " + width)
                            .isEmpty();
                    assertThat(page.evaluate("document.documentElement.scrollWidth - innerWidth"))
                            .as(view + " at " + width)
                            .isEqualTo(0);
                }
                page.setViewportSize(1440, 900);
                Screenshots.take(page, "salaries-" + view);
            }
            Browser.assertAccessible(page);
            page.setViewportSize(360, 800);
            page.navigate("/studio/guides/" + guide.id() + "/review");
            Browser.assertAccessible(page);
        }
    }

    @Test
    void theFirstChangeStandsWithinTheWindow() {
        var guide = changedSalaries();
        try (var browser = Browser.open(node)) {
            var page = browser.signedIn("reviewer");
            page.setViewportSize(1440, 900);
            page.navigate("/studio/guides/" + guide.id() + "/review");

            var first = page.locator(".sheet-row.is-changed").first();
            assertThat(first).isVisible();
            var box = first.locator("ins, del").first().boundingBox();
            assertThat(box.y + box.height).isBetween(0.0, 900.0);
            assertThat(page.locator(".where")).not().hasAttribute("open", "");
            assertThat(page.locator(".where summary")).containsText("Review");
            page.locator(".where summary").click();
            assertThat(page.locator(".drawing")).isVisible();
        }
    }
}
