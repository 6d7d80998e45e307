// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio;

import dev.imprimatur.paging.Page;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * The links below a list to the pages beside this one.
 *
 * @param first where the list begins; null on the first page
 * @param previous null on the first page
 * @param next null on the last page
 */
public record PageLinks(
        @Nullable String first,
        @Nullable String previous,
        @Nullable String next) {
    /** @param list the address of the list with its filters, encoded */
    public static PageLinks of(String list, Page<?> page) {
        return new PageLinks(
                page.previous() == null ? null : list, with(list, page.previous()), with(list, page.next()));
    }

    private static @Nullable String with(String list, @Nullable String cursor) {
        return cursor == null
                ? null
                : UriComponentsBuilder.fromUriString(list)
                        .queryParam("cursor", cursor)
                        .build(true)
                        .toUriString();
    }

    /** Whether there is any page beside this one. */
    public boolean any() {
        return previous != null || next != null;
    }
}
