// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Node;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.stream.XMLOutputFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import tools.jackson.databind.JsonNode;

/** JSON-LD, sitemaps and XML for search engines and feed readers. */
class SyndicationTest {
    private static final String PAGES = "pages=https://www.example.com/roles/%7Bslug%7D";

    /** The properties that schema.org defines for each class in use and for its parents (vocabulary of release 29). */
    private static final Map<String, Set<String>> VOCABULARY = Map.of(
            "WebPage",
            Set.of(
                    "url",
                    "identifier",
                    "inLanguage",
                    "datePublished",
                    "dateModified",
                    "lastReviewed",
                    "reviewedBy",
                    "name",
                    "description",
                    "keywords",
                    "mainEntity"),
            "Person",
            Set.of("name", "jobTitle"),
            "Occupation",
            Set.of(
                    "name",
                    "description",
                    "occupationalCategory",
                    "responsibilities",
                    "skills",
                    "educationRequirements",
                    "occupationLocation",
                    "estimatedSalary"),
            "AdministrativeArea",
            Set.of("name"),
            "MonetaryAmount",
            Set.of("name", "currency", "value"),
            "QuantitativeValue",
            Set.of("minValue", "maxValue", "unitText"));

    private final Node node = Node.shared();

    private static void assertSchemaOrg(JsonNode linkedData) {
        if (linkedData.isObject()) {
            var known = VOCABULARY.get(linkedData.path("@type").asString(""));
            assertThat(known).as(linkedData.toString()).isNotNull();
            linkedData.propertyNames().stream()
                    .filter(name -> !name.startsWith("@"))
                    .forEach(name -> assertThat(known).contains(name));
        }
        linkedData.values().forEach(SyndicationTest::assertSchemaOrg);
    }

    @Test
    void aGuideIsAPageAboutAnOccupationWithItsSalaries() {
        var guide = node.guides().published();

        var answer = node.site().get("/role-guide/" + guide.slug() + "/schema.org?" + PAGES);

        var linkedData = answer.ok();
        assertSchemaOrg(linkedData);
        assertThat(answer.header("Content-Type")).isEqualTo("application/ld+json");
        assertThat(linkedData.get("url").asString()).isEqualTo("https://www.example.com/roles/" + guide.slug());
        assertThat(linkedData.has("lastReviewed")).isTrue();
        assertThat(linkedData.at("/reviewedBy/0/@type").asString()).isEqualTo("Person");
        var salaries = linkedData.at("/mainEntity/estimatedSalary");
        assertThat(salaries).hasSize(3);
        assertThat(salaries.get(0).get("currency").asString()).isEqualTo("USD");
        assertThat(salaries.get(0).at("/value/minValue").isNumber()).isTrue();
        assertThat(node.site()
                        .get(
                                "/role-guide/" + guide.slug() + "/schema.org?" + PAGES,
                                "If-None-Match",
                                answer.header("ETag"))
                        .status())
                .isEqualTo(304);
    }

    @Test
    void theFeedAndTheSitemapHoldOnlyPublishedGuides() throws Exception {
        var live = node.guides().published();
        var draft = node.guides().submitted();
        var withdrawn = node.guides().published();
        node.as("publisher")
                .post(withdrawn.path() + "/unpublish", Map.of("reason", "x"))
                .ok();

        for (String document : new String[] {"feed.atom?limit=100&", "sitemap.xml?"}) {
            var answer = node.site().get("/role-guide/" + document + PAGES);
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
            assertThat(answer.body()).contains("/roles/" + live.slug()).doesNotContain(draft.slug(), withdrawn.slug());
            parse(answer.body());
        }
        var feed =
                parse(node.site().get("/role-guide/feed.atom?limit=1&" + PAGES).body());
        assertThat(feed.getElementsByTagName("entry").getLength()).isEqualTo(1);
        assertThat(feed.getElementsByTagName("author").getLength()).isPositive();
    }

    @Test
    void theJsonCannotEndTheScriptElementAroundIt() {
        var guide = node.guides().drafted();
        String summary = "</script><script>alert(1)</script> <!-- R&D \u2028 and \u2029.";
        node.guides().edit("editor", guide, summary).ok();
        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();
        node.guides()
                .decide("reviewer", node.guides().task("reviewer", guide), "approve")
                .ok();

        var answer = node.site()
                .get("/role-guide/" + guide.slug()
                        + "/schema.org?pages=https://www.example.com/%7Bslug%7D?a=1%26b=%3C");

        assertThat(answer.status()).isEqualTo(400);
        answer = node.site()
                .get("/role-guide/" + guide.slug() + "/schema.org?pages=https://www.example.com/%7Bslug%7D?a=1%26b=2");
        assertThat(answer.body()).doesNotContain("<", ">", "&", "\u2028", "\u2029");
        assertThat(answer.body()).contains("\\u003c/script\\u003e");
        assertThat(answer.json().findValuesAsString("description")).contains(summary);
        assertThat(answer.json().get("url").asString())
                .isEqualTo("https://www.example.com/" + guide.slug() + "?a=1&b=2");
    }

