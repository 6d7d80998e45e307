// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.check.Checker;
import dev.imprimatur.editing.Translations;
import dev.imprimatur.people.Person;
import dev.imprimatur.publication.TranslationLinks;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Http.Answer;
import dev.imprimatur.testing.LedgerFeed;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Visitor;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Guides are translations of one another: what editors see of the source, and what sites see of the other languages. */
@Tag("long")
@Tag("store")
class TranslationsTest {
    private static final Node node = Node.start("imprimatur.ledger.checkpoint-every", "4");
    private static final Guides guides = node.guides();

    @AfterAll
    static void nothingIsViolated() {
        var report = node.bean(Checker.class).run();
        assertThat(report.failure()).isNull();
        assertThat(report.violations()).isEmpty();
        node.close();
    }

    private static Answer begin(Guides.Ref source, String locale) {
        return node.as("editor").post(source.path() + "/translations", Map.of("locale", locale));
    }

    private static Guides.Ref begun(Guides.Ref source, String locale) {
        var guide = begin(source, locale).ok();
        return new Guides.Ref(guide.get("id").asString(), guide.get("slug").asString());
    }

    private static void publish(Guides.Ref guide) {
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
        guides.decide("reviewer", guides.task("reviewer", guide), "approve").ok();
    }

    /** A translation with a text of its own, published. */
    private static Guides.Ref translated(Guides.Ref source, String locale) {
        var guide = begun(source, locale);
        guides.edit("editor", guide, "In " + locale).ok();
        publish(guide);
        return guide;
    }

    private static JsonNode translation(Guides.Ref guide) {
        return guides.state(guide).get("translation");
    }

    private static int translatedFrom(Guides.Ref guide, int revision) {
        return node.as("editor")
                .get(guide.path() + "/revisions/" + revision)
                .ok()
                .at("/translatedFrom/revision")
                .asInt();
    }

    private static Answer read(Guides.Ref guide, String query, String... headers) {
        return node.site().get("/role-guide/" + guide.slug() + query, headers);
    }

    private static List<String> locales(JsonNode guide) {
        return guide.path("translations").values().stream()
                .map(it -> it.get("locale").asString())
                .toList();
    }

    private static List<String> ids(String filter) {
        return node.as("editor").get("/role-guide?limit=100&translation=" + filter).ok().get("items").values().stream()
                .map(it -> it.get("id").asString())
                .toList();
    }

    private static List<JsonNode> entries(Guides.Ref guide) {
        return LedgerFeed.of(node.site()).stream()
                .filter(entry -> entry.get("id").asString().equals(guide.id()))
                .toList();
    }

    @Test
    void aTranslationKnowsWhatChangedInItsSourceSince() {
        var source = guides.published();
        var german = begun(source, "de-de");

        assertThat(guides.state(german).get("locale").asString()).isEqualTo("de-DE");
        assertThat(translation(german).at("/translatedFrom/revision").asInt()).isEqualTo(1);
        assertThat(translation(german).get("outdated").asBoolean()).isFalse();
        assertThat(ids("missing:de")).doesNotContain(source.id(), german.id());
        assertThat(ids("missing:fr")).contains(source.id()).doesNotContain(german.id());

        guides.edit("editor", german, "Auf Deutsch").ok();
        publish(german);
        guides.nextEditionSubmitted(source, "Another summary");
        assertThat(translation(german).get("outdated").asBoolean()).isFalse();
        guides.decide("reviewer", guides.task("reviewer", source), "approve").ok();

        assertThat(translation(german).get("outdated").asBoolean()).isTrue();
        assertThat(ids("outdated")).contains(german.id()).doesNotContain(source.id());
        var comparison =
                node.as("reviewer").get(german.path() + "/translated-from").ok();
        assertThat(comparison.at("/translatedFrom/revision").asInt()).isEqualTo(1);
        assertThat(comparison.at("/published/revision").asInt()).isEqualTo(2);
        assertThat(comparison.at("/changes/0/pointer").asString()).isEqualTo("/summary");

        node.as("editor").post(german.path() + "/editions", Map.of()).ok();
        guides.edit("editor", german, "Auf Deutsch, neu").ok();
        assertThat(translation(german).get("outdated").asBoolean()).isTrue();
        node.as("editor").post(german.path() + "/submit", Map.of()).ok();
        assertThat(translatedFrom(german, 2)).isEqualTo(1);
        node.as("editor")
                .post(german.path() + "/submit", Map.of("translatedFrom", 2))
                .ok();
        node.as("editor")
                .post(german.path() + "/submit", Map.of("translatedFrom", 2))
                .ok();

        assertThat(translation(german).get("outdated").asBoolean()).isFalse();
        assertThat(ids("outdated")).doesNotContain(german.id());
        assertThat(translatedFrom(german, 1)).isEqualTo(1);
        assertThat(translatedFrom(german, 2)).isEqualTo(2);

        node.as("editor").delete(german.path() + "/editions/current");
        assertThat(translation(german).at("/translatedFrom/revision").asInt()).isEqualTo(1);
        assertThat(translation(german).get("outdated").asBoolean()).isTrue();
        node.as("editor")
                .put(german.path() + "/translated-from", Map.of("revision", 2))
                .ok();
        assertThat(translation(german).get("outdated").asBoolean()).isFalse();
    }

