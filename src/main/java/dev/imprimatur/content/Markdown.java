// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import com.github.benmanes.caffeine.cache.CacheLoader;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import java.util.List;
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
 * CommonMark with GFM's tables, task lists, strikethrough and bare links, and with footnotes; what differs on purpose is listed in
 * {@code docs/markdown.md}. Every HTML that leaves has passed {@link AllowedHtml}. A text that would grow out of proportion is not
 * rendered ({@link RenderingBounds}): it stands there as it was written. What was rendered is kept for whoever asks next.
 */
public final class Markdown {
    /** Blocks within blocks (quotes, lists) beyond this depth are text: parsing stays linear. */
    private static final int MAX_NESTING = 64;
    /** Characters of texts and of what they were rendered to that are kept, for each format. */
    private static final int MOST_KEPT = 32 * 1024 * 1024;

    private static final Extension TABLES = TablesExtension.create();
    private static final Extension TASKS = TaskListItemsExtension.create();
    private static final Extension STRIKETHROUGH = StrikethroughExtension.create();
    /** Tables begin by a rule of ours, {@link TableCells}. */
    private static final List<Extension> PARSED =
            List.of(TASKS, STRIKETHROUGH, FootnotesExtension.create(), AutolinkExtension.create());

    private static final TextContentRenderer TEXT = TextContentRenderer.builder()
            .nodeRendererFactory(TextNodes::new)
            .extensions(List.of(TABLES))
            .lineBreakRendering(LineBreakRendering.SEPARATE_BLOCKS)
            .build();

    /**
     * Where a text stands in a document, as far as its HTML shows it.
     *
     * @param headingLevel no heading of the text is above it
     * @param anchor what its ids begin with: no other text of the document has the same, and no page has such ids by chance
     */
    public record Place(int headingLevel, String anchor) {
        /** @param pointer of the text in the document */
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

        /** Where the text first refers to a footnote. */
        String reference(int number) {
            return anchor + "-fnref-" + number;
        }
    }

    private record Source(String markdown, Place place) {}

    /**
     * What a text was rendered to.
     *
     * @param isWhole false where the text was not rendered
     * @param warnings what in it is not shown as it was meant
     */
    private record Rendered(String text, boolean isWhole, List<String> warnings) {}

    private static final LoadingCache<Source, Rendered> AS_HTML = kept(Markdown::html);
    private static final LoadingCache<Source, Rendered> AS_TEXT = kept(Markdown::text);
    /** Plain text is the same in every place. */
    private static final Place ANYWHERE = new Place(1, "");

    private Markdown() {}

    public static String toHtml(String markdown, Place place) {
        return AS_HTML.get(new Source(markdown, place)).text();
    }

    public static String toText(String markdown) {
        return AS_TEXT.get(new Source(markdown, ANYWHERE)).text();
    }

    /** What is wrong with a text that is not rendered, for whoever wrote it; null if nothing is. */
    static @Nullable String fault(String markdown, Place place) {
        return AS_HTML.get(new Source(markdown, place)).isWhole()
                        && AS_TEXT.get(new Source(markdown, ANYWHERE)).isWhole()
                ? null
                : "grows to more than %d times its length when it is shown, or is nested too deeply: shorten wide tables with short rows, links that are used very often, and quotes, emphasis and images within each other"
                        .formatted(RenderingBounds.FACTOR);
    }

    /** What in a text is not shown as it was meant, for whoever wrote it: sentences that follow the label of its field. */
    static List<String> warnings(String markdown, Place place) {
        return AS_HTML.get(new Source(markdown, place)).warnings();
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
                    })
                    .percentEncodeUrls(true)
                    .escapeHtml(true)
                    .build()
                    .render(screening.document(), html);
            String clean = AllowedHtml.only(html.toString());
            bounds.mustHold(clean.length());
            return new Rendered(clean.strip(), true, screening.warnings());
        } catch (RenderingBounds.Exceeded outOfProportion) {
            return new Rendered("<p>" + HtmlUtils.htmlEscape(markdown) + "</p>", false, List.of());
        }
    }

    private static Rendered text(Source source) {
        var bounds = new RenderingBounds(source.markdown());
        try {
            var text = bounds.appendable();
            TEXT.render(screened(source, bounds).document(), text);
            return new Rendered(text.toString().strip(), true, List.of());
        } catch (RenderingBounds.Exceeded outOfProportion) {
            return new Rendered(source.markdown(), false, List.of());
        }
    }

    private static Screening screened(Source source, RenderingBounds bounds) {
        var document = bounds.parsed(
                Parser.builder()
                        .extensions(PARSED)
                        .customBlockParserFactory(new TableCells.Factory())
                        .includeSourceSpans(IncludeSourceSpans.BLOCKS)
                        .maxOpenBlockParsers(MAX_NESTING)
                        .inlineParserFactory(context -> bounds.counting(new InlineParserImpl(context)))
                        .build(),
                source.markdown());
        return Screening.of(source.markdown(), source.place(), document);
    }
}
