// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.delivery;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.representation.LoadedGuide;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.jspecify.annotations.Nullable;

/**
 * The Atom feed (RFC 4287) of the guides that were published or reviewed last. The ids of the feed and of its entries contain no address,
 * because a site may move its pages and ids must stay the same.
 *
 * @param id an IRI
 * @param address the URL at which the feed was requested
 */
record AtomFeed(String id, String address, ContentType type, PageUrls pages) {
    static final String MEDIA_TYPE = "application/atom+xml";
    private static final String NAMESPACE = "http://www.w3.org/2005/Atom";

    /**
     * The id of the feed of a content type.
     *
     * @param ledger the first lineage of the ledger
     * @param locale the locale of all entries; null for any
     */
    static String id(String ledger, ContentType type, @Nullable String locale) {
        return urn("feed " + ledger + " " + type.name() + (locale == null ? "" : " " + locale));
    }

    private static String urn(String name) {
        return "urn:uuid:" + UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
    }

    /** @param latest the guides, the most recent first */
    byte[] of(List<LoadedGuide> latest) {
        return Xml.document("feed", NAMESPACE, xml -> {
            Xml.element(xml, "id", id);
            Xml.element(xml, "title", type.title());
            Xml.element(
                    xml,
                    "updated",
                    (latest.isEmpty()
                                    ? Instant.EPOCH
                                    : Recency.updated(latest.getFirst().guide()))
                            .toString());
            // the author of every entry that has none of its own
            author(xml, pages.site());
            xml.writeEmptyElement("link");
            xml.writeAttribute("rel", "self");
            xml.writeAttribute("type", MEDIA_TYPE);
            xml.writeAttribute("href", address);
            for (var guide : latest) entry(xml, guide);
        });
    }

    private void entry(XMLStreamWriter xml, LoadedGuide loaded) throws XMLStreamException {
        var guide = loaded.guide();
        var entry = guide.entry();
        xml.writeStartElement("entry");
        Xml.element(xml, "id", urn("guide " + entry.id()));
        Xml.element(xml, "title", guide.title());
        Xml.element(xml, "updated", Recency.updated(guide).toString());
        Xml.element(xml, "published", entry.firstPublishedAt().toString());
        xml.writeEmptyElement("link");
        xml.writeAttribute("rel", "alternate");
        xml.writeAttribute("href", pages.of(guide));
        xml.writeAttribute("hreflang", entry.locale());
        for (var translation : guide.translations()) {
            // without a locale in the addresses, several languages may share one
            if (pages.of(translation).equals(pages.of(guide))) continue;
            xml.writeEmptyElement("link");
            xml.writeAttribute("rel", "alternate");
            xml.writeAttribute("href", pages.of(translation));
            xml.writeAttribute("hreflang", translation.locale());
        }
        var review = entry.review();
        if (review != null) for (var by : review.reviewedBy()) author(xml, by.name());
        String description =
                type.linkedData().tell(loaded.content()).path("description").asString("");
        if (!description.isEmpty()) Xml.element(xml, "summary", description);
        xml.writeEndElement();
    }

    private static void author(XMLStreamWriter xml, String name) throws XMLStreamException {
        xml.writeStartElement("author");
        Xml.element(xml, "name", name);
        xml.writeEndElement();
    }
}