    @Test
    void badInputChangesNothing() {
        var source = guides.published();
        var german = begun(source, "de-DE");

        assertThat(begin(source, "not a tag").json().at("/errors/0/pointer").asString())
                .isEqualTo("/locale");
        assertThat(begin(source, "EN-us").json().at("/errors/0/pointer").asString())
                .isEqualTo("/locale");
        assertThat(begin(german, "DE-de").problem()).isEqualTo("locale-taken");
        assertThat(node.as("editor")
                        .put(german.path() + "/translated-from", Map.of("revision", 7))
                        .json()
                        .at("/errors/0/pointer")
                        .asString())
                .isEqualTo("/revision");
        assertThat(node.as("editor")
                        .put(source.path() + "/translated-from", Map.of("revision", 1))
                        .problem())
                .isEqualTo("not-a-translation");
        var other = guides.drafted();
        assertThat(node.as("editor")
                        .put(german.path() + "/translations/" + other.id(), Map.of())
                        .problem())
                .isEqualTo("locale-taken");
        assertThat(node.as("editor")
                        .put(other.path() + "/translations/" + german.id(), Map.of())
                        .problem())
                .isEqualTo("already-linked");
        assertThat(node.as("editor")
                        .put(other.path() + "/translations/" + source.id(), Map.of())
                        .problem())
                .isEqualTo("publisher-only");
        assertThat(node.as("publisher")
                        .put(other.path() + "/translations/" + source.id(), Map.of())
                        .problem())
                .isEqualTo("already-linked");
        assertThat(node.as("editor").get("/role-guide?translation=lost").status())
                .isEqualTo(400);
        assertThat(node.as("editor")
                        .get("/role-guide?translation=missing:x_y")
                        .json()
                        .at("/errors/0/pointer")
                        .asString())
                .isEqualTo("/translation");
        var created = node.as("editor")
                .post(
                        "/role-guide",
                        Map.of(
                                "slug",
                                "of-nothing",
                                "locale",
                                "fr-FR",
                                "translationOf",
                                "nothing",
                                "content",
                                Guides.content()));
        assertThat(created.json().at("/errors/0/pointer").asString()).isEqualTo("/translationOf");
        assertThat(node.as("editor")
                        .get(source.path() + "/translations")
                        .ok()
                        .get("items")
                        .size())
                .isEqualTo(2);
        assertThat(guides.state(other).has("translation")).isFalse();
    }

