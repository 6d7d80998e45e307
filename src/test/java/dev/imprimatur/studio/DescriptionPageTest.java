// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Browser.NewContextOptions;
import dev.imprimatur.testing.Browser;
import dev.imprimatur.testing.Node;
import java.util.HashMap;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The page with the API description, in a browser under the content security policy of the studio. */
class DescriptionPageTest {
    private final Node node = Node.shared();

    /** The page draws only those of many operations that are in view, so the addresses of the operations are followed. */
    @Test
    void whoeverIsNotSignedInReadsEveryOperationAndItsParameters() {
        var last = new HashMap<String, String>();
        for (var path : node.nobody().get("/openapi.json").ok().get("paths").values())
            for (var operation : path.values())
                last.put(
                        operation.get("tags").get(0).asString(),
                        operation.get("operationId").asString());
        try (var browser = Browser.open(node)) {
            var page = browser.window(new NewContextOptions().setViewportSize(1440, 900));
            for (String tag : List.of("guides", "administration", "operations")) {
                page.navigate("/docs#/" + tag + "/" + last.get(tag));
                page.reload();
                assertThat(page.locator("#operations-" + tag + "-" + last.get(tag) + " .opblock-body"))
                        .isVisible();
            }
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
