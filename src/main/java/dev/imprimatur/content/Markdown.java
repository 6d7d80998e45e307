// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import com.github.benmanes.caffeine.cache.CacheLoader;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.commonmark.Extension;
import org.commonmark.ext.autolink.AutolinkExtension;
import org.commonmark.ext.footnotes.FootnotesExtension;
import org.commonmark.ext.gfm.strikethrough.StrikethroughExtension;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.ext.task.list.items.TaskListItemsExtension;
import org.commonmark.internal.InlineParserImpl;
import org.commonmark.parser.IncludeSourceSpans;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;
import org.commonmark.renderer.text.LineBreakRendering;
import org.commonmark.renderer.text.TextContentRenderer;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.HtmlUtils;

/**
 * Renders CommonMark with GFM's tables, task lists, strikethrough and autolinks, and with footnotes; {@code docs/markdown.md} lists the
 * intended differences. All HTML passes the sanitizer of {@link AllowedHtml}. A text whose rendering would exceed the
 * {@link RenderingBounds} is shown as written instead. Rendered texts are cached.
 */
public final class Markdown {
    /** The maximum depth of nested blocks (quotes, lists); deeper blocks are parsed as text, so that parsing takes linear time. */
    private static final int MAX_NESTING = 64;
    /** The size of the cache for each format: the total number of characters of source texts and rendered texts. */
    private static final int MOST_KEPT = 32 * 1024 * 1024;

    private static final Extension TABLES = TablesExtension.create();
    private static final Extension TASKS = TaskListItemsExtension.create();
    private static final Extension STRIKETHROUGH = StrikethroughExtension.create();
    /** The extensions of the parser; {@link TableCells} replaces the library's rule for where a table begins. */
    private static final List<Extension> PARSED =
            List.of(TASKS, STRIKETHROUGH, FootnotesExtension.create(), AutolinkExtension.create());

    private static final TextContentRenderer TEXT = TextContentRenderer.builder()
            .nodeRendererFactory(TextNodes::new)
            .extensions(List.of(TABLES))
            .lineBreakRendering(LineBreakRendering.SEPARATE_BLOCKS)
            .build();

    /**
     * The place of a text in its document, as far as the HTML depends on it.
     *
     * @param headingLevel the highest level that a heading of the text may have
     * @param anchor the prefix of all ids in the text, unique within the document and unlikely to clash with other ids of a page
     */
    public record Place(int headingLevel, String anchor) {
        /** @param pointer the JSON Pointer to the text in the document */
        static Place of(int headingLevel, String pointer) {
            return new Place(
                    headingLevel,
                    "md" + pointer.replaceAll("[^A-Za-z0-9/]", "_").replace('/', '-'));
        }

        String heading(String name) {
            return anchor + "--" + name;
        }

        String footnote(int number) {
            return anchor + "-fn-" + number;
        }

        /** The id of the text's first reference to a footnote. */
        String reference(int number) {
            return anchor + "-fnref-" + number;
        }
    }

    /** @param addresses the addresses of guides by id, as far as the text can link to them; null to leave links to guides without one */
    private record Source(
            String markdown, Place place, @Nullable Map<String, String> addresses) {
        Source(String markdown, Place place) {
            this(markdown, place, null);
        }
    }

    /**
     * The result of rendering a text.
     *
     * @param references the ids of the guides that the text links to
     * @param isWhole false if the text exceeded the bounds and so was not rendered
     * @param warnings sentences about parts that are not shown as intended
     * @param assets the pictures of the library that the text shows
     */
    private record Rendered(
            String text,
            boolean isWhole,
            List<String> warnings,
            Set<String> references,
            List<MarkdownSanitizer.AssetImage> assets) {}

    private static final LoadingCache<Source, Rendered> AS_HTML = kept(Markdown::html);
    private static final LoadingCache<Source, Rendered> AS_TEXT = kept(Markdown::text);
    /** The place used for plain text, which does not depend on the place. */
    private static final Place ANYWHERE = new Place(1, "");

    private Markdown() {}

    /** The HTML of a text. Pictures of the library have {@code asset:ID} as their address, until {@link AssetPictures} places them. */
    public static String toHtml(String markdown, Place place) {
        return AS_HTML.get(new Source(markdown, place)).text();
    }

