// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.diff;

import com.github.difflib.DiffUtils;
import com.github.difflib.patch.AbstractDelta;
import dev.imprimatur.content.Segmentation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Merges the edits that two people made to the same text, as long as they changed different words. */
public final class TextMerge {
    /** Longer texts are not merged; the conflict is reported instead. */
    private static final int MOST_WORDS = 20_000;

    private static final Pattern LINE = Pattern.compile("[^\\r\\n]*(?:\\r\\n|\\r|\\n)|[^\\r\\n]+$");

    private TextMerge() {}

    /** A run of words of the base text, and the words that one person put in its place. */
    private record Run(int from, int to, List<String> words) {}

    /** The text with both edits; empty if the edits overlap or touch. */
    public static Optional<String> of(String base, String mine, String theirs) {
        if (mine.equals(theirs) || theirs.equals(base)) return Optional.of(mine);
        if (mine.equals(base)) return Optional.of(theirs);
        var words = Segmentation.words(base);
        if (words.size() > MOST_WORDS) return Optional.empty();
        var runs = new ArrayList<>(runs(words, mine));
        runs.addAll(runs(words, theirs));
        runs.sort(Comparator.comparingInt(Run::from).thenComparingInt(Run::to));
        var merged = new StringBuilder();
        int read = 0;
        int free = 0;
        Run last = null;
        for (var run : runs) {
            // both people made the same change here
            if (run.equals(last)) continue;
            last = run;
            if (run.from() < free) return Optional.empty();
            words.subList(read, run.from()).forEach(merged::append);
            run.words().forEach(merged::append);
            read = run.to();
            // one word of the base keeps two edits apart
            free = run.to() + 1;
        }
        words.subList(read, words.size()).forEach(merged::append);
        return Optional.of(merged.toString());
    }

    private static List<Run> runs(List<String> base, String edited) {
        return DiffUtils.diff(base, Segmentation.words(edited)).getDeltas().stream()
                .map((AbstractDelta<String> delta) -> new Run(
                        delta.getSource().getPosition(),
                        delta.getSource().getPosition() + delta.getSource().size(),
                        delta.getTarget().getLines()))
                .toList();
    }

    /**
     * Gives the lines of a text from an input the line ends that they had before, because inputs know only one kind of line end.
     *
     * @param before the text that the input was given, with its own line ends
     */
    public static String withEndsOf(String before, String text) {
        if (!before.contains("\r")) return text;
        var lines = lines(before);
        String usual = before.contains("\r\n") ? "\r\n" : "\r";
        var plain = lines.stream().map(TextMerge::plain).toList();
        var next = lines(text);
        var ends = new ArrayList<>(next);
        ends.replaceAll(line -> line.endsWith("\n") ? line.substring(0, line.length() - 1) + usual : line);
        int was = 0;
        int is = 0;
        for (AbstractDelta<String> delta : DiffUtils.diff(plain, next).getDeltas()) {
            while (was < delta.getSource().getPosition()) ends.set(is++, lines.get(was++));
            was += delta.getSource().size();
            is += delta.getTarget().size();
        }
        while (was < lines.size()) ends.set(is++, lines.get(was++));
        return String.join("", ends);
    }

    private static List<String> lines(String text) {
        return LINE.matcher(text)
                .results()
                .map(java.util.regex.MatchResult::group)
                .toList();
    }

    private static String plain(String line) {
        return line.endsWith("\r\n") || line.endsWith("\r") ? line.replaceFirst("\\r\\n?$", "\n") : line;
    }
}
