// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.commonmark.ext.gfm.tables.TableBody;
import org.commonmark.ext.gfm.tables.TableRow;
import org.commonmark.ext.task.list.items.TaskListItemMarker;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.CustomNode;
import org.commonmark.node.Heading;
import org.commonmark.node.HtmlBlock;
import org.commonmark.node.HtmlInline;
import org.commonmark.node.Image;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.node.Paragraph;
import org.commonmark.node.SourceSpan;
import org.commonmark.node.Text;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.StringNode;

/**
 * Changes a parsed text into the form that is shown, for all formats alike. Raw HTML becomes text, links and pictures that are not allowed
 * are replaced by their words, and headings get their level and id. {@link #warnings()} describes what is not shown as intended.
 */
final class MarkdownSanitizer extends AbstractVisitor {
    static final List<String> LINK_SCHEMES = List.of("https", "http", "mailto", "tel", "sms");
    private static final Set<String> PICTURE_SCHEMES = Set.of("https", "http");

    private static final int DEEPEST_HEADING = 6;
    private static final Pattern SCHEME = Pattern.compile("\\s*([^/?#:]*):.*", Pattern.DOTALL);
    private static final Pattern ELSEWHERE = Pattern.compile("(?i)\\s*(?:[a-z][a-z0-9+.-]*:|//).*", Pattern.DOTALL);

    /** The warnings for the author of a text; each sentence follows the label of the field. */
    private enum Warning {
        HTML("holds HTML, %s: readers see the tags as text; use Markdown instead"),
        LINK(
                "links to %s: readers see the words without the link; use an address on the same site, or one that begins with https:, http:, mailto:, tel: or sms:"),
        PICTURE(
                "shows a picture from %s: readers see its description instead; use a picture of the library, an address on the same site, or one that begins with https: or http:"),
        ELSEWHERE(
                "shows a picture from another server, %s: the studio does not load it, and each reader’s browser asks that server for it"),
        CELL("has a table row with more cells than the table’s first row: readers do not see %s; add a column"),
        FOOTNOTE("has a footnote without a reference: readers do not see %s; refer to it in the text or remove it");

        private final String sentence;

        Warning(String sentence) {
            this.sentence = sentence;
        }
    }

    private final String markdown;
    private final Markdown.Place place;
    private final Node document;
    private final @Nullable Map<String, String> addresses;
    private final Map<Node, String> ids = new HashMap<>();
    private final List<Heading> headings = new ArrayList<>();
    /** The ids of the guides that the text links to, by link. */
    private final Map<Node, String> guides = new LinkedHashMap<>();

    private final List<Link> fragments = new ArrayList<>();
    private final List<AssetImage> assets = new ArrayList<>();
    private final Map<Warning, List<String>> warnings = new EnumMap<>(Warning.class);

    /** A picture of the library that the text shows. */
    record AssetImage(String id, String alt) {}

    private MarkdownSanitizer(
            String markdown, Markdown.Place place, @Nullable Map<String, String> addresses, Node document) {
        this.markdown = markdown;
        this.place = place;
        this.addresses = addresses;
        this.document = document;
    }

    /**
     * Screens a text.
     *
     * @param addresses the addresses of the guides that may be linked to, by id; null to keep links to guides without an address
     * @param document the parsed text with the source spans of its blocks; this method modifies it
     */
    static MarkdownSanitizer of(
            String markdown, Markdown.Place place, @Nullable Map<String, String> addresses, Node document) {
        var screening = new MarkdownSanitizer(markdown, place, addresses, document);
        Footnotes.gather(document).forEach(unused -> screening.warn(Warning.FOOTNOTE, "[^" + unused.getLabel() + "]"));
        document.accept(screening);
        screening.placeHeadings();
        return screening;
    }

    Node document() {
        return document;
    }

    /** The ids of the headings, by node. */
    Map<Node, String> ids() {
        return ids;
    }

    /** The pictures of the library that the text shows, in order. */
    List<AssetImage> assets() {
        return assets;
    }

    /** The ids of the guides that the text links to, by link. */
    Map<Node, String> guides() {
        return guides;
    }

    /** What is not shown as intended: one sentence for each kind of warning, which quotes its first occurrence. */
    List<String> warnings() {
        return warnings.entrySet().stream()
                .map(entry -> {
                    String first =
                            ValueFormat.of(StringNode.valueOf(entry.getValue().getFirst()));
                    int more = entry.getValue().size() - 1;
                    return entry.getKey().sentence.formatted(more == 0 ? first : first + " and " + more + " more");
                })
                .toList();
    }