    /**
     * Renders a text whose links to guides become links to their addresses.
     *
     * @param addresses by the id of the guide; a link to another guide becomes its words
     */
    static String toHtml(String markdown, Place place, Map<String, String> addresses) {
        return markdown.contains(References.SCHEME)
                ? AS_HTML.get(new Source(markdown, place, Map.copyOf(addresses)))
                        .text()
                : toHtml(markdown, place);
    }

    /** The ids of the guides that a text links to. */
    static Set<String> references(String markdown, Place place) {
        return markdown.contains(References.SCHEME)
                ? AS_HTML.get(new Source(markdown, place)).references()
                : Set.of();
    }

    public static String toText(String markdown) {
        return AS_TEXT.get(new Source(markdown, ANYWHERE)).text();
    }

    /** Tells the author why a text cannot be rendered; null if it can be. */
    static @Nullable String fault(String markdown, Place place) {
        return AS_HTML.get(new Source(markdown, place)).isWhole()
                        && AS_TEXT.get(new Source(markdown, ANYWHERE)).isWhole()
                ? null
                : "grows to more than %d times its length when it is shown, or is nested too deeply: shorten wide tables with short rows, links that are used very often, and quotes, emphasis and images within each other"
                        .formatted(RenderingBounds.FACTOR);
    }

    /** Tells the author which parts of a text are not shown as intended, in sentences that follow the label of the field. */
    static List<String> warnings(String markdown, Place place) {
        return AS_HTML.get(new Source(markdown, place)).warnings();
    }

    /** The pictures of the library that a text shows, in order. */
    static List<MarkdownSanitizer.AssetImage> assets(String markdown, Place place) {
        return markdown.contains(AssetIds.SCHEME)
                ? AS_HTML.get(new Source(markdown, place)).assets()
                : List.of();
    }

    private static LoadingCache<Source, Rendered> kept(CacheLoader<Source, Rendered> render) {
        return Caffeine.newBuilder()
                .maximumWeight(MOST_KEPT)
                .weigher((Source source, Rendered rendered) ->
                        source.markdown().length() + rendered.text().length())
                .build(render);
    }

    private static Rendered html(Source source) {
        String markdown = source.markdown();
        var bounds = new RenderingBounds(markdown);
        try {
            var screening = screened(source, bounds);
            var html = bounds.appendable();
            HtmlRenderer.builder()
                    .nodeRendererFactory(context -> new HtmlNodes(context, source.place()))
                    .extensions(List.of(TABLES, TASKS, STRIKETHROUGH))
                    .attributeProviderFactory(context -> (node, tag, attributes) -> {
                        String id = screening.ids().get(node);
                        if (id != null) attributes.put("id", id);
                        String guide = screening.guides().get(node);
                        if (guide != null && tag.equals("a")) attributes.put("data-guide", guide);
                    })
                    .percentEncodeUrls(true)
                    .escapeHtml(true)
                    .build()
                    .render(screening.document(), html);
            String clean = AllowedHtml.only(html.toString());
            bounds.mustHold(clean.length());
            return new Rendered(
                    clean.strip(),
                    true,
                    screening.warnings(),
                    new LinkedHashSet<>(screening.guides().values()),
                    List.copyOf(screening.assets()));
        } catch (RenderingBounds.Exceeded outOfProportion) {
            return new Rendered("<p>" + HtmlUtils.htmlEscape(markdown) + "</p>", false, List.of(), Set.of(), List.of());
        }
    }

    private static Rendered text(Source source) {
        var bounds = new RenderingBounds(source.markdown());
        try {
            var text = bounds.appendable();
            TEXT.render(screened(source, bounds).document(), text);
            return new Rendered(text.toString().strip(), true, List.of(), Set.of(), List.of());
        } catch (RenderingBounds.Exceeded outOfProportion) {
            return new Rendered(source.markdown(), false, List.of(), Set.of(), List.of());
        }
    }

    private static MarkdownSanitizer screened(Source source, RenderingBounds bounds) {
        var document = bounds.parsed(
                Parser.builder()
                        .extensions(PARSED)
                        .customBlockParserFactory(new TableCells.Factory())
                        .includeSourceSpans(IncludeSourceSpans.BLOCKS)
                        .maxOpenBlockParsers(MAX_NESTING)
                        .inlineParserFactory(context -> bounds.counting(new InlineParserImpl(context)))
                        .build(),
                source.markdown());
        return MarkdownSanitizer.of(source.markdown(), source.place(), source.addresses(), document);
    }
}
