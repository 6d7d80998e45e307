package dev.imprimatur.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.Node;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import tools.jackson.databind.JsonNode;

/** What search engines and readers of feeds are told. */
class AnnouncementTest {
    private static final String PAGES = "pages=https://www.example.com/roles/%7Bslug%7D";

    /** The properties that schema.org has for each class in use, its parents' included (vocabulary of release 29). */
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

    private static void mustBeSchemaOrg(JsonNode told) {
        if (told.isObject()) {
            var known = VOCABULARY.get(told.path("@type").asString(""));
            assertThat(known).as(told.toString()).isNotNull();
            told.propertyNames().stream()
                    .filter(name -> !name.startsWith("@"))
                    .forEach(name -> assertThat(known).contains(name));
        }
        told.values().forEach(AnnouncementTest::mustBeSchemaOrg);
    }

    @Test
    void aGuideIsAPageAboutAnOccupationWithItsSalaries() {
        var guide = node.guides().published();

        var answer = node.site().get("/role-guide/" + guide.slug() + "/schema.org?" + PAGES);

        var told = answer.ok();
        mustBeSchemaOrg(told);
        assertThat(answer.header("Content-Type")).isEqualTo("application/ld+json");
        assertThat(told.get("url").asString()).isEqualTo("https://www.example.com/roles/" + guide.slug());
        assertThat(told.has("lastReviewed")).isTrue();
        assertThat(told.at("/reviewedBy/0/@type").asString()).isEqualTo("Person");
        var salaries = told.at("/mainEntity/estimatedSalary");
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
    void theFeedAndTheSitemapTellOfWhatIsLiveAndOfNothingElse() throws Exception {
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

    private static Document parse(String xml) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void pagesIsAnAddressOnTheWebWithAPlaceForTheSlug() {
        for (String wrong :
                new String[] {"", "x", "javascript:%7Bslug%7D", "https://www.example.com/", "https:///%7Bslug%7D"})
            assertThat(node.site().get("/role-guide/sitemap.xml?pages=" + wrong).status())
                    .as(wrong)
                    .isEqualTo(400);
        assertThat(node.site().get("/role-guide/sitemap.xml").status()).isEqualTo(400);
    }
}
