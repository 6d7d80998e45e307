// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.FilePayload;
import dev.imprimatur.media.TestPictures;
import dev.imprimatur.testing.Browser;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.MarkdownField;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Uploads;
import java.awt.Color;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The library in the studio, and pictures in texts. */
class MediaPagesTest {
    private static int shade;

    private final Node node = Node.shared();
    private final Browser browser = Browser.open(node);
    private final Page page = browser.signedIn("editor");

    @AfterEach
    void close() {
        browser.assertNoComplaints();
        browser.close();
    }

    private static byte[] picture() {
        return TestPictures.png(400, 300, new Color(10, ++shade, 90));
    }

    private JsonNode uploaded(String name, String alt) {
        return Uploads.added(node.as("editor"), name, picture(), alt);
    }

    private static String id(JsonNode asset) {
        return asset.get("id").asString();
    }

    private MarkdownField introductionOf(Guides.Ref guide) {
        page.navigate("/studio/guides/" + guide.id() + "/edit");
        var field = MarkdownField.on(page, "/introduction");
        field.text().waitFor();
        field.text().click();
        page.keyboard().press("Control+a");
        page.keyboard().press("Delete");
        return field;
    }

    private void save() {
        page.keyboard().press("Control+s");
        assertThat(page.locator(".save-state")).hasAttribute("data-state", "saved");
    }

    private String introduction(Guides.Ref guide) {
        return node.as("editor")
                .get(guide.path() + "/draft")
                .json()
                .at("/content/introduction")
                .asString();
    }

    private void assertLoaded(String selector) {
        page.waitForFunction(
                "selector => { const img = document.querySelector(selector); img?.scrollIntoView(); return img?.complete && img.naturalWidth > 0; }",
                selector);
    }

    @Test
    void aPictureIsUploadedDescribedReplacedAndDeleted() {
        page.navigate("/studio/media");
        Browser.assertAccessible(page);
        page.locator("#file").setInputFiles(new FilePayload("Our office.png", "image/png", picture()));
        page.locator("#alt").fill("The office");
        page.locator("button:has-text('Add to the library')").click();

        assertThat(page.locator("h1")).hasText("Our-office.png");
        assertThat(page.locator("#alt")).hasValue("The office");
        assertLoaded(".shown-asset img");
        Browser.assertAccessible(page);
        page.locator("#tags").fill("office, berlin");
        page.locator("main form button:has-text('Save')").click();
        assertThat(page.locator("[role=status].notice")).containsText("Saved");
        String first = page.url();

        page.navigate("/studio/media?q=berlin");
        assertThat(page.locator(".media li")).hasCount(1);
        page.locator(".media a").click();
        page.locator("#file").setInputFiles(new FilePayload("new.png", "image/png", picture()));
        page.locator("button:has-text('Add the new version')").click();
        assertThat(page.locator(".sub")).containsText("Version 2");
        assertThat(page.locator("#alt")).hasValue("The office");
        page.locator("a:has-text('See the version before')").click();
        assertThat(page).hasURL(first);
        assertThat(page.locator("main")).containsText("There is a newer version");
        page.locator("a:has-text('See the next version')").click();
        page.locator("details.danger summary").click();
        page.locator("details.danger button").click();
        page.locator("#confirm button[value=yes]").click();
        assertThat(page.locator("[role=status].notice")).containsText("is deleted");
    }

    @Test
    void aFileThatIsRefusedIsToldOnThePage() {
        page.navigate("/studio/media");
        page.locator("#file")
                .setInputFiles(new FilePayload(
                        "a.png",
                        "image/png",
                        "<svg xmlns='http://www.w3.org/2000/svg'/>".getBytes(StandardCharsets.UTF_8)));
        page.locator("#credit").fill("Ada");
        page.locator("button:has-text('Add to the library')").click();

        assertThat(page.locator("[role=alert]")).containsText("SVG and HTML can hold scripts");
        assertThat(page.locator("#credit")).hasValue("Ada");
    }

