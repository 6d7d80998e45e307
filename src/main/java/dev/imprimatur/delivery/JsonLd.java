// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.delivery;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.representation.LoadedGuide;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Published guides as JSON-LD in the vocabulary of schema.org, for search engines. */
final class JsonLd {
    private JsonLd() {}

    /**
     * One guide as JSON-LD in the vocabulary of schema.org: a web page, with who reviewed it and when, and the properties that its content
     * type maps to schema.org.
     */
    static ObjectNode document(LoadedGuide loaded, ContentType type, @Nullable PageUrls pages) {
        var guide = loaded.guide();
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
        page.setAll(type.linkedData().tell(loaded.content()));
        return page;
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
}
