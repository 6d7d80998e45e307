// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.options.FilePayload;
import dev.imprimatur.media.TestPictures;
import dev.imprimatur.testing.Browser;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.PictureType;
import dev.imprimatur.testing.Uploads;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A field for a picture is filled from the library: nobody types an id or a hash. */
class AssetChoiceTest {
    @Test
    void aPictureIsChosenAddedAndShownAgain(@TempDir Path folder) throws IOException {
        Files.writeString(
                folder.resolve("role-guide.schema.json"), PictureType.schema().toString());
        try (var node = Node.start("imprimatur.content-types", folder.toUri().toString());
                var browser = Browser.open(node)) {
            var asset =
                    Uploads.added(node.as("editor"), "office.png", TestPictures.png(40, 30, Color.CYAN), "The office");
            var guide = node.guides().drafted();
            var page = browser.signedIn("editor");
            page.navigate("/studio/guides/" + guide.id() + "/edit");
            var choice = page.locator("asset-choice");
            assertThat(choice).containsText("No file");

            choice.locator("button:has-text('Choose')").click();
            choice.locator(".found button").click();
            page.keyboard().press("Control+s");
            assertThat(page.locator(".save-state")).hasAttribute("data-state", "saved");

            var picture = node.as("editor").get(guide.path() + "/draft").ok().at("/content/picture");
            assertThat(picture.get("asset")).isEqualTo(asset.get("id"));
            assertThat(picture.get("hash")).isEqualTo(asset.get("hash"));
            assertThat(picture.get("alt").asString()).isEqualTo("The office");
            Browser.assertAccessible(page);

            // another one is added; what was written about the first stays until the person changes it
            choice.locator("button:has-text('Choose')").click();
            choice.locator("input[type=file]")
                    .setInputFiles(new FilePayload("new.png", "image/png", TestPictures.png(41, 30, Color.GRAY)));
            assertThat(choice.locator(".found")).hasCount(0);
            page.keyboard().press("Control+s");
            assertThat(page.locator(".save-state")).hasAttribute("data-state", "saved");
            page.reload();
            assertThat(choice.locator("a")).hasAttribute("href", Pattern.compile("/studio/media/[0-9a-f]{40}"));
            var next = node.as("editor").get(guide.path() + "/draft").ok().at("/content/picture");
            assertThat(next.get("asset")).isNotEqualTo(asset.get("id"));
            assertThat(next.get("hash").asString())
                    .startsWith("sha256:" + next.get("asset").asString());
            choice.locator("button:has-text('Remove')").click();
            assertThat(choice).containsText("No file");
            page.keyboard().press("Control+s");
            assertThat(page.locator(".save-state")).hasAttribute("data-state", "saved");
            assertThat(node.as("editor")
                            .get(guide.path() + "/draft")
                            .ok()
                            .at("/content/picture")
                            .isMissingNode())
                    .isTrue();
            node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
            browser.assertNoComplaints();
        }
    }
}
