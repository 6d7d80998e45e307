// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.importing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The items of an export of WordPress (WXR). The fields are {@code title}, {@code slug}, {@code link}, {@code date}, {@code author}, {@code
 * status}, {@code type} (such as {@code post} or {@code page}), {@code content} and {@code excerpt} (HTML), {@code categories} and {@code
 * tags} (lists), and {@code meta} (custom fields, by name).
 */
final class WordPressExport implements Sources.Reader {
    private static final XMLInputFactory XML = factory();

    private static XMLInputFactory factory() {
        var factory = XMLInputFactory.newFactory();
        // no entity, so no file and no address is read, and none grows
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        return factory;
    }

    @Override
    public void read(Path export, Consumer<SourceRecord> records) throws IOException {
        try (var in = Files.newInputStream(export)) {
            var xml = XML.createXMLStreamReader(in);
            boolean isExport = false;
            while (xml.hasNext()) {
                if (xml.next() != XMLStreamConstants.START_ELEMENT) continue;
                if (xml.getLocalName().equals("rss")) isExport = true;
                if (!isExport) throw new ImportFailure(export.getFileName() + " is no export of WordPress (WXR)");
                if (xml.getLocalName().equals("item")) records.accept(item(xml, export));
            }
        } catch (XMLStreamException malformed) {
            var at = malformed.getLocation();
            throw new ImportFailure(
                    export.getFileName() + ": line " + (at == null ? "?" : at.getLineNumber())
                            + ": it is not well-formed XML",
                    malformed);
        }
    }

    private static SourceRecord item(XMLStreamReader xml, Path export) throws XMLStreamException {
        var fields = JsonNodeFactory.instance.objectNode();
        String id = "";
        String name = "";
        while (xml.next() != XMLStreamConstants.END_ELEMENT
                || !xml.getLocalName().equals("item")) {
            if (xml.getEventType() != XMLStreamConstants.START_ELEMENT) continue;
            String prefix = xml.getPrefix() == null ? "" : xml.getPrefix();
            String element = prefix.isEmpty() ? xml.getLocalName() : prefix + ":" + xml.getLocalName();
            switch (element) {
                case "title", "link" -> put(fields, element, xml.getElementText());
                case "dc:creator" -> put(fields, "author", xml.getElementText());
                case "content:encoded" -> put(fields, "content", WordPressText.html(xml.getElementText()));
                case "excerpt:encoded" -> put(fields, "excerpt", WordPressText.html(xml.getElementText()));
                case "wp:post_name" -> put(fields, "slug", xml.getElementText());
                case "wp:post_date_gmt" -> put(fields, "date", xml.getElementText());
                case "wp:status" -> put(fields, "status", xml.getElementText());
                case "wp:post_type" -> put(fields, "type", xml.getElementText());
                case "wp:post_id" -> id = xml.getElementText();
                case "category" -> {
                    String list = "post_tag".equals(xml.getAttributeValue(null, "domain")) ? "tags" : "categories";
                    fields.withArray("/" + list).add(xml.getElementText().strip());
                }
                case "wp:meta_key" -> name = xml.getElementText();
                case "wp:meta_value" -> {
                    String value = xml.getElementText();
                    // names that begin so are those of WordPress itself
                    if (!name.startsWith("_")) fields.withObject("/meta").put(name, value);
                }
                default -> {}
            }
        }
        return new SourceRecord(export.getFileName() + " item " + id, fields);
    }

    private static void put(ObjectNode fields, String name, String text) {
        if (!text.isBlank()) fields.put(name, text.strip());
    }
}