    @Test
    void twoPeopleWhoBeginTheSameTranslationMakeOne() throws Exception {
        var source = guides.published();
        try (var people = Executors.newFixedThreadPool(4)) {
            var answers = people.invokeAll(List.<Callable<Answer>>of(
                    () -> node.as("editor")
                            .post(
                                    source.path() + "/translations",
                                    Map.of("locale", "fr-FR", "slug", source.slug() + "-a")),
                    () -> node.as("both")
                            .post(
                                    source.path() + "/translations",
                                    Map.of("locale", "fr-FR", "slug", source.slug() + "-b")),
                    () -> node.as("editor")
                            .post(
                                    source.path() + "/translations",
                                    Map.of("locale", "it-IT", "slug", source.slug() + "-a"))));
            assertThat(answers.stream().map(it -> it.resultNow().status()).toList())
                    .containsExactlyInAnyOrder(201, 201, 409);
        }
        assertThat(node.as("editor")
                        .get(source.path() + "/translations")
                        .ok()
                        .get("items")
                        .values())
                .extracting(it -> it.get("locale").asString())
                .containsExactly("en-US", "fr-FR", "it-IT");
    }

    @Test
    void sitesSeeThePublishedTranslationsAndNoOthers() {
        var source = guides.published();
        var before = read(source, "");
        var german = begun(source, "de-DE");
        guides.edit("editor", german, "Auf Deutsch").ok();
        assertThat(read(source, "").body()).isEqualTo(before.body());
        assertThat(read(source, "").header("Link")).isNull();
        assertThat(read(source, "").header("ETag")).isEqualTo(before.header("ETag"));

        publish(german);

        var english = read(source, "", "If-None-Match", before.header("ETag"));
        assertThat(english.status()).isEqualTo(200);
        assertThat(locales(english.json())).containsExactly("de-DE");
        assertThat(english.json().at("/translations/0/href").asString())
                .isEqualTo("/api/delivery/v1/role-guide/" + german.slug() + "?locale=de-DE");
        assertThat(english.header("Link"))
                .isEqualTo("</api/delivery/v1/role-guide/" + german.slug()
                        + "?locale=de-DE>; rel=\"alternate\"; hreflang=\"de-DE\"");
        assertThat(english.header("Surrogate-Key")).contains("translations/" + source.id());
        assertThat(read(source, "?fields=title&format=html").header("Link")).isEqualTo(english.header("Link"));
        assertThat(read(source, "", "If-None-Match", english.header("ETag")).status())
                .isEqualTo(304);
        assertThat(locales(read(german, "?locale=de-DE").json())).containsExactly("en-US");
        assertThat(read(german, "?locale=de-DE").header("Surrogate-Key")).contains("translations/" + source.id());
        assertThat(entries(german).getFirst().get("translationSet").asString()).isEqualTo(source.id());
        assertThat(entries(source)).hasSize(1);
        assertThat(node.site()
                        .get("/role-guide?slug=" + source.slug() + "&locale=en-US")
                        .ok()
                        .get("items")
                        .values())
                .allSatisfy(item -> assertThat(locales(item)).containsExactly("de-DE"));
        var pages = "?pages=https://www.example.com/{locale}/{slug}"
                .replace("{", "%7B")
                .replace("}", "%7D");
        assertThat(node.site().get("/role-guide/sitemap.xml" + pages).body())
                .contains("hreflang=\"de-DE\" href=\"https://www.example.com/de-DE/" + german.slug());
        assertThat(node.site().get("/role-guide/feed.atom" + pages).body())
                .contains("href=\"https://www.example.com/de-DE/" + german.slug() + "\" hreflang=\"de-DE\"");

        var slug = source.slug() + "-neu";
        node.as("publisher").post(german.path() + "/slug", Map.of("slug", slug)).ok();
        assertThat(read(source, "").json().at("/translations/0/slug").asString())
                .isEqualTo(slug);

        var instant = node.clock().instant();
        node.as("publisher")
                .post(german.path() + "/unpublish", Map.of("reason", "Wrong"))
                .ok();
        var alone = read(source, "", "If-None-Match", english.header("ETag"));
        assertThat(alone.status()).isEqualTo(200);
        assertThat(alone.header("Link")).isNull();
        assertThat(alone.json()).isEqualTo(before.json());
        assertThat(alone.header("Last-Modified")).isNotNull();
        assertThat(read(source, "?asOf=" + instant).ok().has("translations")).isFalse();
    }

