// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import dev.imprimatur.studio.revision.Screenshots;
import dev.imprimatur.testing.Browser;
import dev.imprimatur.testing.Guides.Ref;
import dev.imprimatur.testing.Node;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Every text that a person types into a draft, in a real browser, is in the draft, in a conflict, or kept for its author. */
@Tag("long")
class DraftKeepingTest {
    private static final Pattern SAVED = Pattern.compile("^Saved");
    private static final String EDITS = "**/edits";

    private final Node node = Node.shared();

    private static Page openEditPage(Browser browser, String who, Ref guide) {
        var page = browser.signedIn(who);
        open(page, guide);
        return page;
    }

    private static void open(Page page, Ref guide) {
        page.navigate("/studio/guides/" + guide.id() + "/edit?write=yes");
        // the fields below move until these are shown
        assertThat(page.locator("md-editor:not([data-view=rich], [data-view=source])"))
                .hasCount(0);
    }

    private static Locator items(Page page, String list) {
        return page.locator("repeat-list[data-list='" + list + "'] > fieldset > ol > li");
    }

    private static Locator input(Locator item, String name) {
        return item.locator("[name$='/" + name + "']");
    }

    private static Locator input(Page page, String path) {
        return page.locator("[name='" + path + "']");
    }

    private static Locator band(Page page, int place, String name) {
        return input(items(page, "/compensation/bands").nth(place), name);
    }

    private static Locator duty(Page page, int place) {
        return items(page, "/duties/items").nth(place).locator("textarea, input:not([type=hidden])");
    }

    private static Locator state(Page page) {
        return page.locator("#save-state");
    }

    private static void save(Page page) {
        page.keyboard().press("Control+s");
        assertThat(state(page)).hasAttribute("data-state", "saved");
        assertThat(state(page)).containsText(SAVED);
    }

    private JsonNode draft(Ref guide) {
        return node.as("editor").get(guide.path() + "/draft").ok();
    }

    private JsonNode content(Ref guide) {
        return draft(guide).get("content");
    }

    private List<String> duties(Ref guide) {
        return content(guide).at("/duties/items").values().stream()
                .map(JsonNode::asString)
                .toList();
    }

    private List<String> contributors(Ref guide) {
        return draft(guide).get("contributors").values().stream()
                .map(JsonNode::asString)
                .toList();
    }

    private static Locator kept(Page page) {
        return page.locator(".kept-words");
    }

    @Test
    void whatAColleagueChangedInTheSameRowIsNeverWrittenBack() {
        var guide = node.guides().drafted();
        int before = duties(guide).size();
        try (var browser = Browser.open(node)) {
            var first = openEditPage(browser, "editor", guide);
            var second = openEditPage(browser, "second-editor", guide);
            band(first, 1, "high").fill("990000");
            first.locator("repeat-list[data-list='/duties/items'] > fieldset > .add")
                    .click();
            duty(first, before).fill("A duty of the first editor");
            save(first);

            band(second, 1, "level").fill("Another level");
            save(second);
            assertThat(band(second, 1, "high")).hasValue("990000");
            assertThat(duty(second, before)).hasValue("A duty of the first editor");
            assertThat(second.locator("#others")).containsText(Pattern.compile("The editor\\W? changed"));
            band(second, 1, "level").pressSequentially(" of the second");
            save(second);

            assertThat(content(guide).at("/compensation/bands/1/high").asInt()).isEqualTo(990000);
            assertThat(content(guide).at("/compensation/bands/1/level").asString())
                    .isEqualTo("Another level of the second");
            assertThat(duties(guide)).hasSize(before + 1).contains("A duty of the first editor");
            Browser.assertAccessible(second);
            Screenshots.take(second, "edit-theirs");
            browser.assertNoComplaints();
        }
    }

    @Test
    void whatAColleagueChangesInTheFieldInHandWaitsUntilItIsLeft() {
        var guide = node.guides().drafted();
        try (var browser = Browser.open(node)) {
            var page = openEditPage(browser, "editor", guide);
            String mine = input(page, "/byline").inputValue();
            input(page, "/byline").focus();
            node.as("second-editor");
            patch(guide, Map.of("byline", "A colleague’s byline"));
            page.keyboard().press("Control+s");
            assertThat(state(page)).containsText("The second-editor");
            assertThat(input(page, "/byline")).hasValue(mine);

            // a change that appears with the click on the button has not been seen before the click
            page.getByText("Submit revision 1 for review").click();
            assertThat(page.locator("#between")).containsText("Byline");
            assertThat(input(page, "/byline")).hasValue("A colleague’s byline");
            assertThat(guideState(guide)).isEqualTo("draft");
            Browser.assertAccessible(page);
            Screenshots.take(page, "edit-between");

            Awaitility.await().pollDelay(Duration.ofMillis(1_600)).until(() -> true);
            page.getByText("Submit revision 1 for review").click();
            assertThat(page.locator(".notice").first()).containsText("submitted for review");
            assertThat(guideState(guide)).isEqualTo("in-review");
        }
    }

