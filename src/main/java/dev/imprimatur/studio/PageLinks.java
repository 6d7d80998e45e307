// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio;

import dev.imprimatur.paging.Page;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * The links from a list to its other pages.
 *
 * @param first the first page; null on the first page
 * @param previous the previous page; null on the first page
 * @param next the next page; null on the last page
 */
public record PageLinks(
        @Nullable String first,
        @Nullable String previous,
        @Nullable String next) {
    /** @param list the encoded URL of the list with its filters */
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

    /** Whether the list has other pages. */
    public boolean any() {
        return previous != null || next != null;
    }
}
