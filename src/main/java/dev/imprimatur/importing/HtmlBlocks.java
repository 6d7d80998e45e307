// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.importing;

import java.util.Map;
import java.util.Set;
import org.commonmark.ext.gfm.strikethrough.Strikethrough;
import org.commonmark.ext.gfm.tables.TableBlock;
import org.commonmark.ext.gfm.tables.TableBody;
import org.commonmark.ext.gfm.tables.TableCell;
import org.commonmark.ext.gfm.tables.TableHead;
import org.commonmark.ext.gfm.tables.TableRow;
import org.commonmark.node.BlockQuote;
import org.commonmark.node.BulletList;
import org.commonmark.node.Code;
import org.commonmark.node.Document;
import org.commonmark.node.Emphasis;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.HardLineBreak;
import org.commonmark.node.Heading;
import org.commonmark.node.Image;
import org.commonmark.node.Link;
import org.commonmark.node.ListBlock;
import org.commonmark.node.ListItem;
import org.commonmark.node.Node;
import org.commonmark.node.OrderedList;
import org.commonmark.node.Paragraph;
import org.commonmark.node.StrongEmphasis;
import org.commonmark.node.Text;
import org.commonmark.node.ThematicBreak;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.TextNode;
import org.jspecify.annotations.Nullable;

/** Makes the blocks of Markdown from elements of HTML. An element that Markdown does not have leaves what is in it. */
final class HtmlBlocks {
    private static final Set<String> BLOCKS = Set.of(
            "address",
            "article",
            "aside",
            "blockquote",
            "body",
            "center",
            "dd",
            "details",
            "div",
            "dl",
            "dt",
            "fieldset",
            "figcaption",
            "figure",
            "footer",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "header",
            "hr",
            "li",
            "main",
            "nav",
            "ol",
            "p",
            "pre",
            "section",
            "summary",
            "table",
            "tbody",
            "td",
            "tfoot",
            "th",
            "thead",
            "tr",
            "ul");

    private final Map<String, Integer> leftOut;

    /** @param leftOut notes the elements that do not become what they are */
    HtmlBlocks(Map<String, Integer> leftOut) {
        this.leftOut = leftOut;
    }

    Node of(Element body) {
        var document = new Document();
        fill(document, body);
        return document;
    }

    /** Takes all emphasis off the words below the node. */
    static void withoutEmphasis(Node node) {
        for (var child = node.getFirstChild(); child != null; ) {
            var next = child.getNext();
            withoutEmphasis(child);
            if (child instanceof Emphasis || child instanceof StrongEmphasis || child instanceof Strikethrough) {
                for (var inner = child.getFirstChild(); inner != null; inner = child.getFirstChild())
                    child.insertBefore(inner);
                child.unlink();
            }
            child = next;
        }
        joinTexts(node);
    }

    private static boolean isBlock(org.jsoup.nodes.Node node) {
        return node instanceof Element element && (BLOCKS.contains(element.normalName()) || hasBlocks(element));
    }

    private static boolean hasBlocks(Element element) {
        return element.children().stream().anyMatch(HtmlBlocks::isBlock);
    }

    /** Adds what is in the element to a block that has blocks: what is no block becomes paragraphs. */
    private void fill(Node block, Element element) {
        Node words = new Paragraph();
        for (var child : element.childNodes()) {
            if (!isBlock(child)) {
                inline(words, child);
                continue;
            }
            add(block, words);
            words = new Paragraph();
            block(block, (Element) child);
        }
        add(block, words);
    }

    private static void add(Node block, Node words) {
        trim(words);
        if (words.getFirstChild() != null) block.appendChild(words);
    }

    private void block(Node parent, Element element) {
        switch (element.normalName()) {
            case "h1", "h2", "h3", "h4", "h5", "h6" -> heading(parent, element);
            case "ul" -> list(parent, new BulletList(), element);
            case "ol" -> list(parent, new OrderedList(), element);
            case "blockquote" -> {
                var quote = new BlockQuote();
                fill(quote, element);
                if (quote.getFirstChild() != null) parent.appendChild(quote);
            }
            case "pre" -> code(parent, element);
            case "hr" -> parent.appendChild(new ThematicBreak());
            case "table" -> table(parent, element);
            default -> {
                if (element.normalName().equals("a")) leftOut.merge("a", 1, Integer::sum);
                fill(parent, element);
            }
        }
    }

