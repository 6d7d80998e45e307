// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.delivery;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** Writes XML documents to memory. */
final class Xml {
    /** Characters that XML 1.0 (2.2) forbids even when escaped. Content is checked for them now, but older content may hold some. */
    private static final Pattern FORBIDDEN =
            Pattern.compile("[^\\t\\n\\r\\x20-\\x{D7FF}\\x{E000}-\\x{FFFD}\\x{10000}-\\x{10FFFF}]");

    private Xml() {}

    /** Writes part of a document. */
    interface Part {
        void write(XMLStreamWriter to) throws XMLStreamException;
    }

    /** A document with this root element in this namespace, in UTF-8. */
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

    /** Writes an element that holds text; characters that XML forbids become U+FFFD. */
    static void element(XMLStreamWriter xml, String name, String text) throws XMLStreamException {
        xml.writeStartElement(name);
        xml.writeCharacters(FORBIDDEN.matcher(text).replaceAll("\uFFFD"));
        xml.writeEndElement();
    }
}