    private void patch(Ref guide, Map<String, Object> change) {
        String etag = node.as("second-editor").get(guide.path() + "/draft").header("ETag");
        node.as("second-editor")
                .patch(guide.path() + "/draft", change, "If-Match", etag)
                .ok();
    }

    private String guideState(Ref guide) {
        return node.guides().state(guide).get("edition").get("state").asString();
    }

    @Test
    void aStaleSubmissionShowsWhatCameInBetween() {
        var guide = node.guides().drafted();
        try (var browser = Browser.open(node)) {
            var page = openEditPage(browser, "editor", guide);
            page.getByLabel("What changed, for the reviewer").fill("A message that stays.");
            patch(guide, Map.of("summary", "Slipped in before the click."));

            page.getByText("Submit revision 1 for review").click();

            assertThat(page.locator("#between")).containsText("The second-editor changed something meanwhile");
            assertThat(page.locator("#between")).containsText("Summary");
            assertThat(input(page, "/summary")).hasValue("Slipped in before the click.");
            assertThat(page.getByLabel("What changed, for the reviewer")).hasValue("A message that stays.");
            assertThat(guideState(guide)).isEqualTo("draft");
            page.reload();
            assertThat(page.getByLabel("What changed, for the reviewer")).hasValue("A message that stays.");
            page.getByText("Submit revision 1 for review").click();
            assertThat(page.locator(".notice").first()).containsText("submitted for review");
            assertThat(page.locator(".submission")).containsText("A message that stays.");
            assertThat((Integer) page.evaluate("localStorage.length")).isZero();
        }
    }

    @Test
    void afterTheSessionEndedASignInInAnotherTabIsEnough() {
        var guide = node.guides().drafted();
        try (var browser = Browser.open(node)) {
            var page = openEditPage(browser, "editor", guide);
            page.context().clearCookies();
            input(page, "/summary").fill("Typed after the session had ended.");
            assertThat(state(page)).containsText("You are signed out");
            assertThat(content(guide).toString()).doesNotContain("Typed after");
            Browser.signInElsewhere(page, "editor");
            save(page);
            assertThat(content(guide).get("summary").asString()).isEqualTo("Typed after the session had ended.");
            assertThat((Integer) page.evaluate("localStorage.length")).isZero();
            page.getByText("Submit revision 1 for review").click();
            assertThat(page.locator(".notice").first()).containsText("submitted for review");
        }
    }

    @Test
    void underAnotherAccountNothingIsSentShownOrCounted() {
        var guide = node.guides().drafted();
        try (var browser = Browser.open(node)) {
            var page = openEditPage(browser, "editor", guide);
            page.context().clearCookies();
            Browser.signInElsewhere(page, "second-editor");
            input(page, "/summary").fill("Only the first editor wrote this.");
            assertThat(state(page)).containsText("You are signed in as \u2068The second-editor\u2069 now");
            assertThat(content(guide).toString()).doesNotContain("Only the first editor");

            open(page, guide);
            assertThat(page.locator("body")).not().containsText("Only the first editor");
            assertThat(input(page, "/summary")).not().hasValue("Only the first editor wrote this.");
            input(page, "/byline").fill("By the second");
            save(page);
            assertThat(content(guide).toString()).doesNotContain("Only the first editor");

            page.context().clearCookies();
            Browser.signInElsewhere(page, "editor");
            page.navigate("/studio");
            assertThat(kept(page)).containsText("Only the first editor wrote this.");
            Browser.assertAccessible(page);
            Screenshots.take(page, "home-kept");
            kept(page).getByText("Open the guide").click();
            assertThat(kept(page)).containsText("Only the first editor wrote this.");
            Browser.assertAccessible(page);
            Screenshots.take(page, "edit-kept");
            kept(page).getByText("Put it back into the draft").click();
            assertThat(input(page, "/summary")).hasValue("Only the first editor wrote this.");
            save(page);
            assertThat(content(guide).get("summary").asString()).isEqualTo("Only the first editor wrote this.");
            assertThat(content(guide).get("byline").asString()).isEqualTo("By the second");
            assertThat(contributors(guide)).containsExactlyInAnyOrder("editor", "second-editor");
        }
    }