    private void heading(Node parent, Element element) {
        var heading = new Heading();
        heading.setLevel(element.normalName().charAt(1) - '0');
        element.childNodes().forEach(child -> inline(heading, child));
        // a heading has one line
        for (var child = heading.getFirstChild(); child != null; child = child.getNext())
            if (child instanceof HardLineBreak) {
                child.insertBefore(new Text(" "));
                var space = child.getPrevious();
                child.unlink();
                child = space;
            }
        add(parent, heading);
    }

    private void list(Node parent, ListBlock list, Element element) {
        list.setTight(true);
        // lists beside each other stay two lists
        boolean isSecond =
                parent.getLastChild() != null && parent.getLastChild().getClass() == list.getClass();
        if (list instanceof BulletList bullets) {
            boolean isOther = isSecond && "-".equals(((BulletList) parent.getLastChild()).getMarker());
            bullets.setMarker(isOther ? "*" : "-");
        }
        if (list instanceof OrderedList numbers) {
            boolean isOther = isSecond && ".".equals(((OrderedList) parent.getLastChild()).getMarkerDelimiter());
            numbers.setMarkerDelimiter(isOther ? ")" : ".");
            numbers.setMarkerStartNumber(start(element));
        }
        for (var child : element.children()) {
            var item = new ListItem();
            // a list directly in a list belongs to the item before it
            boolean isStray =
                    child.normalName().equals("ul") || child.normalName().equals("ol");
            if (isStray && list.getLastChild() != null) {
                block(list.getLastChild(), child);
                continue;
            }
            if (isStray) block(item, child);
            else fill(item, child);
            if (item.getFirstChild() == null) continue;
            if (hasTwoParagraphs(item)) list.setTight(false);
            list.appendChild(item);
        }
        if (list.getFirstChild() != null) parent.appendChild(list);
    }

    private static boolean hasTwoParagraphs(Node item) {
        for (var child = item.getFirstChild(); child != null; child = child.getNext())
            if (child.getNext() != null && !(child.getNext() instanceof ListBlock)) return true;
        return false;
    }

    private static int start(Element element) {
        try {
            return Math.clamp(Integer.parseInt(element.attr("start")), 0, 999_999_999);
        } catch (NumberFormatException none) {
            return 1;
        }
    }

    private static void code(Node parent, Element element) {
        var code = new FencedCodeBlock();
        String text = element.wholeText();
        code.setLiteral(text.endsWith("\n") ? text : text + "\n");
        var inner = element.selectFirst("code");
        String language = (inner == null ? element : inner)
                .classNames().stream()
                        .filter(name -> name.startsWith("language-"))
                        .map(name -> name.substring("language-".length()))
                        .findFirst()
                        .orElse("");
        code.setInfo(language);
        parent.appendChild(code);
    }

    private void table(Node parent, Element element) {
        var caption = element.selectFirst("> caption");
        if (caption != null) fill(parent, caption);
        var rows = element.select("> tr, > thead > tr, > tbody > tr, > tfoot > tr");
        if (rows.isEmpty()) return;
        int columns = rows.stream().mapToInt(row -> row.children().size()).max().orElse(0);
        var table = new TableBlock();
        var head = new TableHead();
        var body = new TableBody();
        table.appendChild(head);
        for (int i = 0; i < rows.size(); i++) {
            var row = new TableRow();
            for (int column = 0; column < columns; column++) {
                var cell = new TableCell();
                cell.setHeader(i == 0);
                if (column < rows.get(i).children().size())
                    flat(cell, rows.get(i).child(column));
                trim(cell);
                row.appendChild(cell);
            }
            (i == 0 ? head : body).appendChild(row);
        }
        if (body.getFirstChild() != null) table.appendChild(body);
        parent.appendChild(table);
    }

    /** Adds what is in a cell, which has one line. */
    private void flat(Node cell, Element element) {
        for (var child : element.childNodes()) {
            if (isBlock(child)) {
                cell.appendChild(new Text(" "));
                if (child.normalName().equals("table")) leftOut.merge("table", 1, Integer::sum);
                flat(cell, (Element) child);
                cell.appendChild(new Text(" "));
            } else if (child.normalName().equals("br")) cell.appendChild(new Text(" "));
            else inline(cell, child);
        }
    }