    @Test
    void thePastHasTheTranslationsOfThatTimeAndARestartChangesNothing() {
        var source = guides.published();
        var instant = node.clock().instant();
        var german = translated(source, "de-DE");
        var french = translated(source, "fr-FR");
        var swiss = translated(source, "de-CH");
        node.as("publisher")
                .delete(source.path() + "/translations/" + swiss.id())
                .ok();

        assertThat(read(source, "?asOf=" + instant).ok().has("translations")).isFalse();
        assertThat(locales(read(source, "").json())).containsExactly("de-DE", "fr-FR");
        assertThat(locales(read(german, "?locale=de-DE").json())).containsExactly("en-US", "fr-FR");
        assertThat(read(swiss, "?locale=de-CH").ok().has("translations")).isFalse();
        assertThat(entries(swiss)).extracting(it -> it.get("kind").asString()).containsExactly("publish", "link");
        var before = read(source, "");

        node.restart(() -> {});

        assertThat(read(source, "").body()).isEqualTo(before.body());
        assertThat(read(source, "").header("ETag")).isEqualTo(before.header("ETag"));
        assertThat(read(source, "").header("Last-Modified")).isEqualTo(before.header("Last-Modified"));
        assertThat(locales(read(french, "?locale=fr-FR").json())).containsExactly("de-DE", "en-US");
    }

    @Test
    void publishedGuidesAreLinkedAndTheSourceIsChangedOnPurpose() {
        var source = guides.published();
        var spanish = spanishWithoutLink(source);
        assertThat(locales(read(source, "").json())).isEmpty();

        node.as("publisher")
                .put(source.path() + "/translations/" + spanish.id(), Map.of())
                .ok();
        node.as("publisher")
                .put(source.path() + "/translations/" + spanish.id(), Map.of())
                .ok();

        assertThat(locales(read(source, "").json())).containsExactly("es-ES");
        assertThat(entries(spanish)).extracting(it -> it.get("kind").asString()).containsExactly("publish", "link");
        assertThat(translation(spanish).get("outdated").asBoolean()).isTrue();
        assertThat(node.as("editor")
                        .delete(source.path() + "/translations/" + source.id())
                        .problem())
                .isEqualTo("publisher-only");
        assertThat(node.as("publisher")
                        .delete(source.path() + "/translations/" + source.id())
                        .problem())
                .isEqualTo("is-source");

        node.as("editor").put(spanish.path() + "/translation-source", Map.of()).ok();

        assertThat(translation(source).get("source").asString()).isEqualTo(spanish.id());
        assertThat(translation(source).get("outdated").asBoolean()).isTrue();
        assertThat(translation(spanish).has("outdated")).isFalse();
        assertThat(locales(read(source, "").json())).containsExactly("es-ES");
        assertThat(node.as("publisher")
                        .delete(spanish.path() + "/translations/" + source.id())
                        .problem())
                .isEqualTo("names-set");
        node.as("editor")
                .put(source.path() + "/translated-from", Map.of("revision", 1))
                .ok();
        assertThat(translation(source).get("outdated").asBoolean()).isFalse();
    }

    @Test
    void aReleasePublishesBothLanguagesWithTheirLink() {
        var source = guides.drafted();
        var german = begun(source, "de-DE");
        guides.edit("editor", german, "Auf Deutsch").ok();
        var publisher = node.as("publisher");
        String release = "/releases/"
                + publisher
                        .post("/releases", Map.of("name", "Both"))
                        .ok()
                        .get("id")
                        .asString();
        for (var guide : List.of(german, source)) {
            publisher.put(release + "/guides/" + guide.id(), Map.of()).ok();
            publish(guide);
        }
        assertThat(read(source, "").status()).isEqualTo(404);

        publisher.post(release + "/publish", Map.of()).ok();

        assertThat(locales(read(source, "").json())).containsExactly("de-DE");
        assertThat(locales(read(german, "?locale=de-DE").json())).containsExactly("en-US");
        assertThat(entries(german)).singleElement().satisfies(entry -> {
            assertThat(entry.get("translationSet").asString()).isEqualTo(source.id());
            assertThat(entry.at("/release/id").asString()).isEqualTo(release.substring("/releases/".length()));
        });
    }