    private void warn(Warning warning, String what) {
        warnings.computeIfAbsent(warning, it -> new ArrayList<>()).add(what);
    }

    @Override
    public void visit(HtmlBlock block) {
        warn(Warning.HTML, block.getLiteral().strip());
        var paragraph = new Paragraph();
        paragraph.appendChild(new Text(block.getLiteral()));
        block.insertAfter(paragraph);
        block.unlink();
    }

    @Override
    public void visit(HtmlInline inline) {
        warn(Warning.HTML, inline.getLiteral());
        inline.insertAfter(new Text(inline.getLiteral()));
        inline.unlink();
    }

    @Override
    public void visit(Link link) {
        visitChildren(link);
        if (link.getDestination().startsWith("#")) fragments.add(link);
        if (toGuide(link)) return;
        if (isAllowed(link.getDestination(), LINK_SCHEMES)) return;
        warn(Warning.LINK, link.getDestination());
        leaveWords(link);
    }

    /** A link to a guide gets the address of the guide; without one, only its words are left. */
    private boolean toGuide(Link link) {
        if (!link.getDestination().startsWith(References.SCHEME)) return false;
        String guide = link.getDestination().substring(References.SCHEME.length());
        if (!References.isId(guide)) return false;
        guides.put(link, guide);
        if (addresses == null) return true;
        String address = addresses.get(guide);
        if (address == null) leaveWords(link);
        else link.setDestination(address);
        return true;
    }

    @Override
    public void visit(Image image) {
        visitChildren(image);
        String asset = AssetIds.inAddress(image.getDestination());
        if (!asset.isEmpty()) assets.add(new AssetImage(asset, words(image)));
        else if (!isAllowed(image.getDestination(), PICTURE_SCHEMES)) {
            warn(Warning.PICTURE, image.getDestination());
            leaveWords(image);
        } else if (ELSEWHERE.matcher(image.getDestination()).matches()) warn(Warning.ELSEWHERE, image.getDestination());
    }

    private static String words(Node node) {
        var words = new StringBuilder();
        node.accept(new AbstractVisitor() {
            @Override
            public void visit(Text text) {
                words.append(text.getLiteral());
            }

            @Override
            public void visit(Code code) {
                words.append(code.getLiteral());
            }
        });
        return words.toString().strip();
    }

    private static boolean isAllowed(String address, Collection<String> schemes) {
        var scheme = SCHEME.matcher(address);
        return !scheme.matches() || schemes.contains(scheme.group(1).toLowerCase(Locale.ROOT));
    }

    private static void leaveWords(Node node) {
        for (Node child = node.getFirstChild(); child != null; child = node.getFirstChild()) node.insertBefore(child);
        node.unlink();
    }

    @Override
    public void visit(Heading heading) {
        visitChildren(heading);
        headings.add(heading);
    }

    @Override
    public void visit(CustomNode node) {
        if (node instanceof TableRow row && row.getParent() instanceof TableBody) cellsLeftOut(row);
        // GitHub and cmark-gfm put the checkbox into the paragraph, even in a loose list
        if (node instanceof TaskListItemMarker && node.getNext() instanceof Paragraph words) words.prependChild(node);
        visitChildren(node);
    }

    private void cellsLeftOut(TableRow row) {
        int shown = 0;
        for (Node cell = row.getFirstChild(); cell != null; cell = cell.getNext()) shown++;
        for (SourceSpan span : row.getSourceSpans()) {
            int end = Math.min(span.getInputIndex() + span.getLength(), markdown.length());
            TableCells.of(markdown.substring(Math.min(span.getInputIndex(), end), end)).stream()
                    .skip(shown)
                    .map(String::strip)
                    .filter(cell -> !cell.isEmpty())
                    .forEach(cell -> warn(Warning.CELL, cell));
        }
    }

    /** Lowers headings so that none is above the level of the place; their order among each other stays the same. */
    private void placeHeadings() {
        var names = new HeadingIds();
        int highest = headings.stream().mapToInt(Heading::getLevel).min().orElse(DEEPEST_HEADING);
        int deeper = Math.max(0, place.headingLevel() - highest);
        for (var heading : headings) {
            heading.setLevel(Math.min(DEEPEST_HEADING, heading.getLevel() + deeper));
            ids.put(heading, place.heading(names.of(heading)));
        }
        for (var link : fragments) {
            String name = HeadingIds.decoded(link.getDestination().substring(1));
            if (names.contains(name)) link.setDestination("#" + place.heading(name));
        }
    }
}
