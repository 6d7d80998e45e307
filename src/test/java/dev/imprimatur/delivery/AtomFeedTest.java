// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rometools.rome.feed.atom.Entry;
import com.rometools.rome.feed.atom.Feed;
import com.rometools.rome.feed.atom.Link;
import com.rometools.rome.feed.synd.SyndPerson;
import com.rometools.rome.io.FeedException;
import com.rometools.rome.io.WireFeedInput;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Node;
import java.io.StringReader;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A feed reader, here the library ROME, recognizes the feed and its entries after they have changed. */
class AtomFeedTest {
    private static final String PAGES = "pages=https://www.example.com/roles/%7Bslug%7D";
    private static Node node;

    private final Guides guides = node.guides();

    @BeforeAll
    static void start() {
        node = Node.start();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static Feed feed(String query) {
        var answer = node.site().get("/role-guide/feed.atom?" + query);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        try {
            var feed = (Feed) new WireFeedInput().build(new StringReader(answer.body()));
            assertValid(feed);
            return feed;
        } catch (FeedException malformed) {
            throw new AssertionError(answer.body(), malformed);
        }
    }

    /** Checks the elements that RFC 4287 requires. */
    private static void assertValid(Feed feed) {
        assertThat(feed.getFeedType()).isEqualTo("atom_1.0");
        assertIsUuid(feed.getId());
        assertThat(feed.getTitle()).isNotBlank();
        assertThat(feed.getUpdated()).isNotNull();
        assertThat(feed.getAuthors())
                .allSatisfy(author -> assertThat(author.getName()).isNotBlank())
                .isNotEmpty();
        assertThat(feed.getEntries()).extracting(Entry::getId).doesNotHaveDuplicates();
        for (Entry entry : feed.getEntries()) {
            assertIsUuid(entry.getId());
            assertThat(entry.getTitle()).isNotBlank();
            assertThat(entry.getUpdated()).isNotNull();
            assertThat(entry.getAuthors()).isNotEmpty();
            assertThat(entry.getAlternateLinks()).hasSize(1);
            assertThat(URI.create(entry.getAlternateLinks().getFirst().getHref()))
                    .satisfies(address -> assertThat(address.isAbsolute()).isTrue());
        }
    }

    /** Checks the text form of a UUID (RFC 9562, section 4). */
    private static void assertIsUuid(String urn) {
        assertThat(urn).matches("urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    }

    private static Entry entry(Feed feed, Guides.Ref guide) {
        return feed.getEntries().stream()
                .filter(it -> it.getAlternateLinks().getFirst().getHref().endsWith("/" + guide.slug()))
                .findFirst()
                .orElseThrow();
    }

    private static Link self(Feed feed) {
        return feed.getOtherLinks().stream()
                .filter(it -> it.getRel().equals("self"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void anEntryKeepsItsIdWhenItsGuideChanges() {
        var guide = guides.published();
        var first = feed(PAGES);
        String id = entry(first, guide).getId();

        var moved = feed("pages=https://jobs.example.org/en/%7Bslug%7D.html&limit=5");
        assertThat(moved.getId()).isEqualTo(first.getId());
        assertThat(moved.getEntries()).extracting(Entry::getId).contains(id);

        guides.nextEditionSubmitted(guide, "Other words.");
        guides.decide("reviewer", guides.task("reviewer", guide), "approve").ok();
        var published = entry(feed(PAGES), guide);
        assertThat(published.getId()).isEqualTo(id);
        assertThat(published.getUpdated()).isAfterOrEqualTo(entry(first, guide).getUpdated());

        node.clock().forward(Duration.ofDays(170));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> guides.find("reviewer", guide).isPresent());
        guides.decide("reviewer", guides.task("reviewer", guide), "confirm").ok();
        var confirmed = entry(feed(PAGES), guide);
        assertThat(confirmed.getId()).isEqualTo(id);
        assertThat(confirmed.getUpdated()).isAfter(published.getUpdated());

        node.restart(() -> {});
        assertThat(feed(PAGES).getId()).isEqualTo(first.getId());
        assertThat(entry(feed(PAGES), guide).getId()).isEqualTo(id);
    }

    @Test
    void theFeedLinksToItsOwnUrl() {
        guides.published();

        for (String query : new String[] {PAGES, PAGES + "&limit=1&locale=en-US"})
            assertThat(self(feed(query)).getHref()).isEqualTo(node.delivery() + "/role-guide/feed.atom?" + query);
    }

    @Test
    void feedsOfDifferentGuidesHaveDifferentIds() {
        var all = feed(PAGES);

        assertThat(feed(PAGES + "&locale=en-US").getId()).isNotEqualTo(all.getId());
        assertThat(feed(PAGES + "&locale=fr-FR").getEntries()).isEmpty();
        assertThat(node.site().get("/faq/feed.atom?" + PAGES).body()).doesNotContain(all.getId());
    }

    @ParameterizedTest
    @CsvSource({
        "https://www.example.com/roles/%7Bslug%7D, www.example.com",
        "https://www.example.com?role=%7Bslug%7D, www.example.com",
        "http://%7Blocale%7D.example.com:8080/%7Bslug%7D, example.com:8080",
        "https://%7Bslug%7D.example.com, example.com",
        "https://%7Blocale%7D/%7Bslug%7D, {locale}"
    })
    void theAuthorOfTheFeedIsTheSite(String pages, String author) {
        guides.published();

        assertThat(feed("pages=" + pages).getAuthors())
                .extracting(SyndPerson::getName)
                .containsExactly(author);
    }

    @Test
    void pageUrlsWithCredentialsAreRefused() {
        assertThat(node.site()
                        .get("/role-guide/feed.atom?pages=https://me:secret@www.example.com/%7Bslug%7D")
                        .status())
                .isEqualTo(400);
    }
}
