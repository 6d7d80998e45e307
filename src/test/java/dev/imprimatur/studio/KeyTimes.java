// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.LoadState;
import dev.imprimatur.testing.Browser;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.MarkdownField;
import dev.imprimatur.testing.Node;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Measures the bytes of a first visit to the page of a draft, and the time from a key to its painting. It prints figures and has no
 * limits, which a busy machine would break. Run it with {@code mvn test -Dtest=KeyTimes -Dtest.jvm.args=-Dmeasure.keys=150}.
 */
@EnabledIfSystemProperty(named = "measure.keys", matches = "[0-9]+")
class KeyTimes {
    private static final String PARAGRAPH =
            "The heart of the job is *deployment*, and a normal week moves through the **whole** life of a"
                    + " model with [links](https://example.org/a). ";
    private static final String OBSERVE = """
            () => {
              window.times = [];
              addEventListener('keydown', () => {
                const began = performance.now();
                requestAnimationFrame(() => {
                  const painted = new MessageChannel();
                  painted.port1.onmessage = () => times.push(performance.now() - began);
                  painted.port2.postMessage(0);
                });
              }, true);
            }""";
    private static final String QUANTILES = """
            () => {
              times.sort((a, b) => a - b);
              return [.5, .95, .99].map(it => times[Math.floor(times.length * it)].toFixed(1)).join(', ');
            }""";

    @Test
    void ofTheRichText() {
        int keys = Integer.getInteger("measure.keys");
        var node = Node.shared();
        try (var browser = Browser.open(node)) {
            var page = browser.window(new NewContextOptions().setViewportSize(1440, 900));
            Browser.signInElsewhere(page, "editor");
            var guide = node.guides().drafted();
            System.out.printf("first visit: %.0f KB%n", bytes(page, guide) / 1000);
            var texts = Map.of(
                    "2,000 characters", (PARAGRAPH.repeat(3).strip() + "\n\n").repeat(5),
                    "20,000 characters", (PARAGRAPH.repeat(3).strip() + "\n\n").repeat(50),
                    "one paragraph of 20,000 characters", PARAGRAPH.repeat(150));
            texts.forEach((name, text) -> System.out.printf(
                    "%s: ms from a key to its painting at the 50th, 95th and 99th percentile: %s%n",
                    name, times(page, guide, text.strip(), keys)));
        }
    }

    private static double bytes(Page page, Guides.Ref guide) {
        var sizes = new HashMap<String, Double>();
        var network = page.context().newCDPSession(page);
        network.on(
                "Network.loadingFinished",
                event -> sizes.put(
                        event.get("requestId").getAsString(),
                        event.get("encodedDataLength").getAsDouble()));
        network.send("Network.enable");
        open(page, guide);
        page.waitForLoadState(LoadState.NETWORKIDLE);
        network.detach();
        return sizes.values().stream().mapToDouble(Double::doubleValue).sum();
    }

    private static MarkdownField open(Page page, Guides.Ref guide) {
        page.navigate("/studio/guides/" + guide.id() + "/edit");
        var field = MarkdownField.on(page, "/introduction");
        field.text().waitFor();
        return field;
    }

    private static Object times(Page page, Guides.Ref guide, String text, int keys) {
        var field = open(page, guide);
        field.fill(text);
        page.keyboard().press("Control+s");
        var paragraphs = field.text().locator("p");
        paragraphs.nth(paragraphs.count() / 3).click();
        page.evaluate(OBSERVE);
        for (int i = 0; i < keys; i++) {
            page.keyboard().press(i % 6 == 5 ? "Space" : "KeyA");
            // somebody who types twelve keys a second
            page.waitForTimeout(80);
        }
        return page.evaluate(QUANTILES);
    }
}
