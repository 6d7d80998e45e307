// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.commonmark.ext.gfm.tables.internal.TableBlockParser;
import org.commonmark.parser.block.AbstractBlockParserFactory;
import org.commonmark.parser.block.BlockStart;
import org.commonmark.parser.block.MatchedBlockParser;
import org.commonmark.parser.block.ParserState;

/**
 * Counts the cells of a table row like GFM, and starts a table only if its header row has as many cells as its delimiter row. The library
 * accepts a longer delimiter row, and drops the cells of every row that exceed the header row.
 */
final class TableCells {
    private static final Pattern DELIMITERS = Pattern.compile("[-:| \\t]*-[-:| \\t]*");

    private TableCells() {}

    /** The texts between the pipes of a row; an escaped pipe is text. */
    static List<String> of(CharSequence row) {
        String line = row.toString().strip();
        var cells = new ArrayList<String>();
        var cell = new StringBuilder();
        for (int at = line.startsWith("|") ? 1 : 0; at < line.length(); at++) {
            char it = line.charAt(at);
            if (it == '\\' && at + 1 < line.length() && line.charAt(at + 1) == '|') {
                cell.append('|');
                at++;
            } else if (it == '|') {
                cells.add(cell.toString());
                cell.setLength(0);
            } else cell.append(it);
        }
        if (!cell.isEmpty()) cells.add(cell.toString());
        return cells;
    }

    /** Starts tables in the block parser. */
    static final class Factory extends AbstractBlockParserFactory {
        private final TableBlockParser.Factory tables = new TableBlockParser.Factory();

        @Override
        public BlockStart tryStart(ParserState state, MatchedBlockParser matched) {
            var line = state.getLine().getContent();
            var delimiters = line.subSequence(Math.min(state.getIndex(), line.length()), line.length());
            if (!DELIMITERS.matcher(delimiters).matches()) return BlockStart.none();
            var above = matched.getParagraphLines().getLines();
            if (above.isEmpty()) return BlockStart.none();
            int columns = of(delimiters).size();
            return columns == of(above.getLast().getContent()).size()
                    ? tables.tryStart(state, matched)
                    : BlockStart.none();
        }
    }
}
