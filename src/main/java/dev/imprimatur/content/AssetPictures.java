// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.HtmlUtils;

/** Finds the pictures of the library for the HTML of a content, by id. */
@FunctionalInterface
public interface AssetPictures {
    /** A picture, with its size in pixels. */
    record Picture(String address, int width, int height) {}

    /** Returns the picture; null if there is none with this id. */
    @Nullable
    Picture find(String id);

    /** The form in which {@link Markdown} writes the pictures of the library. */
    Pattern IN_HTML = Pattern.compile("<img src=\"" + AssetIds.SCHEME + "([0-9a-f]{40})\"([^>]*?) ?/?>");

    Pattern ALT = Pattern.compile("\\balt=\"([^\"]*)\"");

    /** The HTML of a Markdown text with the addresses and sizes of its pictures. A picture that does not exist leaves its alternative text. */
    default String placedIn(String html) {
        if (!html.contains(AssetIds.SCHEME)) return html;
        return IN_HTML.matcher(html).replaceAll(image -> {
            var picture = find(image.group(1));
            String rest = image.group(2);
            if (picture == null) {
                var alt = ALT.matcher(rest);
                return Matcher.quoteReplacement(alt.find() ? alt.group(1) : "");
            }
            return Matcher.quoteReplacement("<img src=\"%s\"%s%s width=\"%d\" height=\"%d\" loading=\"lazy\" />"
                    .formatted(
                            HtmlUtils.htmlEscape(picture.address()),
                            rest,
                            ALT.matcher(rest).find() ? "" : " alt=\"\"",
                            picture.width(),
                            picture.height()));
        });
    }
}