    @Test
    void nothingTellsSitesOfASourceThatWasNeverPublished() {
        var source = guides.drafted();
        var german = translated(source, "de-DE");
        assertThat(entries(german).getFirst().has("translationSet")).isFalse();
        var french = translated(source, "fr-FR");
        assertThat(locales(read(german, "?locale=de-DE").json())).containsExactly("fr-FR");
        assertThat(read(french, "").json().get("locale").asString()).isEqualTo("de-DE");

        publish(source);

        assertThat(locales(read(french, "?locale=fr-FR").json())).containsExactly("de-DE", "en-US");
        assertThat(locales(read(source, "").json())).containsExactly("de-DE", "fr-FR");
        assertThat(translation(german).get("outdated").asBoolean()).isTrue();
        node.as("publisher")
                .post(source.path() + "/unpublish", Map.of("reason", "Wrong"))
                .ok();
        assertThat(locales(read(french, "?locale=fr-FR").json())).containsExactly("de-DE");
    }

    private static Guides.Ref spanishWithoutLink(Guides.Ref source) {
        var created = node.as("editor")
                .post("/role-guide", Map.of("slug", source.slug(), "locale", "es-ES", "content", Guides.content()))
                .ok();
        var guide = new Guides.Ref(created.get("id").asString(), source.slug());
        publish(guide);
        return guide;
    }

    @Test
    void aLinkThatACrashInterruptedIsCompleted() {
        var source = guides.published();
        var spanish = spanishWithoutLink(source);
        var cards = node.bean(dev.imprimatur.editing.Guides.class);
        node.bean(Translations.class).link(cards.require(spanish.id()), cards.require(source.id()), Person.SYSTEM);
        assertThat(guides.state(spanish).has("translation")).isFalse();

        node.bean(TranslationLinks.class).completeInterrupted();
        node.bean(TranslationLinks.class).completeInterrupted();

        assertThat(translation(spanish).get("source").asString()).isEqualTo(source.id());
        assertThat(locales(read(source, "").json())).containsExactly("es-ES");
        assertThat(entries(spanish)).hasSize(2);
    }

    @Test
    void aSourceWithTranslationsIsNotDeletedAndATranslationIs() {
        var source = guides.drafted();
        var german = begun(source, "de-DE");

        assertThat(node.as("editor").delete(source.path()).problem()).isEqualTo("is-source");
        assertThat(node.as("editor").delete(german.path()).status()).isEqualTo(204);

        assertThat(guides.state(source).has("translation")).isFalse();
        assertThat(ids("missing:de")).contains(source.id());
        begin(source, "de-DE").ok();
        assertThat(node.as("editor").delete(source.path()).status()).isEqualTo(409);
    }

    @Test
    void anEditorOfOneLanguageTranslatesIntoItAndIntoNoOther() {
        var source = guides.published();
        String who = "german-" + System.nanoTime();
        node.as("admin")
                .post(
                        "/accounts",
                        Map.of(
                                "username",
                                who,
                                "displayName",
                                "German",
                                "password",
                                Node.PASSWORD,
                                "roles",
                                List.of("EDITOR"),
                                "grants",
                                List.of(Map.of("role", "EDITOR", "locales", List.of("de")))))
                .ok();

        assertThat(node.as(who)
                        .post(source.path() + "/translations", Map.of("locale", "fr-FR"))
                        .problem())
                .isEqualTo("out-of-scope");
        var german = node.as(who)
                .post(source.path() + "/translations", Map.of("locale", "de-AT"))
                .ok();
        String path = "/role-guide/" + german.get("id").asString();
        assertThat(node.as(who)
                        .put(path + "/translated-from", Map.of("revision", 1))
                        .status())
                .isEqualTo(200);
        assertThat(node.as(who).put(path + "/translation-source", Map.of()).problem())
                .isEqualTo("out-of-scope");
        assertThat(node.as(who)
                        .get(source.path() + "/translations")
                        .ok()
                        .get("items")
                        .size())
                .isEqualTo(2);
    }

