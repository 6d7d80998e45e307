// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.delivery;

import dev.imprimatur.representation.PublishedGuide;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** The sitemap of published guides (sitemaps.org, protocol 0.9). */
final class Sitemap {
    private static final String NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9";
    private static final String XHTML = "http://www.w3.org/1999/xhtml";
    /** The greatest number of addresses in one sitemap (sitemaps.org). */
    private static final int MOST_ADDRESSES = 50_000;

    private Sitemap() {}

    /**
     * Writes the sitemap. An address at which several guides are shown is listed once. If each locale has its own address, each entry lists
     * the addresses of all its translations; a guide that is linked with none has those of the guides with the same slug.
     */
    static byte[] of(Stream<PublishedGuide> guides, PageUrls pages) {
        var latest = Recency.latest(guides).toList();
        var sameSlug = latest.stream()
                .collect(Collectors.groupingBy(
                        guide -> guide.entry().slug(),
                        Collectors.toMap(
                                guide -> guide.entry().locale(), pages::of, (one, same) -> one, TreeMap::new)));
        return Xml.document("urlset", NAMESPACE, xml -> {
            xml.writeNamespace("xhtml", XHTML);
            var named = new HashSet<String>();
            for (var guide : latest) {
                if (named.size() == MOST_ADDRESSES) break;
                String address = pages.of(guide);
                if (!named.add(address)) continue;
                xml.writeStartElement("url");
                Xml.element(xml, "loc", address);
                Xml.element(xml, "lastmod", Recency.updated(guide).toString());
                var alternates = guide.translations().isEmpty()
                        ? Objects.requireNonNull(sameSlug.get(guide.entry().slug()))
                        : translations(guide, pages);
                if (pages.haveLocale() && alternates.size() > 1) alternates(xml, alternates);
                xml.writeEndElement();
            }
        });
    }

    private static Map<String, String> translations(PublishedGuide guide, PageUrls pages) {
        var addresses = new TreeMap<String, String>();
        addresses.put(guide.entry().locale(), pages.of(guide));
        for (var other : guide.translations()) addresses.put(other.locale(), pages.of(other));
        return addresses;
    }

    private static void alternates(XMLStreamWriter xml, Map<String, String> addresses) throws XMLStreamException {
        for (var alternate : addresses.entrySet()) {
            xml.writeEmptyElement("xhtml", "link", XHTML);
            xml.writeAttribute("rel", "alternate");
            xml.writeAttribute("hreflang", alternate.getKey());
            xml.writeAttribute("href", alternate.getValue());
        }
    }
}