    @Test
    void aPictureOfTheLibraryGoesFromTheTextToTheReaders() {
        String name = "map-" + System.nanoTime() + ".png";
        var asset = uploaded(name, "A map of *the* office");
        var guide = node.guides().drafted();
        var field = introductionOf(guide);
        page.keyboard().type("Where we are: ");

        field.tool("Picture").click();
        var panel = page.locator("[data-field='/introduction'] .md-pictures");
        panel.locator("input[type=search]").fill(name);
        panel.locator("input[type=search]").press("Enter");
        assertThat(panel.locator(".found button")).hasCount(1);
        Browser.assertAccessible(page);
        panel.locator(".found button").click();

        assertThat(field.text().locator("img[data-asset]")).hasAttribute("alt", "A map of *the* office");
        save();
        String markdown = "Where we are: ![A map of \\*the\\* office](asset:" + id(asset) + ")";
        assertThat(introduction(guide).strip()).isEqualTo(markdown);
        page.reload();
        assertThat(MarkdownField.on(page, "/introduction").text().locator("img[data-asset]"))
                .isVisible();
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
        node.guides()
                .decide("reviewer", node.guides().task("reviewer", guide), "approve")
                .ok();
        var delivered = node.site()
                .get("/role-guide/" + guide.slug() + "?format=html")
                .ok()
                .at("/content/introduction")
                .asString();
        assertThat(delivered)
                .contains("src=\"/media/" + asset.get("hash").asString() + "/" + name + "\"")
                .contains("alt=\"A map of *the* office\"");
        assertThat(node.nobody()
                        .get("/media/" + asset.get("hash").asString() + "/" + name + "?w=320")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aPastedPictureIsAddedAndAskedFor() {
        var guide = node.guides().drafted();
        var field = introductionOf(guide);

        field.text().evaluate("""
                        (text, base64) => {
                          const data = new DataTransfer();
                          const bytes = Uint8Array.from(atob(base64), it => it.charCodeAt(0));
                          data.items.add(new File([bytes], 'pasted.png', {type: 'image/png'}));
                          text.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));
                        }""", Base64.getEncoder().encodeToString(picture()));

        var alt = page.locator("[data-field='/introduction'] .md-pictures input[type=text]");
        alt.fill("What was pasted");
        alt.press("Enter");
        assertThat(field.text().locator("img[data-asset]")).hasAttribute("alt", "What was pasted");
        save();
        assertThat(introduction(guide).strip()).matches("!\\[What was pasted]\\(asset:[0-9a-f]{40}\\)");
    }

    @Test
    void aReviewShowsTheOldAndTheNewPicture() {
        var before = uploaded("before.png", "before");
        var now = uploaded("now.png", "now");
        var guide = node.guides().drafted();
        write(guide, "![before](asset:" + id(before) + ")");
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
        node.guides()
                .decide("reviewer", node.guides().task("reviewer", guide), "approve")
                .ok();
        node.as("editor").post(guide.path() + "/editions", null).ok();
        write(guide, "![now](asset:" + id(now) + ")");
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();

        page.navigate("/studio/guides/" + guide.id() + "/review");

        assertThat(page.locator(".pictures-beside figure")).hasCount(2);
        assertThat(page.locator(".pictures-beside figcaption")).hasText(new String[] {"Picture before", "Picture now"});
        assertThat(page.locator(".pictures-beside img").first())
                .hasAttribute("src", Pattern.compile(".*/" + id(before) + "/file.*"));
        assertThat(page.locator(".pictures-beside img").last())
                .hasAttribute("src", Pattern.compile(".*/" + id(now) + "/file.*"));
        assertLoaded(".pictures-beside img");
        Browser.assertAccessible(page);
    }

    private void write(Guides.Ref guide, String introduction) {
        String etag = node.as("editor").get(guide.path() + "/draft").header("ETag");
        node.as("editor")
                .patch(guide.path() + "/draft", Map.of("introduction", introduction), "If-Match", etag)
                .ok();
    }

    @Test
    void anExpertSeesThePicturesOfTheRevisionOnly() {
        var shown = uploaded("shown.png", "shown");
        var other = uploaded("other.png", "other");
        var guide = node.guides().drafted();
        write(guide, "![shown](asset:" + id(shown) + ")");
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
        String link = node.as("reviewer")
                .post(guide.path() + "/invitations", Map.of("name", "Ada", "email", "ada@example.org"))
                .ok()
                .get("url")
                .asString();
        String path = link.substring(link.indexOf("/invited/"));
        var guest = browser.window(new com.microsoft.playwright.Browser.NewContextOptions());

        guest.navigate(node.url() + path);

        assertThat(guest.locator(".prose img")).hasAttribute("src", path + "/media/" + id(shown) + "/file?w=960");
        assertThat(List.of(
                        node.nobody()
                                .get(path + "/media/" + id(shown) + "/file")
                                .status(),
                        node.nobody()
                                .get(path + "/media/" + id(other) + "/file")
                                .status()))
                .containsExactly(200, 404);
    }
}