    @Test
    void thePagesOfATranslationSayWhatChangedInItsSource() {
        var source = guides.published();
        var german = translated(source, "de-DE");
        guides.nextEditionSubmitted(source, "Something quite different");
        guides.decide("reviewer", guides.task("reviewer", source), "approve").ok();
        var editor = Visitor.signedIn(node, "editor");

        assertThat(editor.get("/studio/guides/" + german.id() + "/review").body())
                .contains("The source changed since this was translated", "Something", "revision 2 says");
        assertThat(editor.get("/studio/guides/" + source.id() + "/review").body())
                .contains("German (Germany)", "source changed");
        assertThat(editor.get("/studio/guides?state=source-changed").body()).contains(german.id());
    }

    @Test
    void theListOfTheStudioFindsWhatIsStillToBeTranslated() {
        var source = guides.published();
        var german = translated(source, "de-DE");
        var alone = guides.drafted();
        var editor = Visitor.signedIn(node, "editor");
        String found = "/studio/guides?q=guide-&sort=-updated&lacks=";

        assertThat(editor.get(found + "de").body())
                .contains(alone.id(), "name=\"lacks\" value=\"de\"")
                .doesNotContain("value=\"" + source.id(), "value=\"" + german.id());
        assertThat(editor.get(found + "de-de").body()).doesNotContain("value=\"" + source.id());
        assertThat(editor.get(found + "fr").body())
                .contains("value=\"" + source.id(), "value=\"" + alone.id(), "selected=\"selected\">French")
                .doesNotContain("value=\"" + german.id());
        assertThat(editor.get(found + "en").body()).doesNotContain("value=\"" + alone.id());
        assertThat(editor.get(found + "no%20tag").status()).isEqualTo(400);
    }

    @Test
    void theReadersLanguageIsUsedOnlyWhereTheSiteAsksForIt() {
        var source = guides.published();
        translated(source, "de-DE");
        translated(source, "fr-FR");

        var plain = read(source, "", "Accept-Language", "de");
        assertThat(plain.json().get("locale").asString()).isEqualTo("en-US");
        assertThat(plain.header("Vary")).doesNotContain("Accept-Language");
        assertThat(plain.header("Content-Language")).isEqualTo("en-US");
        assertThat(read(source, "?format=html&locale=fr-FR").header("Content-Language"))
                .isEqualTo("fr-FR");
        assertThat(read(source, "/schema.org").header("Content-Language")).isEqualTo("en-US");
        assertThat(read(source, "?locale=it-IT", "Accept-Language", "de").status())
                .isEqualTo(404);

        var chosen = read(source, "?fallback=accept-language", "Accept-Language", "it, de-AT;q=0.8, fr;q=0.5");
        assertThat(chosen.json().get("locale").asString()).isEqualTo("de-DE");
        assertThat(chosen.header("Content-Language")).isEqualTo("de-DE");
        assertThat(chosen.header("Vary")).contains("Accept-Language");
        assertThat(chosen.header("Content-Location")).endsWith("/" + source.slug() + "?locale=de-DE");
        assertThat(read(
                                source,
                                "?fallback=accept-language",
                                "Accept-Language",
                                "it, de",
                                "If-None-Match",
                                chosen.header("ETag"))
                        .status())
                .isEqualTo(304);
        assertThat(read(source, "?fallback=accept-language")
                        .json()
                        .get("locale")
                        .asString())
                .isEqualTo("en-US");
        assertThat(read(source, "?locale=it-IT&fallback=accept-language", "Accept-Language", "fr")
                        .json()
                        .get("locale")
                        .asString())
                .isEqualTo("fr-FR");
        assertThat(read(source, "?locale=DE-de&fallback=accept-language", "Accept-Language", "fr")
                        .json()
                        .get("locale")
                        .asString())
                .isEqualTo("de-DE");
        assertThat(read(source, "?fallback=yes").status()).isEqualTo(400);
        assertThat(node.site()
                        .get("/role-guide/nowhere?fallback=accept-language")
                        .status())
                .isEqualTo(404);
    }