    private void inline(Node parent, org.jsoup.nodes.Node node) {
        if (node instanceof TextNode text) {
            parent.appendChild(new Text(text.getWholeText().replaceAll("[ \\t\\r\\n\\f]+", " ")));
            return;
        }
        if (!(node instanceof Element element)) return;
        switch (element.normalName()) {
            case "strong", "b" -> mark(parent, new StrongEmphasis("**"), element);
            case "em", "i", "cite", "dfn", "var" -> mark(parent, new Emphasis("*"), element);
            case "del", "s", "strike" -> mark(parent, new Strikethrough("~~"), element);
            case "code", "kbd", "samp", "tt" -> {
                String text = element.text();
                if (!text.isBlank()) parent.appendChild(new Code(text));
            }
            case "br" -> parent.appendChild(new HardLineBreak());
            case "img" -> image(parent, element);
            case "a" -> link(parent, element);
            default -> element.childNodes().forEach(child -> inline(parent, child));
        }
    }

    private void link(Node parent, Element element) {
        String address = element.attr("href").strip();
        if (address.isEmpty()) element.childNodes().forEach(child -> inline(parent, child));
        else mark(parent, new Link(address, title(element)), element);
    }

    private void image(Node parent, Element element) {
        String address = element.attr("src").strip();
        if (address.isEmpty() || address.startsWith("data:")) {
            leftOut.merge("img", 1, Integer::sum);
            return;
        }
        var image = new Image(address, title(element));
        if (!element.attr("alt").isBlank())
            image.appendChild(new Text(element.attr("alt").strip()));
        parent.appendChild(image);
    }

    private static @Nullable String title(Element element) {
        String title = element.attr("title").strip();
        return title.isEmpty() ? null : title;
    }

    /** Adds a mark around words. Spaces at its ends are outside of it, because Markdown knows no mark that begins or ends with one. */
    private void mark(Node parent, Node mark, Element element) {
        element.childNodes().forEach(child -> inline(mark, child));
        joinTexts(mark);
        boolean before = cutStart(mark);
        boolean after = mark.getFirstChild() != null && cutEnd(mark);
        if (before) parent.appendChild(new Text(" "));
        if (mark.getFirstChild() != null) parent.appendChild(mark);
        if (after) parent.appendChild(new Text(" "));
    }

    /** Removes spaces and line breaks at both ends and beside line breaks. */
    private static void trim(Node words) {
        joinTexts(words);
        while (words.getFirstChild() instanceof HardLineBreak || cutStart(words))
            if (words.getFirstChild() instanceof HardLineBreak)
                words.getFirstChild().unlink();
        while (words.getLastChild() instanceof HardLineBreak || cutEnd(words))
            if (words.getLastChild() instanceof HardLineBreak)
                words.getLastChild().unlink();
        for (var child = words.getFirstChild(); child != null; child = child.getNext())
            if (child instanceof HardLineBreak) {
                if (child.getPrevious() instanceof Text text)
                    text.setLiteral(text.getLiteral().stripTrailing());
                if (child.getNext() instanceof Text text)
                    text.setLiteral(text.getLiteral().stripLeading());
            }
    }

    private static boolean cutStart(Node words) {
        if (!(words.getFirstChild() instanceof Text text) || !text.getLiteral().startsWith(" ")) return false;
        text.setLiteral(text.getLiteral().substring(1));
        if (text.getLiteral().isEmpty()) text.unlink();
        return true;
    }

    private static boolean cutEnd(Node words) {
        if (!(words.getLastChild() instanceof Text text) || !text.getLiteral().endsWith(" ")) return false;
        text.setLiteral(text.getLiteral().substring(0, text.getLiteral().length() - 1));
        if (text.getLiteral().isEmpty()) text.unlink();
        return true;
    }

    /** Makes one text of texts beside each other, with one space where there are several. */
    private static void joinTexts(Node words) {
        for (var child = words.getFirstChild(); child != null; child = child.getNext()) {
            if (!(child instanceof Text text)) continue;
            while (text.getNext() instanceof Text next) {
                text.setLiteral(text.getLiteral() + next.getLiteral());
                next.unlink();
            }
            text.setLiteral(text.getLiteral().replaceAll(" {2,}", " "));
        }
    }
}