    /** A guide with two translations, all with the same slug. */
    private Guides.Ref translated() {
        var guide = node.guides().published();
        for (String locale : List.of("de-DE", "fr-FR")) {
            var id = node.as("editor")
                    .post("/role-guide", Map.of("slug", guide.slug(), "locale", locale, "content", Guides.content()))
                    .ok()
                    .get("id")
                    .asString();
            var translation = new Guides.Ref(id, guide.slug());
            node.as("editor").post(translation.path() + "/submit", Map.of()).ok();
            node.guides()
                    .decide("reviewer", node.guides().task("reviewer", translation), "approve")
                    .ok();
        }
        return guide;
    }

    private List<Element> urls(String query, String slug) throws Exception {
        var urls = parse(node.site()
                        .get("/role-guide/sitemap.xml?pages=" + query)
                        .body())
                .getElementsByTagName("url");
        return IntStream.range(0, urls.getLength())
                .mapToObj(i -> (Element) urls.item(i))
                .filter(url -> loc(url).contains(slug))
                .toList();
    }

    private static String loc(Element url) {
        return url.getElementsByTagName("loc").item(0).getTextContent();
    }

    private static Map<String, String> alternates(Element url) {
        var links = url.getElementsByTagNameNS("http://www.w3.org/1999/xhtml", "link");
        return IntStream.range(0, links.getLength())
                .mapToObj(i -> (Element) links.item(i))
                .filter(link -> link.getAttribute("rel").equals("alternate"))
                .collect(Collectors.toMap(link -> link.getAttribute("hreflang"), link -> link.getAttribute("href")));
    }

    @Test
    void eachAddressOfALocaleNamesAllTranslations() throws Exception {
        var guide = translated();
        var single = node.guides().published();
        String pages = "https://www.example.com/%7Blocale%7D/roles/%7Bslug%7D";
        var addresses = Stream.of("en-US", "de-DE", "fr-FR")
                .collect(Collectors.toMap(
                        locale -> locale, locale -> "https://www.example.com/" + locale + "/roles/" + guide.slug()));

        var urls = urls(pages, guide.slug());

        assertThat(urls).extracting(SyndicationTest::loc).containsExactlyInAnyOrderElementsOf(addresses.values());
        assertThat(urls).allSatisfy(url -> assertThat(alternates(url)).isEqualTo(addresses));
        assertThat(urls(pages, single.slug()))
                .singleElement()
                .satisfies(url -> assertThat(alternates(url)).isEmpty());
        assertThat(urls(pages + "&locale=de-DE", guide.slug()))
                .singleElement()
                .satisfies(url -> assertThat(loc(url)).isEqualTo(addresses.get("de-DE")));
        assertThat(node.site()
                        .get("/role-guide/" + guide.slug() + "/schema.org?locale=fr-FR&pages=" + pages)
                        .ok()
                        .get("url")
                        .asString())
                .isEqualTo(addresses.get("fr-FR"));
    }

    @Test
    void anAddressThatAllLocalesShareIsListedOnce() throws Exception {
        var guide = translated();

        assertThat(urls("https://www.example.com/roles/%7Bslug%7D", guide.slug()))
                .singleElement()
                .satisfies(url -> assertThat(alternates(url)).isEmpty());
    }

    private static Document parse(String xml) throws Exception {
        return DocumentBuilderFactory.newNSInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void pagesMustBeAWebAddressWithTheSlug() {
        for (String wrong :
                new String[] {"", "x", "javascript:%7Bslug%7D", "https://www.example.com/", "https:///%7Bslug%7D"})
            assertThat(node.site().get("/role-guide/sitemap.xml?pages=" + wrong).status())
                    .as(wrong)
                    .isEqualTo(400);
        assertThat(node.site().get("/role-guide/sitemap.xml").status()).isEqualTo(400);
    }

    @Test
    void charactersThatXmlForbidsAreReplaced() throws Exception {
        var bytes = new ByteArrayOutputStream();
        var xml = XMLOutputFactory.newInstance().createXMLStreamWriter(bytes, "UTF-8");
        xml.writeStartDocument();
        Xml.element(xml, "title", "a\uFFFE\uFFFF\u0001\uD800b \uD83D\uDE00 <&>");
        xml.writeEndDocument();

        var read = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(bytes.toByteArray()));

        assertThat(read.getDocumentElement().getTextContent()).isEqualTo("a\uFFFD\uFFFD\uFFFD\uFFFDb \uD83D\uDE00 <&>");
    }
}