    @Test
    void whatClosedTabsLeftIsOfferedWholeForEachOfThem() {
        var guide = node.guides().drafted();
        int before = duties(guide).size();
        try (var browser = Browser.open(node)) {
            var first = openEditPage(browser, "editor", guide);
            var context = first.context();
            var second = context.newPage();
            open(second, guide);
            context.route(EDITS, Route::abort);
            first.locator("repeat-list[data-list='/duties/items'] > fieldset > .add")
                    .click();
            duty(first, before).fill("Of the first tab, in a new row");
            input(first, "/byline").fill("The first tab’s byline");
            input(second, "/summary").fill("Of the second tab");
            assertThat(state(first)).containsText("kept in this browser");
            assertThat(state(second)).containsText("kept in this browser");
            first.close();
            second.close();
            context.unroute(EDITS);

            // meanwhile, a colleague replaces the list
            patch(guide, Map.of("duties", Map.of("items", List.of("Only this is left"))));
            var page = context.newPage();
            open(page, guide);
            assertThat(kept(page)).hasCount(2);
            assertThat(kept(page).first()).containsText("Of the first tab, in a new row");
            assertThat(kept(page).last()).containsText("Of the second tab");
            kept(page).first().getByText("Put it back").click();
            assertThat(kept(page)).hasCount(1);
            save(page);
            kept(page).first().getByText("Put it back").click();
            assertThat(kept(page)).hasCount(0);
            save(page);

            assertThat(duties(guide)).contains("Only this is left", "Of the first tab, in a new row");
            assertThat(content(guide).get("byline").asString()).isEqualTo("The first tab’s byline");
            assertThat(content(guide).get("summary").asString()).isEqualTo("Of the second tab");
        }
    }

    @Test
    void whatWasNotSavedIsStillThereAfterSavingByHandFailed() {
        var guide = node.guides().drafted();
        try (var browser = Browser.open(node)) {
            var page = openEditPage(browser, "editor", guide);
            page.route(EDITS, Route::abort);
            input(page, "/summary").fill("Saved by hand while offline");
            page.getByText("Save draft").click();
            assertThat(state(page)).containsText("Offline");
            page.reload();
            assertThat(kept(page)).containsText("Saved by hand while offline");
            page.unroute(EDITS);
            kept(page).getByText("Put it back").click();
            save(page);
            assertThat(content(guide).get("summary").asString()).isEqualTo("Saved by hand while offline");
        }
    }

    @Test
    void aFaultStandsAtItsOwnRowWhateverBecameOfTheList() {
        var guide = node.guides().drafted();
        var entry = content(guide).at("/compensation/bands/0");
        try (var browser = Browser.open(node)) {
            var page = openEditPage(browser, "editor", guide);
            band(page, 2, "high").fill("112,5oo");
            items(page, "/compensation/bands")
                    .first()
                    .locator("[data-do=remove]")
                    .click();
            page.keyboard().press("Control+s");
            assertThat(state(page)).containsText("Saved, but for what is marked");
            var row = items(page, "/compensation/bands").nth(1);
            assertThat(input(row, "high")).hasValue("112,5oo");
            assertThat(row.locator("[data-field$='/high'] > .fault")).not().isEmpty();
            assertThat(page.locator(".fault:not(:empty)")).hasCount(1);
            assertThat(content(guide).at("/compensation/bands").size()).isEqualTo(2);

            page.locator("repeat-list[data-list='/compensation/bands'] > fieldset > .add")
                    .click();
            var fresh = items(page, "/compensation/bands").last();
            input(fresh, "low").fill("many");
            page.keyboard().press("Control+s");
            assertThat(fresh.locator("[data-field$='/low'] > .fault")).not().isEmpty();
            input(fresh, "low").fill("1000");
            input(row, "high").fill("112500");
            save(page);
            assertThat(content(guide).at("/compensation/bands/1/high").asInt()).isEqualTo(112500);

            page.locator("repeat-list[data-list='/compensation/bands'] > fieldset > .back")
                    .click();
            save(page);
            assertThat(content(guide).at("/compensation/bands").values().stream()
                            .toList())
                    .hasSize(4)
                    .first()
                    .isEqualTo(entry);
            Browser.assertAccessible(page);
        }
    }

