package dev.imprimatur.delivery;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.publication.LedgerEntry;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What is live, told to search engines and to readers of feeds. */
final class Announcement {
    private static final String ATOM = "http://www.w3.org/2005/Atom";
    private static final String SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9";
    /** As many addresses as one sitemap may hold, by sitemaps.org. */
    private static final int MOST_IN_SITEMAP = 50_000;

    private Announcement() {}

    /** Writes part of a document. */
    private interface Part {
        void write(XMLStreamWriter to) throws XMLStreamException;
    }

    /**
     * One guide as JSON-LD in the vocabulary of schema.org: a page with who reviewed it and when, and whatever its content type says
     * that it is about.
     */
    static ObjectNode linkedData(Delivered guide, ContentType type, @Nullable Pages pages) {
        var entry = guide.entry();
        var page = JsonNodeFactory.instance
                .objectNode()
                .put("@context", "https://schema.org")
                .put("@type", "WebPage");
        if (pages != null) page.put("url", pages.of(guide));
        page.put("identifier", entry.id())
                .put("inLanguage", entry.locale())
                .put("datePublished", entry.firstPublishedAt().toString())
                .put("dateModified", entry.publishedAt().toString());
        var review = entry.review();
        if (review != null) {
            page.put("lastReviewed", review.lastReviewed().toString());
            var people = page.putArray("reviewedBy");
            for (var by : review.reviewedBy()) {
                var person = people.addObject().put("@type", "Person").put("name", by.name());
                if (by.title() != null) person.put("jobTitle", by.title());
            }
        }
        page.setAll(type.linkedData().tell(guide.content()));
        return page;
    }

    /** When a guide was last published or reviewed anew. */
    private static Instant updated(Delivered guide) {
        return Optional.ofNullable(guide.entry().review())
                .map(LedgerEntry.Review::reviewedAt)
                .filter(reviewed -> reviewed.isAfter(guide.entry().publishedAt()))
                .orElse(guide.entry().publishedAt());
    }

    private static List<Delivered> latest(Stream<Delivered> guides, int limit) {
        return guides.sorted(Comparator.comparing(Announcement::updated)
                        .reversed()
                        .thenComparing(guide -> guide.entry().id()))
                .limit(limit)
                .toList();
    }

    /** What was published or reviewed last, as an Atom feed (RFC 4287). */
    static byte[] feed(Stream<Delivered> guides, ContentType type, Pages pages, int limit) {
        var latest = latest(guides, limit);
        return document("feed", ATOM, xml -> {
            element(xml, "id", pages.template());
            element(xml, "title", type.title());
            element(xml, "updated", (latest.isEmpty() ? Instant.EPOCH : updated(latest.getFirst())).toString());
            for (var guide : latest) entry(xml, guide, type, pages);
        });
    }

    private static void entry(XMLStreamWriter xml, Delivered guide, ContentType type, Pages pages)
            throws XMLStreamException {
        xml.writeStartElement("entry");
        element(xml, "id", pages.of(guide));
        element(xml, "title", guide.title());
        element(xml, "updated", updated(guide).toString());
        element(xml, "published", guide.entry().firstPublishedAt().toString());
        xml.writeEmptyElement("link");
        xml.writeAttribute("rel", "alternate");
        xml.writeAttribute("href", pages.of(guide));
        xml.writeAttribute("hreflang", guide.entry().locale());
        var review = guide.entry().review();
        if (review != null)
            for (var by : review.reviewedBy()) {
                xml.writeStartElement("author");
                element(xml, "name", by.name());
                xml.writeEndElement();
            }
        String description =
                type.linkedData().tell(guide.content()).path("description").asString("");
        if (!description.isEmpty()) element(xml, "summary", description);
        xml.writeEndElement();
    }

    /** Where everything that is live is shown, as a sitemap (sitemaps.org, protocol 0.9). */
    static byte[] sitemap(Stream<Delivered> guides, Pages pages) {
        return document("urlset", SITEMAP, xml -> {
            for (var guide : latest(guides, MOST_IN_SITEMAP)) {
                xml.writeStartElement("url");
                element(xml, "loc", pages.of(guide));
                element(xml, "lastmod", updated(guide).toString());
                xml.writeEndElement();
            }
        });
    }

    private static byte[] document(String root, String namespace, Part content) {
        var bytes = new ByteArrayOutputStream();
        try {
            var xml = XMLOutputFactory.newInstance().createXMLStreamWriter(bytes, StandardCharsets.UTF_8.name());
            xml.writeStartDocument(StandardCharsets.UTF_8.name(), "1.0");
            xml.writeStartElement(root);
            xml.writeDefaultNamespace(namespace);
            content.write(xml);
            xml.writeEndElement();
            xml.writeEndDocument();
            xml.close();
        } catch (XMLStreamException impossible) {
            throw new IllegalStateException("writing XML to memory", impossible);
        }
        return bytes.toByteArray();
    }

    private static void element(XMLStreamWriter xml, String name, String text) throws XMLStreamException {
        xml.writeStartElement(name);
        xml.writeCharacters(text);
        xml.writeEndElement();
    }
}
