// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.delivery;

import dev.imprimatur.problem.Refusal;
import dev.imprimatur.representation.PublishedGuide;
import dev.imprimatur.representation.Translation;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;

/**
 * The addresses at which a site shows guides of one type: a template with {@code {slug}} and optionally {@code {locale}}. Only the site
 * knows them.
 */
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
            // refused below
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

    String of(Translation translation) {
        return of(translation.slug(), translation.locale());
    }

    private String of(String slug, String locale) {
        return template.replace(SLUG, slug).replace(LOCALE, locale);
    }

    /** Whether each locale has its own addresses. */
    boolean haveLocale() {
        return template.contains(LOCALE);
    }

    /** The host and port of the site, without the parts that differ between guides or locales. */
    String site() {
        String host = template.substring(template.indexOf("//") + 2).split("[/?#]", 2)[0];
        String shared = host.replace(SLUG + ".", "").replace(LOCALE + ".", "");
        return shared.isEmpty() ? host : shared;
    }
}
