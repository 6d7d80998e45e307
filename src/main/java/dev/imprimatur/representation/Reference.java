// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.representation;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import org.jspecify.annotations.Nullable;

/**
 * A guide that another guide refers to, as sites receive it. Of a guide that is not published, nothing but the id is delivered.
 *
 * @param guide the id of the guide
 * @param live whether the guide is published
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({"guide", "type", "slug", "locale", "title", "live"})
public record Reference(
        String guide,
        @Nullable String type,
        @Nullable String slug,
        @Nullable String locale,
        @Nullable String title,
        boolean live) {

    static Reference to(PublishedGuide guide) {
        var entry = guide.entry();
        return new Reference(entry.id(), entry.type(), entry.slug(), entry.locale(), guide.title(), true);
    }

    static Reference toNothing(String guide) {
        return new Reference(guide, null, null, null, null, false);
    }

    /** The address in links of texts. All parts consist of characters that need no encoding. */
    String address() {
        return "/" + type + "/" + slug;
    }
}
