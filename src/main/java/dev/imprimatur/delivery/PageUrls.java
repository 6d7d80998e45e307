// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.delivery;

import dev.imprimatur.problem.Refusal;
import dev.imprimatur.representation.PublishedGuide;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;

/** Where a site shows guides of one type: an address with {@code {slug}} and perhaps {@code {locale}} in it, which only the site knows. */
record PageUrls(String template) {
    private static final String SLUG = "{slug}";
    private static final String LOCALE = "{locale}";
    private static final int LONGEST = 500;

    static PageUrls parse(String text) {
        var pages = new PageUrls(text);
        try {
            var address = new URI(pages.of("slug", "en"));
            boolean web = "https".equals(address.getScheme()) || "http".equals(address.getScheme());
            if (web
                    && address.getHost() != null
                    && address.getUserInfo() == null
                    && text.contains(SLUG)
                    && text.length() <= LONGEST) return pages;
        } catch (URISyntaxException noAddress) {
            // told below
        }
        throw Refusal.malformed(
                        "pages is where your site shows guides, such as https://www.example.com/roles/{slug}"
                                + " or https://www.example.com/{locale}/roles/{slug}",
                        List.of())
                .raise();
    }

    String of(PublishedGuide guide) {
        return of(guide.entry().slug(), guide.entry().locale());
    }

    private String of(String slug, String locale) {
        return template.replace(SLUG, slug).replace(LOCALE, locale);
    }

    /** Whether each locale has addresses of its own. */
    boolean haveLocale() {
        return template.contains(LOCALE);
    }

    /** Host and port of the site, without what is another for each guide or locale. */
    String site() {
        String host = template.substring(template.indexOf("//") + 2).split("[/?#]", 2)[0];
        String shared = host.replace(SLUG + ".", "").replace(LOCALE + ".", "");
        return shared.isEmpty() ? host : shared;
    }
}
