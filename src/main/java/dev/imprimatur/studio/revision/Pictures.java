// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.revision;

import dev.imprimatur.content.Markdown;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.web.util.HtmlUtils;

/**
 * Renders Markdown for the studio. Pictures from other servers are named but not loaded, because loading a picture would tell its server
 * that somebody is reading a draft, when, and from where.
 */
public final class Pictures {
    /** The form in which the allow-list of {@link Markdown} writes pictures. */
    private static final Pattern PICTURE = Pattern.compile("<img\\b([^>]*)>");

    private static final Pattern SOURCE = Pattern.compile("\\bsrc=\"([^\"]*)\"");
    private static final Pattern WORDS = Pattern.compile("\\balt=\"([^\"]*)\"");
    private static final Pattern ELSEWHERE = Pattern.compile("(?i)(?:[a-z][a-z0-9+.-]*:|[/\\\\]{2}).*");

    /** A picture of the library, which {@link Markdown} names by its id. */
    private static final Pattern ASSET = Pattern.compile("asset:([0-9a-f]{40})");

    private static final String ID = "[0-9a-f]{40}";
    private static final String ROOT = "/studio/media/";

    private static final Pattern IN_SOURCE =
            Pattern.compile("!\\[((?:[^\\[\\]\\\\]|\\\\.)*)]\\(<?asset:([0-9a-f]{40})");

    private Pictures() {}

    /** A picture of the library in a text, with its alternative text as it is written. */
    public record Shown(String id, String alt) {}

    /** The pictures of the library in the source of a Markdown text. */
    static List<Shown> in(String markdown) {
        return IN_SOURCE
                .matcher(markdown)
                .results()
                .map(it -> new Shown(it.group(2), it.group(1)))
                .distinct()
                .toList();
    }

    /** The picture or file that a field names; none if the field is empty. */
    static List<Shown> named(String id, String alt) {
        return id.matches(ID) ? List.of(new Shown(id, alt)) : List.of();
    }

    /** The HTML of a field that names a picture or a file. */
    static String ofField(String id, String alt) {
        return "<p><img src=\"%s\" alt=\"%s\" loading=\"lazy\"></p>"
                .formatted(address(id), HtmlUtils.htmlEscape(alt.isBlank() ? "A picture or a file" : alt));
    }

    static boolean isId(String id) {
        return id.matches(ID);
    }

    /** The HTML with the pictures at another address than the one for members of the team. */
    static String at(String root, String html) {
        return html.replace("<img src=\"" + ROOT, "<img src=\"" + root);
    }

    /** The address at which members of the team see a picture. */
    private static String address(String id) {
        return ROOT + id + "/file?w=960";
    }

    /** The HTML of a text, in which a note replaces each picture from another server. */
    static String named(String markdown, Markdown.Place place) {
        return PICTURE.matcher(Markdown.toHtml(markdown, place)).replaceAll(picture -> {
            String address = first(SOURCE, picture.group(1));
            var asset = ASSET.matcher(address);
            if (asset.matches())
                return Matcher.quoteReplacement("<img src=\"%s\" alt=\"%s\" loading=\"lazy\">"
                        .formatted(address(asset.group(1)), first(WORDS, picture.group(1))));
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
