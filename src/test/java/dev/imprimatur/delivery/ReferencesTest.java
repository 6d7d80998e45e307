// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.content.ContentHash;
import dev.imprimatur.media.TestPictures;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Guides.Ref;
import dev.imprimatur.testing.Http.Answer;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Uploads;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Guides refer to one another: what is refused, and what sites see of the guides that a guide refers to. */
@Tag("store")
class ReferencesTest {
    private static Node node;
    private static Guides guides;

    @BeforeAll
    static void start(@TempDir Path folder) throws IOException {
        for (String type : List.of("role-guide", "field-guide"))
            Files.writeString(
                    folder.resolve(type + ".schema.json"),
                    Files.readString(Path.of("seed-content/types/role-guide.schema.json")));
        node = Node.start("imprimatur.content-types", folder.toUri() + "/");
        guides = node.guides();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static Answer change(Ref guide, Map<String, Object> change) {
        String etag = node.as("editor").get(guide.path() + "/draft").header("ETag");
        return node.as("editor").patch(guide.path() + "/draft", change, "If-Match", etag);
    }

    private static Answer submit(Ref guide) {
        return node.as("editor").post(guide.path() + "/submit", Map.of());
    }

    private static void publish(Ref guide) {
        submit(guide).ok();
        guides.decide("reviewer", guides.task("reviewer", guide), "approve").ok();
    }

    private static void publishNext(Ref guide, Map<String, Object> change) {
        node.as("editor").post(guide.path() + "/editions", null).ok();
        change(guide, change).ok();
        publish(guide);
    }

    private static void unpublish(Ref guide) {
        node.as("publisher")
                .post(guide.path() + "/unpublish", Map.of("reason", "wrong"))
                .ok();
    }

    /** References in a text and in a field. */
    private static Map<String, Object> referring(Ref to) {
        return Map.of(
                "introduction",
                "See [the other](guide:" + to.id() + ").",
                "relatedRoles",
                List.of(Map.of("guide", to.id())));
    }

    private static Ref publishedReferringTo(Ref to) {
        var guide = guides.drafted();
        change(guide, referring(to)).ok();
        publish(guide);
        return guide;
    }

    private static String html(Ref guide) {
        return node.site()
                .get("/role-guide/" + guide.slug() + "?format=html&fields=introduction")
                .ok()
                .at("/content/introduction")
                .asString();
    }

    private static JsonNode reference(Answer answer, Ref to) {
        return answer.ok().get("references").get(to.id());
    }

    @Test
    void whatIsNotPublishedHasNothingButItsId() {
        var draft = guides.drafted();
        var guide = publishedReferringTo(draft);

        var answer = guides.read(guide);

        assertThat(reference(answer, draft).toString()).isEqualTo("{\"guide\":\"" + draft.id() + "\",\"live\":false}");
        assertThat(answer.body()).doesNotContain(draft.slug());
        assertThat(html(guide)).isEqualTo("<p>See the other.</p>");
        assertThat(answer.header("Surrogate-Key")).endsWith(" references/" + draft.id());
    }

    @Test
    void whatIsPublishedIsNamedAsItIsNow() {
        var other = guides.drafted();
        var guide = publishedReferringTo(other);
        var before = guides.read(guide);

        publish(other);
        var published = guides.read(guide);
        publishNext(other, Map.of("title", "Another title"));
        var retitled = guides.read(guide);
        node.as("publisher")
                .post(other.path() + "/slug", Map.of("slug", other.slug() + "-new"))
                .ok();
        var renamed = guides.read(guide);
        unpublish(other);
        var unpublished = guides.read(guide);

        assertThat(reference(published, other).get("slug").asString()).isEqualTo(other.slug());
        assertThat(reference(retitled, other).get("title").asString()).isEqualTo("Another title");
        assertThat(reference(renamed, other).get("slug").asString()).isEqualTo(other.slug() + "-new");
        assertThat(reference(unpublished, other).get("live").asBoolean()).isFalse();
        assertThat(unpublished.body()).isEqualTo(before.body());
        assertThat(unpublished.header("ETag")).isEqualTo(before.header("ETag"));
        assertThat(List.of(before, published, retitled, renamed).stream()
                        .map(answer -> answer.header("ETag"))
                        .distinct())
                .hasSize(4);
        assertThat(node.site()
                        .get("/role-guide/" + guide.slug(), "If-None-Match", renamed.header("ETag"))
                        .status())
                .isEqualTo(200);
        assertThat(node.site()
                        .get("/role-guide/" + guide.slug(), "If-None-Match", unpublished.header("ETag"))
                        .status())
                .isEqualTo(304);
    }

    @Test
    void linksInTextsLeadToThePublishedGuide() {
        var other = guides.published();
        var guide = publishedReferringTo(other);

        assertThat(html(guide))
                .isEqualTo("<p>See <a href=\"/role-guide/" + other.slug() + "\" data-guide=\"" + other.id()
                        + "\">the other</a>.</p>");
        assertThat(guides.read(guide).ok().at("/content/introduction").asString())
                .isEqualTo("See [the other](guide:" + other.id() + ").");
    }

    @Test
    void theContentKeepsTheHashThatWasApproved() {
        var other = guides.published();
        var guide = publishedReferringTo(other);

        var approved = node.site()
                .get("/role-guide/" + guide.slug() + "?format=markdown")
                .ok();
        var shown = guides.read(guide).ok();

        assertThat(ContentHash.of(approved.get("content")).value())
                .isEqualTo(approved.get("contentHash").asString());
        assertThat(approved.at("/content/relatedRoles/0").propertyNames()).containsExactly("guide");
        assertThat(approved.get("references")).isEqualTo(shown.get("references"));
        assertThat(shown.at("/content/relatedRoles/0")).isEqualTo(reference(guides.read(guide), other));
        // a guide without references has one form
        assertThat(node.site()
                        .get("/role-guide/" + other.slug() + "?format=markdown")
                        .body())
                .isEqualTo(guides.read(other).body());
    }

    @Test
    void everyPathHasTheSameBytes() {
        var other = guides.published();
        var guide = publishedReferringTo(other);

        var fast = guides.read(guide);
        var slow = node.site().get("/role-guide/" + guide.slug() + "?locale=en-US");

        assertThat(fast.body()).isEqualTo(slow.body());
        for (String header : List.of("ETag", "Last-Modified", "Surrogate-Key", "Imprimatur-Position"))
            assertThat(fast.header(header)).as(header).isEqualTo(slow.header(header));
    }

    @Test
    void onlyReferencesOfTheRequestedFieldsAreNamed() {
        var other = guides.published();
        var guide = publishedReferringTo(other);

        assertThat(node.site()
                        .get("/role-guide/" + guide.slug() + "?fields=title")
                        .ok()
                        .has("references"))
                .isFalse();
        assertThat(node.site()
                        .get("/role-guide/" + guide.slug() + "?fields=introduction")
                        .ok()
                        .get("references")
                        .size())
                .isEqualTo(1);
        assertThat(guides.read(other).ok().has("references")).isFalse();
    }

    @Test
    void aKeyLearnsNothingOfTypesThatItCannotRead() {
        var created = node.as("editor")
                .post("/field-guide", Map.of("slug", "of-another-type", "content", Guides.content()))
                .ok();
        var other = new Ref("field-guide", created.get("id").asString(), "of-another-type");
        publish(other);
        var guide = guides.drafted();
        change(guide, Map.of("introduction", "See [it](guide:" + other.id() + ")."))
                .ok();
        publish(guide);
        var one = node.siteWith(
                Map.of("name", "roles only", "scopes", List.of("delivery"), "types", List.of("role-guide")));

        for (String query : List.of("", "?locale=en-US", "?format=html")) {
            var hidden = one.get("/role-guide/" + guide.slug() + query);
            assertThat(reference(hidden, other).get("live").asBoolean()).isFalse();
            assertThat(hidden.body()).doesNotContain("of-another-type");
            assertThat(reference(node.site().get("/role-guide/" + guide.slug() + query), other)
                            .get("slug")
                            .asString())
                    .isEqualTo("of-another-type");
        }
    }

    @Test
    void aSubmissionRefersToGuidesThatExistAreOfTheTypeAndAreOthers() {
        var guide = guides.drafted();
        String type = node.as("editor")
                .post("/field-guide", Map.of("slug", "no-role", "content", Guides.content()))
                .ok()
                .get("id")
                .asString();

        assertThat(fault(change(guide, Map.of("relatedRoles", List.of(Map.of("guide", "unknown"))))))
                .contains("/relatedRoles/0/guide", "does not exist");
        assertThat(fault(change(guide, Map.of("relatedRoles", List.of(Map.of("guide", guide.id()))))))
                .contains("/relatedRoles/0/guide", "itself");
        assertThat(fault(change(guide, Map.of("relatedRoles", List.of(Map.of("guide", type))))))
                .contains("/relatedRoles/0/guide", "of the type field-guide");
        change(guide, Map.of("introduction", "See [this](guide:unknown).")).ok();
        assertThat(fault(submit(guide))).contains("/introduction", "does not exist");
        change(guide, Map.of("introduction", "See [this](guide:" + guide.id() + ")."))
                .ok();
        assertThat(fault(submit(guide))).contains("/introduction", "itself");
    }

    @Test
    void aNewGuideRefersToGuidesThatExist() {
        var content = new HashMap<String, Object>();
        Guides.content().properties().forEach(field -> content.put(field.getKey(), field.getValue()));
        content.put("relatedRoles", List.of(Map.of("guide", guides.drafted().id()), Map.of("guide", "unknown")));
        var slug = "of-nothing-" + System.nanoTime();

        var answer = node.as("editor").post("/role-guide", Map.of("slug", slug, "content", content));

        assertThat(fault(answer))
                .contains("/content/relatedRoles/1/guide", "does not exist")
                .doesNotContain("/0/guide");
        assertThat(node.as("editor")
                        .get("/role-guide?q=" + slug)
                        .ok()
                        .get("items")
                        .size())
                .isZero();
        content.put("relatedRoles", List.of(Map.of("guide", guides.drafted().id())));
        node.as("editor")
                .post("/role-guide", Map.of("slug", slug, "content", content))
                .ok();
    }

    private static String fault(Answer answer) {
        assertThat(answer.status()).isGreaterThanOrEqualTo(400);
        return answer.json().get("errors").toString();
    }

    @Test
    void aPastInstantShowsWhatWasPublishedThen() {
        var other = guides.published();
        var guide = publishedReferringTo(other);
        String then = node.clock().instant().toString();
        node.clock().forward(Duration.ofMinutes(1));
        publishNext(other, Map.of("title", "A later title"));
        String asOf = "/role-guide/" + guide.slug() + "?asOf=" + then;

        assertThat(reference(guides.read(guide), other).get("title").asString()).isEqualTo("A later title");
        assertThat(reference(node.site().get(asOf), other).get("title").asString())
                .isEqualTo(Guides.content().get("title").asString());
        unpublish(other);
        assertThat(reference(node.site().get(asOf), other).get("live").asBoolean())
                .isFalse();
    }

    @Test
    void anEditorIsWarnedOfWhatIsNotPublished() {
        var other = guides.drafted();
        var guide = guides.drafted();
        change(guide, referring(other)).ok();

        assertThat(warnings(guide)).contains("/introduction", "/relatedRoles/0/guide", "not published");
        publish(other);
        assertThat(warnings(guide)).isEqualTo("[]");
    }

    private static List<String> referringTo(Ref guide) {
        return node.as("reviewer")
                .get(guide.path() + "/references")
                .ok()
                .get("items")
                .valueStream()
                .map(it -> it.get("id").asString()
                        + (it.get("draft").asBoolean() ? " draft" : "")
                        + (it.get("published").asBoolean() ? " published" : ""))
                .toList();
    }

    @Test
    void whoeverTakesAGuideAwaySeesWhatRefersToIt() {
        var other = guides.published();
        var guide = guides.drafted();
        String id = guide.id();
        assertThat(referringTo(other)).isEmpty();

        change(guide, referring(other)).ok();
        assertThat(referringTo(other)).containsExactly(id + " draft");
        publish(guide);
        assertThat(referringTo(other)).containsExactly(id + " draft published");
        node.as("editor").post(guide.path() + "/editions", null).ok();
        change(guide, Map.of("introduction", "Alone.", "relatedRoles", List.of()))
                .ok();
        assertThat(referringTo(other)).containsExactly(id + " published");
        // escaped, in a reference of Markdown, in a comparison
        for (var text : List.of("[it](guide\\:" + other.id() + ")", "[it][1]\n\n[1]: guide:" + other.id())) {
            change(guide, Map.of("introduction", text)).ok();
            assertThat(referringTo(other)).as(text).containsExactly(id + " draft published");
        }
        change(guide, Map.of("introduction", "Alone.")).ok();
        change(
                        guide,
                        Map.of(
                                "comparisons",
                                List.of(Map.of("with", "It", "body", "Same.", "role", Map.of("guide", other.id())))))
                .ok();
        assertThat(referringTo(other)).containsExactly(id + " draft published");
        change(guide, Map.of("comparisons", List.of())).ok();
        publish(guide);
        assertThat(referringTo(other)).isEmpty();
    }

    @Test
    void aReferrerThatIsUnpublishedOrDeletedRefersNoMore() {
        var other = guides.published();
        var published = publishedReferringTo(other);
        var draft = guides.drafted();
        change(draft, referring(other)).ok();
        assertThat(referringTo(other))
                .containsExactlyInAnyOrder(published.id() + " draft published", draft.id() + " draft");

        unpublish(published);
        node.as("editor").delete(draft.path()).ok();

        assertThat(referringTo(other)).containsExactly(published.id() + " draft");
    }

    private static String warnings(Ref guide) {
        return node.as("editor")
                .get(guide.path() + "/draft")
                .ok()
                .get("warnings")
                .toString();
    }

    /** Two guides refer to each other and are published, retitled, renamed and unpublished in any order. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void whatIsDeliveredIsWhatIsPublishedNow(long seed) {
        var random = new Random(seed);
        var both = List.of(guides.drafted(), guides.drafted());
        var slugs = new ArrayList<>(List.of(both.get(0).slug(), both.get(1).slug()));
        change(both.get(0), referring(both.get(1))).ok();
        change(both.get(1), referring(both.get(0))).ok();
        var titles = new ArrayList<String>(Collections.nCopies(2, null));
        var bodies = new HashMap<String, String>();
        boolean[] begun = new boolean[2];

        for (int step = 0; step < 12; step++) {
            int i = random.nextInt(2);
            var guide = both.get(i);
            if (titles.get(i) == null || random.nextInt(3) == 0) {
                String title = "Title " + random.nextInt(3) + " of " + step;
                if (begun[i]) publishNext(guide, Map.of("title", title));
                else {
                    change(guide, Map.of("title", title)).ok();
                    publish(guide);
                    begun[i] = true;
                }
                titles.set(i, title);
            } else if (random.nextBoolean()) {
                unpublish(guide);
                titles.set(i, null);
            } else {
                String slug = guide.slug() + "-" + step;
                node.as("publisher")
                        .post(guide.path() + "/slug", Map.of("slug", slug))
                        .ok();
                slugs.set(i, slug);
            }
            for (int from = 0; from < 2; from++) {
                if (titles.get(from) == null) continue;
                int to = 1 - from;
                var answer = node.site().get("/role-guide/" + slugs.get(from));
                var reference = reference(answer, both.get(to));
                assertThat(reference.get("live").asBoolean()).isEqualTo(titles.get(to) != null);
                if (titles.get(to) != null) {
                    assertThat(reference.get("title").asString()).isEqualTo(titles.get(to));
                    assertThat(reference.get("slug").asString()).isEqualTo(slugs.get(to));
                } else assertThat(reference.propertyNames()).containsExactlyInAnyOrder("guide", "live");
                String known = bodies.putIfAbsent(answer.header("ETag"), answer.body());
                assertThat(answer.body()).isEqualTo(known == null ? answer.body() : known);
                assertThat(bodies.values().stream().distinct()).hasSize(bodies.size());
            }
        }
    }

    @Test
    void aRequestIncludesFieldsOfTheGuidesInTheirPlaces() {
        var other = guides.published();
        var hidden = guides.drafted();
        var guide = guides.drafted();
        change(
                        guide,
                        Map.of(
                                "relatedRoles",
                                List.of(Map.of("guide", other.id()), Map.of("guide", hidden.id())),
                                "introduction",
                                "See [it](guide:" + other.id() + ")."))
                .ok();
        publish(guide);

        var whole = node.site().get("/role-guide/" + guide.slug());
        var answer = node.site().get("/role-guide/" + guide.slug() + "?include=summary,role");

        var first = answer.ok().at("/content/relatedRoles/0");
        assertThat(first.get("guide").asString()).isEqualTo(other.id());
        assertThat(first.get("live").asBoolean()).isTrue();
        assertThat(first.get("slug").asString()).isEqualTo(other.slug());
        assertThat(first.get("type").asString()).isEqualTo("role-guide");
        assertThat(first.get("title").asString()).isNotEmpty();
        assertThat(first.get("summary").asString())
                .isEqualTo(node.site()
                        .get("/role-guide/" + other.slug())
                        .ok()
                        .at("/content/summary")
                        .asString());
        assertThat(answer.ok().at("/references/" + other.id() + "/role").asString())
                .isNotEmpty();
        var second = answer.ok().at("/content/relatedRoles/1");
        assertThat(second.get("live").asBoolean()).isFalse();
        assertThat(second.propertyNames()).containsExactly("guide", "live");
        assertThat(answer.header("ETag")).isNotEqualTo(whole.header("ETag"));
        assertThat(whole.ok().at("/content/relatedRoles/0").propertyNames())
                .containsExactly("guide", "type", "slug", "locale", "title", "live");
        for (String form : List.of("html", "text"))
            assertThat(node.site()
                            .get("/role-guide/" + guide.slug() + "?format=" + form)
                            .ok()
                            .at("/content/relatedRoles/0/slug")
                            .asString())
                    .isEqualTo(other.slug());
        var titles = node.site().get("/role-guide/" + guide.slug() + "?include=title&fields=relatedRoles");
        assertThat(titles.ok().at("/content/relatedRoles/0/slug").asString()).isEqualTo(other.slug());

        for (String wrong : List.of("include=", "include=nothing", "include=summary,,role", "include=summary.x"))
            assertThat(node.site()
                            .get("/role-guide/" + guide.slug() + "?" + wrong)
                            .status())
                    .as(wrong)
                    .isEqualTo(400);
        unpublish(other);
        var after = node.site().get("/role-guide/" + guide.slug() + "?include=summary");
        assertThat(after.ok().at("/content/relatedRoles/0").propertyNames()).containsExactly("guide", "live");
        assertThat(after.header("ETag")).isNotEqualTo(answer.header("ETag"));
        // a guide that refers to nothing
        var plain = guides.published();
        assertThat(node.site()
                        .get("/role-guide/" + plain.slug() + "?include=summary")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aRefusedSubmissionChangesNothing() {
        var editor = node.as("editor");
        var asset = Uploads.added(editor, "map.png", TestPictures.png(9, 7, Color.GRAY), "A map");
        var guide = guides.drafted();
        change(guide, Map.of("introduction", "![](asset:" + asset.get("id").asString() + ") [it](guide:nothing)"))
                .ok();
        String before = editor.get(guide.path() + "/draft").header("ETag");

        assertThat(submit(guide).status()).isEqualTo(422);

        assertThat(editor.get(guide.path() + "/draft").header("ETag")).isEqualTo(before);
    }
}
