// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.review;

import dev.imprimatur.editing.Guide;
import java.util.List;
import org.springframework.web.util.UriComponentsBuilder;

/** Builds the URL of a review page, including the view and the comparison that the reader chose. */
final class ReviewLink {
    private static final List<String> VIEWS = List.of("both", "changes", "reader");

    private ReviewLink() {}

    /** Returns the wanted view, or {@code both} if there is no such view. */
    static String view(String wanted) {
        return VIEWS.contains(wanted) ? wanted : "both";
    }

    /** Returns the URL of the review page of an edition with the same view and comparison. */
    static String address(Guide guide, int edition, String view, String against) {
        var address = UriComponentsBuilder.fromPath("/studio/guides/{id}/review")
                .queryParam("edition", edition)
                .queryParam("view", view(view));
        if (!against.isEmpty()) address.queryParam("against", "{against}");
        return address.encode().buildAndExpand(guide.id(), against).toUriString();
    }
}
