package dev.imprimatur.content;

import com.github.benmanes.caffeine.cache.CacheLoader;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import java.util.List;
import org.commonmark.Extension;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.ext.task.list.items.TaskListItemsExtension;
import org.commonmark.internal.InlineParserImpl;
import org.commonmark.node.Node;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;
import org.commonmark.renderer.text.LineBreakRendering;
import org.commonmark.renderer.text.TextContentRenderer;
import org.jspecify.annotations.Nullable;
import org.owasp.html.HtmlPolicyBuilder;
import org.owasp.html.PolicyFactory;
import org.springframework.web.util.HtmlUtils;

/**
 * CommonMark with GFM tables and task lists; every HTML that leaves has passed one small allow-list. A text that would grow out of
 * proportion is not rendered ({@link RenderingBounds}): it stands there as it was written. What was rendered is kept for whoever
 * asks next.
 */
public final class Markdown {
    /** Blocks within blocks (quotes, lists) beyond this depth are text: parsing stays linear. */
    private static final int MAX_NESTING = 64;
    /** Characters of texts and of what they were rendered to that are kept, for each format. */
    private static final int MOST_KEPT = 32 * 1024 * 1024;

    private static final List<Extension> EXTENSIONS =
            List.of(TablesExtension.create(), TaskListItemsExtension.create());
    private static final HtmlRenderer HTML = HtmlRenderer.builder()
            .extensions(EXTENSIONS)
            .escapeHtml(true)
            .sanitizeUrls(true)
            .build();
    private static final TextContentRenderer TEXT = TextContentRenderer.builder()
            .extensions(List.of(TablesExtension.create()))
            .lineBreakRendering(LineBreakRendering.SEPARATE_BLOCKS)
            .build();
    private static final PolicyFactory ALLOWED = new HtmlPolicyBuilder()
            .allowElements(
                    "p",
                    "br",
                    "hr",
                    "h1",
                    "h2",
                    "h3",
                    "h4",
                    "h5",
                    "h6",
                    "em",
                    "strong",
                    "code",
                    "pre",
                    "blockquote",
                    "ul",
                    "ol",
                    "li",
                    "a",
                    "img",
                    "table",
                    "thead",
                    "tbody",
                    "tr",
                    "th",
                    "td",
                    "input")
            .allowUrlProtocols("https", "http", "mailto")
            .allowAttributes("href", "title")
            .onElements("a")
            .allowAttributes("src", "alt", "title")
            .onElements("img")
            .allowAttributes("start")
            .matching(true, "0", "1", "2", "3", "4", "5", "6", "7", "8", "9")
            .onElements("ol")
            .allowAttributes("align")
            .matching(true, "left", "center", "right")
            .onElements("th", "td")
            .allowAttributes("type")
            .matching(true, "checkbox")
            .onElements("input")
            .allowAttributes("checked", "disabled")
            .onElements("input")
            .toFactory();

    /** @param isWhole false where the text was not rendered */
    private record Rendered(String text, boolean isWhole) {}

    private static final LoadingCache<String, Rendered> AS_HTML = kept(Markdown::html);
    private static final LoadingCache<String, Rendered> AS_TEXT = kept(Markdown::text);

    private Markdown() {}

    public static String toHtml(String markdown) {
        return AS_HTML.get(markdown).text();
    }

    public static String toText(String markdown) {
        return AS_TEXT.get(markdown).text();
    }

    /** What is wrong with a text that is not rendered, for whoever wrote it; null if nothing is. */
    static @Nullable String fault(String markdown) {
        return AS_HTML.get(markdown).isWhole() && AS_TEXT.get(markdown).isWhole()
                ? null
                : "grows to more than %d times its length when it is shown, or is nested too deeply: shorten wide tables with short rows, links that are used very often, and quotes, emphasis and images within each other"
                        .formatted(RenderingBounds.FACTOR);
    }

    private static LoadingCache<String, Rendered> kept(CacheLoader<String, Rendered> render) {
        return Caffeine.newBuilder()
                .maximumWeight(MOST_KEPT)
                .weigher((String markdown, Rendered rendered) ->
                        markdown.length() + rendered.text().length())
                .build(render);
    }

    private static Rendered html(String markdown) {
        var bounds = new RenderingBounds(markdown);
        try {
            var html = bounds.appendable();
            HTML.render(parsed(markdown, bounds), html);
            String clean = ALLOWED.sanitize(html.toString());
            bounds.mustHold(clean.length());
            return new Rendered(clean.strip(), true);
        } catch (RenderingBounds.Exceeded outOfProportion) {
            return new Rendered("<p>" + HtmlUtils.htmlEscape(markdown) + "</p>", false);
        }
    }

    private static Rendered text(String markdown) {
        var bounds = new RenderingBounds(markdown);
        try {
            var text = bounds.appendable();
            TEXT.render(parsed(markdown, bounds), text);
            return new Rendered(text.toString().strip(), true);
        } catch (RenderingBounds.Exceeded outOfProportion) {
            return new Rendered(markdown, false);
        }
    }

    private static Node parsed(String markdown, RenderingBounds bounds) {
        return bounds.parsed(
                Parser.builder()
                        .extensions(EXTENSIONS)
                        .maxOpenBlockParsers(MAX_NESTING)
                        .inlineParserFactory(context -> bounds.counting(new InlineParserImpl(context)))
                        .build(),
                markdown);
    }
}
