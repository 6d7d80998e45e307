// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Browser.NewContextOptions;
import dev.imprimatur.testing.Browser;
import dev.imprimatur.testing.Node;
import java.util.HashSet;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The page with the API description, in a browser under the content security policy of the studio. */
class DescriptionPageTest {
    private static final int MOST_STEPS = 400;

    private final Node node = Node.shared();

    /** The page draws only those of many operations that are in view, so the test reads it from its top to its end. */
    @Test
    void whoeverIsNotSignedInReadsEveryOperationAndItsParameters() {
        int operations = node.nobody().get("/openapi.json").ok().get("paths").values().stream()
                .mapToInt(JsonNode::size)
                .sum();
        try (var browser = Browser.open(node)) {
            var page = browser.window(new NewContextOptions().setViewportSize(1440, 900));
            page.navigate("/docs");
            page.locator(".opblock").first().waitFor();
            var seen = new HashSet<Object>();
            for (int step = 0; step < MOST_STEPS && seen.size() < operations; step++) {
                seen.addAll((List<?>) page.locator(".opblock").evaluateAll("all => all.map(it => it.id)"));
                page.mouse().wheel(0, 600);
                page.waitForTimeout(20);
            }
            Assertions.assertThat(seen).hasSize(operations);
            page.navigate("/docs#/delivery/listPublishedRoleGuide");
            page.reload();
            var list = page.locator("#operations-delivery-listPublishedRoleGuide");
            assertThat(list.locator("[data-param-name='compensation.dataYear.min']"))
                    .isVisible();
            assertThat(list.locator(".response[data-code='503']")).isVisible();
            browser.assertNoComplaints();
        }
    }
}
