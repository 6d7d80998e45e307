// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.assertions.LocatorAssertions.HasCountOptions;
import dev.imprimatur.testing.Browser;
import dev.imprimatur.testing.Node;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The page with the API description, in a browser under the content security policy of the studio. */
class DescriptionPageTest {
    private final Node node = Node.shared();

    @Test
    void whoeverIsNotSignedInReadsEveryOperationAndItsParameters() {
        int operations = node.nobody().get("/openapi.json").ok().get("paths").values().stream()
                .mapToInt(JsonNode::size)
                .sum();
        try (var browser = Browser.open(node)) {
            var page = browser.window(new NewContextOptions().setViewportSize(1440, 900));
            page.navigate("/docs");

            assertThat(page.locator(".opblock")).hasCount(operations, new HasCountOptions().setTimeout(30_000));
            var list = page.locator("#operations-delivery-listPublishedRoleGuide");
            list.locator(".opblock-summary-control").click();
            assertThat(list.locator("[data-param-name='compensation.dataYear.min']"))
                    .isVisible();
            assertThat(list.locator(".response[data-code='503']")).isVisible();
            browser.assertNoComplaints();
        }
    }
}
