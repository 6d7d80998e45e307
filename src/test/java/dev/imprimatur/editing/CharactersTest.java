// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.editing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Visitor;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Texts that look the same are stored as the same characters, and invalid characters are refused, whichever API or form they come
 * through.
 */
class CharactersTest {
    private final Node node = Node.shared();
    private final Guides guides = node.guides();

    private Http.Answer created(JsonNode content) {
        return node.as("editor")
                .post(
                        "/role-guide",
                        Map.of("slug", "characters-" + Long.toString(System.nanoTime(), 36), "content", content));
    }

    private Guides.Ref published(ObjectNode content) {
        var made = created(content).ok();
        var guide = new Guides.Ref(made.get("id").asString(), made.get("slug").asString());
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
        guides.decide("reviewer", guides.task("reviewer", guide), "approve").ok();
        return guide;
    }

    private static ObjectNode entitled(String title) {
        return Guides.content().put("title", title);
    }

    private List<String> found(String query) {
        return node.site().get("/role-guide?limit=100&" + query).ok().get("items").values().stream()
                .map(item -> item.get("slug").asString())
                .toList();
    }

    private List<String> searched(String words) {
        return found("q=" + URLEncoder.encode(words, StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(ints = {0xFFFE, 0xFFFF, 0x1FFFE, 0x10FFFF, 0xFDD0, 0xFDEF, 0x0B, 0x7F, 0x85})
    void whatIsNoCharacterIsRefusedAtEveryDoor(int point) {
        String text = "x" + new String(Character.toChars(point)) + "y";
        var refused = created(entitled(text));
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.json().get("errors").get(0).get("pointer").asString())
                .isEqualTo("/content/title");

        var guide = guides.submitted();
        var editor = node.as("editor");
        var remark = editor.post(guide.path() + "/comments", Map.of("revision", 1, "pointer", "", "body", text));
        assertThat(remark.body()).contains("/problems/malformed", "U+%04X".formatted(point));
        var next = guides.drafted();
        assertThat(editor.post(next.path() + "/submit", Map.of("message", text)).status())
                .isEqualTo(400);
        var form = Visitor.signedIn(node, "editor")
                .post(
                        "/studio/guides/" + guide.id() + "/review",
                        "/studio/guides/" + guide.id() + "/comments",
                        "revision",
                        "1",
                        "body",
                        text);
        assertThat(form.status()).isEqualTo(400);
        assertThat(editor.get(guide.path() + "/comments").ok().get("items")).isEmpty();
    }

    @Test
    void whatIsComposedAndWhatIsNotIsOneText() {
        String word = "Géomètre" + Long.toString(System.nanoTime(), 36);
        String apart = Normalizer.normalize(word, Normalizer.Form.NFD);
        assertThat(apart).isNotEqualTo(word);
        var one = published(entitled(word));
        var other = published(entitled(apart));

        var entries = List.of(guides.state(one).get("live"), guides.state(other).get("live"));
        assertThat(entries.getFirst().get("contentHash"))
                .isEqualTo(entries.getLast().get("contentHash"));
        for (String asked : List.of(word, apart, word.toUpperCase(Locale.ROOT)))
            assertThat(searched(asked)).as(asked).contains(one.slug(), other.slug());
        assertThat(guides.read(other).ok().get("content").get("title").asString())
                .isEqualTo(word);

        var etag = node.as("editor").post(other.path() + "/editions", Map.of());
        assertThat(etag.status()).isEqualTo(201);
        var draft = node.as("editor").get(other.path() + "/draft");
        var patched = node.as("editor")
                .send(
                        "PATCH",
                        other.path() + "/draft",
                        Map.of("summary", "e\u0301tape"),
                        "If-Match",
                        draft.header("ETag"));
        assertThat(patched.ok().toString()).contains("\u00e9tape").doesNotContain("e\u0301");
        var remark = node.as("editor")
                .post(other.path() + "/comments", Map.of("revision", 1, "pointer", "", "body", "e\u0301tape"));
        assertThat(remark.body()).contains("\u00e9tape");
    }

    @Test
    void whatIsNotSeenWithinAWordDoesNotHideIt() {
        String end = Long.toString(System.nanoTime(), 36);
        for (String unseen : List.of("\u00AD", "\u200B", "\u2060", "\uFEFF")) {
            var guide = published(entitled("Wind" + unseen + "kraft" + end));
            assertThat(searched("Windkraft" + end))
                    .as("U+%04X", (int) unseen.charAt(0))
                    .contains(guide.slug());
            assertThat(searched("Wind" + unseen + "kraft" + end)).contains(guide.slug());
        }
    }

    @Test
    void aNumberIsOneValueHoweverItIsWritten() {
        var guides = List.of("2019", "2019.0", "2.019e3").stream()
                .map(number -> published(withYear(number)))
                .toList();

        for (var guide : guides) {
            assertThat(this.guides.state(guide).get("live").get("contentHash"))
                    .isEqualTo(this.guides.state(guides.getFirst()).get("live").get("contentHash"));
            assertThat(this.guides.read(guide).body()).contains("\"dataYear\":2019,");
        }
        for (String asked : List.of("2019", "2019.0"))
            assertThat(found("compensation.dataYear=" + asked))
                    .containsAll(guides.stream().map(Guides.Ref::slug).toList());
        var facets = node.site()
                .get("/role-guide?facets=compensation.dataYear")
                .ok()
                .get("facets")
                .toString();
        assertThat(facets).contains("\"2019\"").doesNotContain("2019.0");
    }

    private static ObjectNode withYear(String number) {
        var content = Guides.content();
        ((ObjectNode) content.get("compensation"))
                .set("dataYear", Http.JSON.readTree("{\"n\":" + number + "}").get("n"));
        return content;
    }

    @Test
    void aNumberThatCannotBeKeptAsItIsWrittenIsRefused() {
        for (String number : List.of(
                "99999.00000000000000000001",
                "0.1000000000000000055511151231257827",
                "1e400",
                "-1e400",
                "1e-400",
                "1e999999999",
                "1e-999999999")) {
            String content = Guides.content().toString().replaceFirst("\"low\":[0-9.]+", "\"low\":" + number);
            var refused = node.as("editor").post("/role-guide", "{\"slug\":\"too-exact\",\"content\":" + content + "}");
            assertThat(refused.status()).as(number).isEqualTo(400);
            assertThat(refused.body()).as(number).contains("/content/compensation/bands/0/low");
            var year = created(withYear(number));
            assertThat(year.status()).as(number).isEqualTo(400);
        }
        String content = Guides.content().toString().replaceFirst("\"low\":[0-9.]+", "\"low\":99999.95");
        var kept = created(Http.JSON.readTree(content)).ok();
        assertThat(node.as("editor")
                        .get("/role-guide/" + kept.get("id").asString() + "/draft")
                        .body())
                .contains("\"low\":99999.95");
    }

    @Test
    void aPasswordIsTheSameWhicheverKeyboardTypesIt() {
        String name = "unicode-" + Long.toString(System.nanoTime(), 36);
        node.as("admin")
                .post(
                        "/accounts",
                        Map.of(
                                "username",
                                name,
                                "displayName",
                                "Name " + name,
                                "password",
                                "re\u0301sume\u0301 of a visitor",
                                "roles",
                                List.of("EDITOR")))
                .ok();
        for (String typed : List.of("r\u00e9sum\u00e9 of a visitor", "re\u0301sume\u0301 of a visitor"))
            assertThat(new Http(node.management(), Node.basic(name, typed))
                            .post("/tokens", Map.of("name", "a token"))
                            .status())
                    .as(typed)
                    .isLessThan(300);
        assertThat(new Http(node.management(), Node.basic(name, "resume of a visitor"))
                        .post("/tokens", Map.of("name", "b"))
                        .status())
                .isEqualTo(401);
    }
}
