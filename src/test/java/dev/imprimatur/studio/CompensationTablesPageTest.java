// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import dev.imprimatur.testing.Browser;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Guides.Ref;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Visitor;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Compensation tables are added, removed and ordered in the form, and their changed amounts are reviewed in percent. */
class CompensationTablesPageTest {
    private static final String TABLES = "/otherCompensation";

    private final Node node = Node.shared();

    private JsonNode draft(Ref guide) {
        return node.as("editor").get(guide.path() + "/draft").ok().get("content");
    }

    private static Locator items(Page page, String list) {
        return page.locator("repeat-list[data-list='" + list + "'] > fieldset > ol > li");
    }

    private static Locator rows(Locator table, String list) {
        return table.locator("repeat-list[data-list$='/" + list + "'] > fieldset > ol > li");
    }

    private static Locator input(Locator item, String name) {
        return item.locator("[name$='/" + name + "']");
    }

    private static void add(Page page, String list) {
        page.locator("repeat-list[data-list='" + list + "'] > fieldset > .add").click();
    }

    private static void add(Locator table, String list) {
        table.locator("repeat-list[data-list$='/" + list + "'] > fieldset > .add")
                .click();
    }

    private static void fill(Locator table, String region, String currency, String period) {
        input(table, "region").fill(region);
        input(table, "currency").selectOption(currency);
        input(table, "period").selectOption(period);
        input(table, "source/title").fill("Pay survey");
        input(table, "source/publisher").fill("A bureau");
        input(table, "source/url").fill("https://www.example.com/survey");
        input(table, "source/accessed").fill("2026-11-29");
    }

    private static void save(Page page) {
        page.keyboard().press("Control+s");
        assertThat(page.locator("#save-state")).hasAttribute("data-state", "saved");
        assertThat(page.locator("#save-state")).containsText(Pattern.compile("^Saved"));
    }

    @Test
    void tablesAreAddedOrderedAndRemoved() {
        var guide = node.guides().drafted();
        try (var browser = Browser.open(node)) {
            var page = browser.signedIn("editor");
            page.navigate("/studio/guides/" + guide.id() + "/edit?write=yes");
            assertThat(page.locator("md-editor:not([data-view=rich], [data-view=source])"))
                    .hasCount(0);

            add(page, TABLES);
            var first = items(page, TABLES).first();
            fill(first, "DE-BY", "EUR", "month");
            add(first, "bands");
            var band = rows(first, "bands").first();
            input(band, "level").fill("Junior");
            input(band, "low").fill("4000.50");
            input(band, "high").fill("5000");
            add(page, TABLES);
            var second = items(page, TABLES).last();
            fill(second, "GB", "GBP", "hour");
            add(second, "percentiles");
            input(rows(second, "percentiles").first(), "level").fill("All");
            input(rows(second, "percentiles").first(), "median").fill("24.5");
            save(page);
            assertThat(draft(guide).at(TABLES + "/0/bands/0/low").decimalValue())
                    .isEqualByComparingTo("4000.5");
            assertThat(draft(guide).at(TABLES + "/1/percentiles/0/median").decimalValue())
                    .isEqualByComparingTo("24.5");
            Browser.assertAccessible(page);

            second.locator("> .item-actions [data-do=up]").click();
            save(page);
            assertThat(draft(guide).at(TABLES).values())
                    .extracting(it -> it.get("region").asString())
                    .containsExactly("GB", "DE-BY");

            items(page, TABLES)
                    .last()
                    .locator("> .item-actions [data-do=remove]")
                    .click();
            save(page);
            assertThat(draft(guide).at(TABLES).values())
                    .extracting(it -> it.get("region").asString())
                    .containsExactly("GB");
            assertThat(draft(guide).get("compensation"))
                    .isEqualTo(Guides.content().get("compensation"));
        }
    }

    @Test
    void tablesAreWrittenWithoutJavaScriptAndFaultsAreNamedByTheirLabels() {
        var guide = node.guides().drafted();
        try (var browser = Browser.open(node)) {
            var page = browser.signedIn("editor", new NewContextOptions().setJavaScriptEnabled(false));
            page.navigate("/studio/guides/" + guide.id() + "/edit");

            add(page, TABLES);
            fill(items(page, TABLES).first(), "US", "USD", "year");
            add(items(page, TABLES).first(), "bands");
            var band = rows(items(page, TABLES).first(), "bands").first();
            input(band, "level").fill("Junior");
            input(band, "low").fill("5000");
            input(band, "high").fill("4000");
            page.locator("button[value=submit]").click();

            var faults = page.locator("#faults");
            assertThat(faults).containsText("More compensation tables › US › Salary bands › Junior › High");
            assertThat(faults).containsText("High (4,000) is below Low (5,000)");
            assertThat(faults).containsText("the compensation table “US, USD, year” is there twice");
            assertThat(faults).not().containsText("/otherCompensation");

            var table = items(page, TABLES).first();
            input(table, "period").selectOption("month");
            input(rows(table, "bands").first(), "high").fill("6000");
            page.locator("button[value=submit]").click();
            assertThat(page.locator("#faults")).not().isVisible();
            assertThat(node.as("editor")
                            .get(guide.path() + "/revisions/1")
                            .ok()
                            .at("/content/otherCompensation/0/bands/0/high")
                            .asInt())
                    .isEqualTo(6000);
        }
    }

