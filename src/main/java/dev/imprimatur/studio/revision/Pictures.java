// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.revision;

import dev.imprimatur.content.Markdown;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Renders Markdown for the studio. Pictures from other servers are named but not loaded, because loading a picture would tell its server
 * that somebody is reading a draft, when, and from where.
 */
final class Pictures {
    /** The form in which the allow-list of {@link Markdown} writes pictures. */
    private static final Pattern PICTURE = Pattern.compile("<img\\b([^>]*)>");

    private static final Pattern SOURCE = Pattern.compile("\\bsrc=\"([^\"]*)\"");
    private static final Pattern WORDS = Pattern.compile("\\balt=\"([^\"]*)\"");
    private static final Pattern ELSEWHERE = Pattern.compile("(?i)(?:[a-z][a-z0-9+.-]*:|[/\\\\]{2}).*");

    private Pictures() {}

    /** The HTML of a text, in which a note replaces each picture from another server. */
    static String named(String markdown, Markdown.Place place) {
        return PICTURE.matcher(Markdown.toHtml(markdown, place)).replaceAll(picture -> {
            String address = first(SOURCE, picture.group(1));
            return Matcher.quoteReplacement(
                    ELSEWHERE.matcher(address).matches()
                            ? "<span class=\"elsewhere\">Picture “%s” from another server, not loaded here: %s</span>"
                                    .formatted(first(WORDS, picture.group(1)), address)
                            : picture.group());
        });
    }

    private static String first(Pattern attribute, String attributes) {
        var found = attribute.matcher(attributes);
        return found.find() ? found.group(1) : "";
    }
}
