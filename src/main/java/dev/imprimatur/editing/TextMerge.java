package dev.imprimatur.editing;

import com.github.difflib.DiffUtils;
import com.github.difflib.patch.AbstractDelta;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Two people's edits of one text, in one, where they changed different words. */
final class TextMerge {
    /** Longer texts are not compared word by word; people are asked. */
    private static final int MOST_WORDS = 20_000;

    private TextMerge() {}

    /** A run of base words and what somebody put in its place. */
    private record Run(int from, int to, List<String> words) {}

    /** Both edits in one text, or empty where they overlap or touch. */
    static Optional<String> of(String base, String mine, String theirs) {
        if (mine.equals(theirs) || theirs.equals(base)) return Optional.of(mine);
        if (mine.equals(base)) return Optional.of(theirs);
        var words = Diff.tokens(base);
        if (words.size() > MOST_WORDS) return Optional.empty();
        var runs = new ArrayList<>(runs(words, mine));
        runs.addAll(runs(words, theirs));
        runs.sort(Comparator.comparingInt(Run::from).thenComparingInt(Run::to));
        var merged = new StringBuilder();
        int read = 0;
        int free = 0;
        Run last = null;
        for (var run : runs) {
            // both did the very same here
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
        return DiffUtils.diff(base, Diff.tokens(edited)).getDeltas().stream()
                .map((AbstractDelta<String> delta) -> new Run(
                        delta.getSource().getPosition(),
                        delta.getSource().getPosition() + delta.getSource().size(),
                        delta.getTarget().getLines()))
                .toList();
    }
}