    private static Guides.Ref publishedIn(String locale) {
        String slug = "only-" + System.nanoTime();
        var created = node.as("editor")
                .post("/role-guide", Map.of("slug", slug, "locale", locale, "content", Guides.content()))
                .ok();
        var guide = new Guides.Ref(created.get("id").asString(), slug);
        publish(guide);
        return guide;
    }

    private static void unpublish(Guides.Ref guide, Map<String, String> more) {
        var body = new java.util.HashMap<>(more);
        body.put("reason", "Wrong");
        node.as("publisher").post(guide.path() + "/unpublish", body).ok();
    }

    private static String language(Guides.Ref guide, String query, String... headers) {
        return read(guide, query, headers).ok().get("locale").asString();
    }

    @Test
    void anAddressWithoutALocaleKeepsItsLanguage() {
        var french = publishedIn("fr-FR");
        var german = publishedIn("de-DE");
        translated(french, "de-DE");
        translated(german, "en-US");
        var arabic = translated(german, "ar-EG");

        assertThat(language(french, "")).isEqualTo("fr-FR");
        assertThat(language(german, "")).isEqualTo("de-DE");
        assertThat(read(german, "").header("Content-Language")).isEqualTo("de-DE");
        node.as("editor").put(arabic.path() + "/translation-source", Map.of()).ok();
        assertThat(language(german, "")).isEqualTo("de-DE");
        assertThat(language(german, "?locale=en-US")).isEqualTo("en-US");
        node.restart(() -> {});
        assertThat(language(french, "")).isEqualTo("fr-FR");
        assertThat(language(german, "")).isEqualTo("de-DE");

        String slug = french.slug() + "-neuf";
        node.as("publisher").post(french.path() + "/slug", Map.of("slug", slug)).ok();
        assertThat(read(french, "").status()).isEqualTo(301);
        assertThat(read(french, "").header("Location")).endsWith("/" + slug);
        assertThat(language(french, "?locale=de-DE")).isEqualTo("de-DE");
    }

    @Test
    void aTranslationDoesNotTakeThePlaceOfASourceThatIsUnpublished() {
        var target = guides.published();
        var source = guides.published();
        translated(source, "ar-EG");
        var german = translated(source, "de-DE");
        var instant = node.clock().instant();

        unpublish(source, Map.of());
        assertThat(read(source, "").status()).isEqualTo(410);
        assertThat(read(source, "?format=html").status()).isEqualTo(410);
        assertThat(read(source, "/schema.org").status()).isEqualTo(410);
        assertThat(read(source, "?asOf=" + instant).status()).isEqualTo(410);
        assertThat(language(source, "?locale=de-DE")).isEqualTo("de-DE");
        assertThat(read(source, "?fallback=accept-language", "Accept-Language", "en")
                        .status())
                .isEqualTo(410);
        assertThat(language(source, "?fallback=accept-language", "Accept-Language", "de"))
                .isEqualTo("de-DE");

        String slug = german.slug() + "-neu";
        node.as("publisher").post(german.path() + "/slug", Map.of("slug", slug)).ok();
        assertThat(read(source, "").status()).isEqualTo(410);

        publishAgain(source);
        assertThat(language(source, "")).isEqualTo("en-US");
        unpublish(source, Map.of("redirectTo", target.slug()));
        var moved = read(source, "");
        assertThat(moved.status()).isEqualTo(301);
        assertThat(moved.header("Location")).endsWith("/" + target.slug());
        assertThat(read(source, "?fallback=accept-language", "Accept-Language", "en")
                        .status())
                .isEqualTo(301);
    }

    private static void publishAgain(Guides.Ref guide) {
        node.as("editor").post(guide.path() + "/editions", Map.of()).ok();
        publish(guide);
    }