    private static ObjectNode table(ArrayNode tables, String region, String currency, String period, double median) {
        var table = tables.addObject()
                .put("region", region)
                .put("currency", currency)
                .put("period", period);
        table.putArray("percentiles").addObject().put("level", "All").put("median", median);
        table.putObject("source")
                .put("title", "Pay survey")
                .put("publisher", "A bureau")
                .put("url", "https://www.example.com/survey")
                .put("accessed", "2026-11-29");
        return table;
    }

    private void saved(Ref guide, ObjectNode content) {
        String etag = node.as("editor").get(guide.path() + "/draft").header("ETag");
        node.as("editor")
                .put(guide.path() + "/draft", content, "If-Match", etag)
                .ok();
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
    }

    @Test
    void aChangedAmountIsReviewedWithItsChangeInPercent() {
        var guide = node.guides().drafted();
        var before = Guides.content();
        ((ObjectNode) before.at("/compensation/bands/0")).put("low", 52_000);
        var tables = before.putArray("otherCompensation");
        table(tables, "DE", "EUR", "month", 4_000.5);
        table(tables, "GB", "GBP", "hour", 24.5);
        saved(guide, before);
        node.guides()
                .decide("reviewer", node.guides().task("reviewer", guide), "approve")
                .ok();
        var delivered = node.guides().read(guide).ok();
        assertThat(delivered.at("/content/otherCompensation")).isEqualTo(before.get("otherCompensation"));
        node.as("editor").post(guide.path() + "/editions", null).ok();
        var after = before.deepCopy();
        ((ObjectNode) after.at("/compensation/bands/0")).put("low", 54_600);
        var list = (ArrayNode) after.get("otherCompensation");
        list.add(list.remove(0));
        ((ObjectNode) list.get(0).at("/percentiles/0")).put("median", 23.75);
        ((ObjectNode) list.get(1)).put("currency", "CHF");
        ((ObjectNode) list.get(1).at("/percentiles/0")).put("median", 5_000);
        saved(guide, after);

        var changes = node.as("editor")
                .get(guide.path() + "/revisions/1/diff/2")
                .ok()
                .get("changes")
                .values();
        assertThat(changes).anySatisfy(change -> {
            assertThat(change.get("pointer").asString()).isEqualTo("/compensation/bands/0/low");
            assertThat(change.get("percent").decimalValue()).isEqualByComparingTo("5");
        });
        String review = Visitor.signedIn(node, "reviewer")
                .get("/studio/guides/" + guide.id() + "/review?view=changes")
                .body()
                .replaceAll("<[^>]*>", "")
                .replaceAll("\\s+", " ");
        assertThat(review)
                .contains("removed: 52,000 → added: 54,600 (+5\u00a0%)")
                .contains("removed: 24.5 → added: 23.75 (−3.1\u00a0%)")
                .doesNotContain("25\u00a0%");
        try (var browser = Browser.open(node)) {
            var page = browser.signedIn("reviewer");
            page.navigate("/studio/guides/" + guide.id() + "/review?view=changes");
            assertThat(page.locator("body")).containsText("(+5\u00a0%)");
            Browser.assertAccessible(page);
            page.navigate("/studio/guides/" + guide.id() + "/review?view=reader");
            Browser.assertAccessible(page);
            page.setViewportSize(360, 800);
            assertThat(page.evaluate("document.documentElement.scrollWidth - innerWidth"))
                    .isEqualTo(0);
        }
    }

    @Test
    void anotherCurrencyIsNamedInsteadOfAPercentage() {
        var guide = node.guides().published();
        node.as("editor").post(guide.path() + "/editions", null).ok();
        var content = Guides.content();
        ((ObjectNode) content.get("compensation")).put("currency", "EUR");
        ((ObjectNode) content.at("/compensation/bands/0")).put("low", 90_000);
        saved(guide, content);

        String review = Visitor.signedIn(node, "reviewer")
                .get("/studio/guides/" + guide.id() + "/review?view=changes")
                .body();

        assertThat(review).contains("(not compared: USD → EUR)").doesNotContain("\u00a0%)");
    }
}
