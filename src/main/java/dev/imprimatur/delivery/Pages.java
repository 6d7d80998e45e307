package dev.imprimatur.delivery;

import dev.imprimatur.problem.Refusal;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;

/** Where a site shows guides of one type: an address with {@code {slug}} in it, which only the site knows. */
record Pages(String template) {
    private static final String SLUG = "{slug}";
    private static final int LONGEST = 500;

    static Pages parse(String text) {
        try {
            var address = new URI(text.replace(SLUG, "slug"));
            boolean web = "https".equals(address.getScheme()) || "http".equals(address.getScheme());
            if (web && address.getHost() != null && text.contains(SLUG) && text.length() <= LONGEST)
                return new Pages(text);
        } catch (URISyntaxException noAddress) {
            // told below
        }
        throw Refusal.malformed(
                        "pages is where your site shows guides, such as https://www.example.com/roles/{slug}",
                        List.of())
                .raise();
    }

    String of(Delivered guide) {
        return template.replace(SLUG, guide.entry().slug());
    }
}