    @Test
    void theFallbackFindsTheTranslationsOfAnUnpublishedOne() {
        var source = guides.published();
        var created = node.as("editor")
                .post(source.path() + "/translations", Map.of("locale", "de-DE", "slug", source.slug() + "-de"))
                .ok();
        var german = new Guides.Ref(created.get("id").asString(), source.slug() + "-de");
        guides.edit("editor", german, "Auf Deutsch").ok();
        publish(german);
        unpublish(german, Map.of());

        for (String readers : List.of("en", "en-US", "*", "de, en;q=0.5"))
            for (String query : List.of("?fallback=accept-language", "?locale=de-DE&fallback=accept-language"))
                assertThat(language(german, query, "Accept-Language", readers)).isEqualTo("en-US");
        assertThat(read(german, "?fallback=accept-language", "Accept-Language", "fr")
                        .status())
                .isEqualTo(410);
        assertThat(read(german, "").status()).isEqualTo(410);
    }

    @Test
    void guidesThatShareASlugAreNoTranslations() {
        var german = publishedIn("de-DE");
        var created = node.as("editor")
                .post("/role-guide", Map.of("slug", german.slug(), "content", Guides.content()))
                .ok();
        var english = new Guides.Ref(created.get("id").asString(), german.slug());

        assertThat(language(german, "")).isEqualTo("de-DE");
        publish(english);
        assertThat(language(german, "")).isEqualTo("en-US");
        unpublish(english, Map.of());
        assertThat(language(german, "")).isEqualTo("de-DE");
    }

    private static void assertOutdated(Guides.Ref translation, boolean expected) {
        assertThat(translation(translation).get("outdated").asBoolean()).isEqualTo(expected);
        assertThat(ids("outdated").contains(translation.id())).isEqualTo(expected);
        assertThat(node.as("editor")
                        .get(translation.path() + "/translated-from")
                        .ok()
                        .get("outdated")
                        .asBoolean())
                .isEqualTo(expected);
    }

    @Test
    void aSourceThatIsUnpublishedMakesNoTranslationOutdated() {
        var source = guides.published();
        var german = translated(source, "de-DE");
        guides.nextEditionSubmitted(source, "Another summary");
        guides.decide("reviewer", guides.task("reviewer", source), "approve").ok();
        assertOutdated(german, true);

        unpublish(source, Map.of());
        assertOutdated(german, false);
        publishAgain(source);
        assertOutdated(german, true);
        unpublish(source, Map.of());
        node.as("editor")
                .put(german.path() + "/translated-from", Map.of("revision", 2))
                .ok();
        assertOutdated(german, false);
        publishAgain(source);
        assertOutdated(german, false);
    }

    @Test
    void aNewGuideIsInALanguageThatExists() {
        var source = guides.published();
        for (String wrong : List.of(
                "German",
                "english",
                "deutsch",
                "Francais",
                "x-klingon",
                "zz-ZZ",
                "zz",
                "de-ZZ",
                "abcd",
                "und",
                "mul",
                "zxx",
                "de-u-co-phonebk")) {
            var refused = begin(source, wrong);
            assertThat(refused.status()).as(wrong).isEqualTo(400);
            assertThat(refused.json().at("/errors/0/pointer").asString()).isEqualTo("/locale");
            assertThat(node.as("editor")
                            .post(
                                    "/role-guide",
                                    Map.of("slug", "in-no-language", "locale", wrong, "content", Guides.content()))
                            .status())
                    .as(wrong)
                    .isEqualTo(400);
        }
        assertThat(begin(source, "German").body()).contains("write de");

        for (String right : List.of("de", "yue-HK", "es-419", "sr-Latn-RS", "sq-XK"))
            assertThat(begin(source, right).status()).as(right).isEqualTo(201);
        assertThat(node.as("editor")
                        .post(begun(source, "da").path() + "/submit", Map.of("translatedFrom", 99))
                        .json()
                        .at("/errors/0/pointer")
                        .asString())
                .isEqualTo("/translatedFrom");
    }
}
