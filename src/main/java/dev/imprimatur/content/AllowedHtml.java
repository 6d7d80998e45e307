// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import java.util.regex.Pattern;
import org.owasp.html.HtmlPolicyBuilder;
import org.owasp.html.PolicyFactory;

/** The elements and attributes that rendered Markdown may contain; everything else is removed. */
final class AllowedHtml {
    /** The form of allowed ids, which cannot clash with the ids and names that pages and scripts use. */
    private static final Pattern ID = Pattern.compile("md[\\p{L}\\p{M}\\p{N}_-]*");

    private static final PolicyFactory POLICY = new HtmlPolicyBuilder()
            .allowElements("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6")
            .allowElements("em", "strong", "del", "sup", "code", "pre", "blockquote", "section")
            .allowElements("ul", "ol", "li", "input", "table", "thead", "tbody", "tr", "th", "td", "a", "img")
            .allowUrlProtocols(MarkdownSanitizer.LINK_SCHEMES.toArray(String[]::new))
            // of pictures of the library, whose addresses AssetPictures puts in
            .allowUrlProtocols("asset")
            .allowAttributes("href", "title")
            .onElements("a")
            .allowAttributes("data-guide")
            .matching((element, attribute, id) -> References.isId(id) ? id : null)
            .onElements("a")
            .allowAttributes("src", "alt", "title")
            .onElements("img")
            .allowAttributes("start")
            .matching(Pattern.compile("[0-9]{1,9}"))
            .onElements("ol")
            .allowAttributes("align")
            .matching(true, "left", "center", "right")
            .onElements("th", "td")
            .allowAttributes("type")
            .matching(true, "checkbox")
            .onElements("input")
            .allowAttributes("checked", "disabled")
            .onElements("input")
            .allowAttributes("class")
            .matching(Pattern.compile("language-\\S{1,60}"))
            .onElements("code")
            .allowAttributes("class")
            .matching(false, "footnotes")
            .onElements("section")
            .allowAttributes("role")
            .matching(false, "doc-endnotes", "doc-backlink")
            .onElements("section", "a")
            .allowAttributes("id")
            .matching(ID)
            .onElements("h1", "h2", "h3", "h4", "h5", "h6", "li", "a")
            .toFactory();

    private AllowedHtml() {}

    static String only(String html) {
        return POLICY.sanitize(html);
    }
}