    @Test
    void enterSavesAndLeavesThePageWhereItIs() {
        var guide = node.guides().drafted();
        try (var browser = Browser.open(node)) {
            var page = openEditPage(browser, "editor", guide);
            var level = band(page, 2, "level");
            level.fill("Senior and lead");
            double at = ((Number) page.evaluate("scrollY")).doubleValue();
            level.press("Enter");
            assertThat(state(page)).hasAttribute("data-state", "saved");
            assertThat(level).isFocused();
            assertThat(((Number) page.evaluate("scrollY")).doubleValue()).isEqualTo(at);
            assertThat(content(guide).at("/compensation/bands/2/level").asString())
                    .isEqualTo("Senior and lead");
        }
    }

    @Test
    void decidingLaterKeepsTheQuestionAndSavesTheRest() {
        var guide = node.guides().drafted();
        try (var browser = Browser.open(node)) {
            var page = openEditPage(browser, "editor", guide);
            patch(guide, Map.of("summary", "Entirely theirs"));
            input(page, "/summary").fill("Mine, all of it");
            page.keyboard().press("Control+s");
            page.locator("#conflict").getByText("Decide later").click();
            input(page, "/byline").fill("Saved while the question is open");
            assertThat(state(page)).containsText("All else is saved");
            Awaitility.await()
                    .until(() -> content(guide).get("byline").asString(), "Saved while the question is open"::equals);
            assertThat(page.locator("#conflict")).not().isVisible();
            assertThat(content(guide).get("summary").asString()).isEqualTo("Entirely theirs");
            Screenshots.take(page, "edit-asked");
            Browser.assertAccessible(page);

            page.reload();
            assertThat(kept(page)).containsText("Mine, all of it");
            kept(page).getByText("Put it back").click();
            page.locator("#conflict").getByText("Save what is chosen").click();
            assertThat(state(page)).containsText(SAVED);
            assertThat(content(guide).get("summary").asString()).isEqualTo("Mine, all of it");
        }
    }

    /** A colleague removes the first band and the first duty from the draft. */
    private void removeFirstItems(Ref guide) {
        var bands = new ArrayList<Object>(content(guide).at("/compensation/bands").values().stream()
                .skip(1)
                .toList());
        patch(
                guide,
                Map.of(
                        "compensation", Map.of("bands", bands),
                        "duties", Map.of("items", duties(guide).stream().skip(1).toList())));
    }

