// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.representation;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/**
 * A published guide that is a translation of another published guide, as the documents of the latter name it.
 *
 * @param href the path of the guide in the delivery API
 */
@JsonPropertyOrder({"locale", "slug", "href"})
public record Translation(String locale, String slug, String href) {
    private static final String PREFIX = "/api/delivery/v1/";

    public static Translation at(GuideAddress address) {
        return new Translation(address.locale(), address.slug(), path(address));
    }

    /** The path and query of a guide in the delivery API. All parts consist of characters that need no encoding. */
    public static String path(GuideAddress address) {
        return PREFIX + address.type() + "/" + address.slug() + "?locale=" + address.locale();
    }

    /** The value of a {@code Link} header (RFC 8288). */
    String link() {
        return "<" + href + ">; rel=\"alternate\"; hreflang=\"" + locale + "\"";
    }
}
