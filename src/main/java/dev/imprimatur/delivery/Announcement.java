// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.delivery;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.publication.LedgerEntry;
import dev.imprimatur.representation.PublishedGuide;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Formats published guides for search engines and feed readers: JSON-LD, sitemaps and the XML that feeds use, too. */
final class Announcement {
    /** Characters that XML 1.0 (2.2) forbids even when escaped. Content is checked for them now, but older content may hold some. */
    private static final Pattern NOT_IN_XML =
            Pattern.compile("[^\\t\\n\\r\\x20-\\x{D7FF}\\x{E000}-\\x{FFFD}\\x{10000}-\\x{10FFFF}]");

    private static final String SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9";
    private static final String XHTML = "http://www.w3.org/1999/xhtml";
    /** The greatest number of addresses in one sitemap (sitemaps.org). */
    private static final int MOST_IN_SITEMAP = 50_000;

    private Announcement() {}

    /** Writes part of a document. */
    interface Part {
        void write(XMLStreamWriter to) throws XMLStreamException;
    }

    /**
     * One guide as JSON-LD in the vocabulary of schema.org: a web page, with who reviewed it and when, and the properties that its content
     * type maps to schema.org.
     */
    static ObjectNode linkedData(PublishedGuide guide, ContentType type, @Nullable PageUrls pages) {
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

    /** When a guide was last published or reviewed, whichever is later. */
    static Instant updated(PublishedGuide guide) {
        return Optional.ofNullable(guide.entry().review())
                .map(LedgerEntry.Review::reviewedAt)
                .filter(reviewed -> reviewed.isAfter(guide.entry().publishedAt()))
                .orElse(guide.entry().publishedAt());
    }

    static Stream<PublishedGuide> latest(Stream<PublishedGuide> guides) {
        return guides.sorted(Comparator.comparing(Announcement::updated)
                .reversed()
                .thenComparing(guide -> guide.entry().id()));
    }

    /** Escapes JSON for a {@code script} element of a page: the text cannot end the element, and JavaScript can read it. */
    static byte[] script(String json) {
        return json.replace("<", "\\u003c")
                .replace(">", "\\u003e")
                .replace("&", "\\u0026")
                .replace("\u2028", "\\u2028")
                .replace("\u2029", "\\u2029")
                .getBytes(StandardCharsets.UTF_8);
    }

    /**
     * The sitemap of the published guides (sitemaps.org, protocol 0.9). An address at which several guides are shown is listed once. If
     * each locale has its own address, each entry lists the addresses of all its translations.
     */
    static byte[] sitemap(Stream<PublishedGuide> guides, PageUrls pages) {
        var latest = latest(guides).toList();
        var translations = latest.stream()
                .collect(Collectors.groupingBy(
                        guide -> guide.entry().slug(),
                        Collectors.toMap(
                                guide -> guide.entry().locale(), pages::of, (one, same) -> one, TreeMap::new)));
        return document("urlset", SITEMAP, xml -> {
            xml.writeNamespace("xhtml", XHTML);
            var named = new HashSet<String>();
            for (var guide : latest) {
                if (named.size() == MOST_IN_SITEMAP) break;
                String address = pages.of(guide);
                if (!named.add(address)) continue;
                xml.writeStartElement("url");
                element(xml, "loc", address);
                element(xml, "lastmod", updated(guide).toString());
                var alternates =
                        Objects.requireNonNull(translations.get(guide.entry().slug()));
                if (pages.haveLocale() && alternates.size() > 1) alternates(xml, alternates);
                xml.writeEndElement();
            }
        });
    }

    private static void alternates(XMLStreamWriter xml, Map<String, String> addresses) throws XMLStreamException {
        for (var alternate : addresses.entrySet()) {
            xml.writeEmptyElement("xhtml", "link", XHTML);
            xml.writeAttribute("rel", "alternate");
            xml.writeAttribute("hreflang", alternate.getKey());
            xml.writeAttribute("href", alternate.getValue());
        }
    }

    static byte[] document(String root, String namespace, Part content) {
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

    static void element(XMLStreamWriter xml, String name, String text) throws XMLStreamException {
        xml.writeStartElement(name);
        xml.writeCharacters(NOT_IN_XML.matcher(text).replaceAll("\uFFFD"));
        xml.writeEndElement();
    }
}