    private JsonNode bandCalled(Ref guide, String level) {
        return content(guide).at("/compensation/bands").values().stream()
                .filter(band -> band.path("level").asString("").equals(level))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void anItemThatAColleagueRemovedIsPutBackWithAllThatWasInIt() {
        var guide = node.guides().drafted();
        var first = content(guide).at("/compensation/bands/0");
        try (var browser = Browser.open(node)) {
            var page = openEditPage(browser, "editor", guide);
            removeFirstItems(guide);
            band(page, 0, "level").fill("Put back");
            page.keyboard().press("Control+s");
            assertThat(page.locator("#conflict")).containsText("It was removed while you wrote in it");
            assertThat(band(page, 0, "high")).hasValue(first.get("high").asString());
            page.getByText("Save what is chosen").click();
            save(page);
        }
        var back = bandCalled(guide, "Put back");
        for (String name : List.of("low", "high", "minYears"))
            assertThat(back.get(name)).as(name).isEqualTo(first.get(name));
    }

    @Test
    void wordsOfAClosedTabComeBackWithTheItemThatTheyWereIn() {
        var guide = node.guides().drafted();
        var first = content(guide).at("/compensation/bands/0");
        try (var browser = Browser.open(node)) {
            var page = openEditPage(browser, "editor", guide);
            var context = page.context();
            context.route(EDITS, Route::abort);
            band(page, 0, "high").fill("990001");
            duty(page, 0).fill("Written before the tab was closed");
            items(page, "/duties/items").nth(1).locator("[data-do=remove]").click();
            page.locator("repeat-list[data-list='/compensation/bands'] > fieldset > .add")
                    .click();
            var fresh = items(page, "/compensation/bands").last();
            input(fresh, "level").fill("Principal");
            input(fresh, "high").fill("3x");
            assertThat(state(page)).containsText("kept in this browser");
            page.close();
            context.unroute(EDITS);
            removeFirstItems(guide);

            page = context.newPage();
            open(page, guide);
            assertThat(kept(page)).containsText("Written before the tab was closed");
            assertThat(kept(page)).containsText(": removed (");
            kept(page).getByText("Put it back").click();
            assertThat(page.locator("#conflict fieldset")).hasCount(2);
            Screenshots.take(page, "edit-put-back");
            page.locator("#conflict").getByText("Decide later").click();
            assertThat(band(page, 0, "high")).hasValue("990001");
            page.getByText("Decide what to keep").click();
            page.getByText("Save what is chosen").click();
            assertThat(state(page)).containsText("Saved, but for what is marked");
            var last = items(page, "/compensation/bands").last();
            assertThat(input(last, "high")).hasValue("3x");
            assertThat(last.locator("[data-field$='/high'] > .fault")).containsText("“3x” is not a number");
            assertThat(page.locator("#others")).isEmpty();
            input(last, "high").fill("300000");
            save(page);
            assertThat(kept(page)).hasCount(0);
            assertThat((Integer) page.evaluate("localStorage.length")).isZero();
        }
        var back = bandCalled(guide, first.get("level").asString());
        assertThat(back.get("high").asInt()).isEqualTo(990001);
        assertThat(back.get("low")).isEqualTo(first.get("low"));
        assertThat(bandCalled(guide, "Principal").get("high").asInt()).isEqualTo(300000);
        assertThat(duties(guide)).contains("Written before the tab was closed");
    }

    @Test
    void nobodyIsAskedInTheMiddleOfAWord() {
        var guide = node.guides().drafted();
        String typed = "every key of a long sentence that is typed while two bylines collide";
        try (var browser = Browser.open(node)) {
            var page = openEditPage(browser, "editor", guide);
            patch(guide, Map.of("byline", "Theirs"));
            input(page, "/byline").fill("Mine");
            input(page, "/summary").fill("");
            input(page, "/summary").pressSequentially(typed, new Locator.PressSequentiallyOptions().setDelay(60));
            assertThat(input(page, "/summary")).hasValue(typed);
            assertThat(page.locator("#conflict")).isVisible();
            // a person who is typing can continue to type
            page.keyboard().type(" and goes on");
            assertThat(page.locator("#conflict")).isHidden();
            assertThat(input(page, "/summary")).hasValue(typed + " and goes on");
            assertThat(page.locator("#conflict")).isVisible();
        }
    }

    @Test
    void whatStandsInTheWayOfASubmissionIsShown() {
        var guide = node.guides().drafted();
        try (var browser = Browser.open(node)) {
            var page = openEditPage(browser, "editor", guide);
            band(page, 0, "high").fill("95k");
            page.getByText("Submit revision 1 for review").click();
            assertThat(page.locator("#faults")).containsText("“95k” is not a number");
            assertThat(page.locator("#faults")).isFocused();
            assertThat(page.locator("#missing")).containsText("1 thing is missing or wrong");
            Screenshots.take(page, "edit-stuck");
            band(page, 0, "high").fill("95000");
            save(page);

            patch(guide, Map.of("byline", "Theirs"));
            input(page, "/byline").fill("Mine");
            page.keyboard().press("Control+s");
            page.locator("#conflict").getByText("Decide later").click();
            page.getByText("Submit revision 1 for review").click();
            assertThat(page.locator("#conflict")).isVisible();
            page.locator("#conflict").getByText("Decide later").click();

            // a conflict that is found only by the submission
            patch(guide, Map.of("summary", "Theirs, too"));
            input(page, "/summary").fill("Mine, too");
            page.getByText("Submit revision 1 for review").click();
            assertThat(page.locator("#conflict fieldset")).hasCount(2);
            assertThat(page.locator("#conflict")).isVisible();
            assertThat(guideState(guide)).isEqualTo("draft");
            browser.assertNoComplaints();
        }
    }

    @Test
    void aSaveBySomebodyWhoChangedNothingChangesNothing() {
        var guide = node.guides().drafted();
        String etag = node.as("editor").get(guide.path() + "/draft").header("ETag");
        try (var browser = Browser.open(node)) {
            var page = openEditPage(browser, "second-editor", guide);
            assertThat(page.locator("md-editor:not([data-view=rich])")).hasCount(0);
            for (var input : page.locator("#edit :is(input, textarea, .ProseMirror):visible")
                    .all()) input.focus();
            save(page);
            assertThat(node.as("editor").get(guide.path() + "/draft").header("ETag"))
                    .isEqualTo(etag);
            assertThat(contributors(guide)).containsExactly("editor");
        }
    }

    /** Decides what happens to each request for edits, in order, and holds requests and answers back. */
    private static final class UnreliableNetwork {
        private final Deque<Consumer<Route>> fates = new ArrayDeque<>();
        private final List<Runnable> held = new ArrayList<>();

        void attachTo(Page page) {
            page.route(EDITS, route -> {
                var fate = fates.poll();
                if (fate == null) route.resume();
                else fate.accept(route);
            });
        }

        void next(List<Consumer<Route>> some) {
            fates.addAll(some);
        }

        void requestIsLost(Route route) {
            route.abort();
        }

        void answerIsLost(Route route) {
            route.fetch();
            route.abort();
        }

        void isDoubled(Route route) {
            route.fetch();
            route.fulfill(new Route.FulfillOptions().setResponse(route.fetch()));
        }

        void isLate(Route route) {
            held.add(route::resume);
        }

        void answerIsLate(Route route) {
            var answer = route.fetch();
            held.add(() -> route.fulfill(new Route.FulfillOptions().setResponse(answer)));
        }

        void recover() {
            fates.clear();
            held.forEach(Runnable::run);
            held.clear();
        }
    }

    @Test
    void threePeopleLoseNothingInBadWeather() {
        var guide = node.guides().drafted();
        int before = duties(guide).size();
        try (var browser = Browser.open(node)) {
            var one = openEditPage(browser, "editor", guide);
            var two = openEditPage(browser, "second-editor", guide);
            var three = openEditPage(browser, "both", guide);
            var network = new UnreliableNetwork();
            List.of(one, two, three).forEach(network::attachTo);
            network.next(List.of(network::answerIsLost, network::isLate, network::isDoubled));

            band(one, 0, "high").fill("880000");
            one.keyboard().press("Control+s");
            assertThat(state(one)).containsText("kept in this browser");
            band(two, 0, "level").fill("Beginner (two)");
            two.keyboard().press("Control+s");
            assertThat(state(two)).containsText("Saving");
            duty(three, 0).fill("Rewritten by three");
            three.locator("repeat-list[data-list='/duties/items'] > fieldset > .add")
                    .click();
            duty(three, before).fill("A new duty of three");
            save(three);

            network.recover();
            network.next(List.of(network::answerIsLate, network::requestIsLost, network::answerIsLost));
            items(one, "/duties/items").nth(2).locator("[data-do=remove]").click();
            one.keyboard().press("Control+s");
            assertThat(state(one)).containsText("Saving");
            items(two, "/compensation/bands").nth(0).locator("[data-do=down]").click();
            input(two, "/byline").fill("A byline of two");
            two.keyboard().press("Control+s");
            assertThat(state(two)).containsText("kept in this browser");
            band(three, 0, "high").fill("880001");
            three.keyboard().press("Control+s");
            network.recover();

            // the third person changed a value that the first had changed; if they had not seen that change, there is a
            // conflict
            for (var page : List.of(one, two, three)) {
                page.keyboard().press("Control+s");
                assertThat(state(page)).hasAttribute("data-state", Pattern.compile("saved|conflict"));
            }
            if (three.locator("#conflict").isVisible())
                three.locator("#conflict").getByText("Save what is chosen").click();
            for (var page : List.of(one, two, three, one, two)) save(page);

            var draft = content(guide);
            var low = draft.at("/compensation/bands/1");
            assertThat(low.get("level").asString()).isEqualTo("Beginner (two)");
            assertThat(low.get("high").asInt()).isEqualTo(880001);
            assertThat(draft.get("byline").asString()).isEqualTo("A byline of two");
            assertThat(duties(guide)).hasSize(before).contains("Rewritten by three", "A new duty of three");
            assertThat(contributors(guide)).containsExactlyInAnyOrder("editor", "second-editor", "both");
            for (var page : List.of(one, two, three)) {
                assertThat(band(page, 1, "high")).hasValue("880001");
                assertThat(input(page, "/byline")).hasValue("A byline of two");
                assertThat(items(page, "/duties/items")).hasCount(before);
                assertThat((Integer) page.evaluate("localStorage.length")).isZero();
            }
            browser.assertNoComplaints();
        }
    }
}
