// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import dev.imprimatur.problem.CleanText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Synonyms for searches in guides of a type, such as {@code SRE} and {@code site reliability engineer}.
 *
 * @param groups lists of synonyms, by the language subtag of a locale ({@code en}) or {@link #ANY}
 */
public record Synonyms(Map<String, List<List<String>>> groups) {
    /** Stands for all languages. */
    private static final String ANY = "*";

    private static final int MOST_GROUPS = 2_000;
    private static final int MOST_TERMS = 8;
    private static final int LONGEST_TERM = 100;

    public static final Synonyms NONE = new Synonyms(Map.of());

    /** The lists of synonyms for a language, including those for all languages. */
    public List<List<String>> of(String language) {
        return Stream.concat(
                        groups.getOrDefault(language, List.of()).stream(), groups.getOrDefault(ANY, List.of()).stream())
                .toList();
    }

    /**
     * Parses a file of synonyms. The line {@code [en]} begins the section of a language, {@code [*]} the section of all languages. Each
     * line of a section lists terms separated by {@code =}. A line that starts with {@code #} is a comment.
     *
     * @throws IllegalArgumentException if a line has another form; the message says which line and why
     */
    public static Synonyms parse(List<String> lines) {
        var groups = new LinkedHashMap<String, List<List<String>>>();
        String language = null;
        int count = 0;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) continue;
            String at = "line " + (i + 1) + ": ";
            if (line.startsWith("[")) {
                if (!line.matches("\\[([a-z]{2,3}|\\*)]"))
                    throw new IllegalArgumentException(at + "a language is written [en], or [*] for all");
                language = line.substring(1, line.length() - 1);
                continue;
            }
            if (language == null)
                throw new IllegalArgumentException(at + "the first line says of which language: [en], or [*] for all");
            var terms = new ArrayList<String>();
            for (String term : line.split("=", -1)) terms.add(CleanText.normal(term.strip()));
            if (terms.size() < 2 || terms.size() > MOST_TERMS)
                throw new IllegalArgumentException(
                        at + "synonyms are 2 to " + MOST_TERMS + " terms with = between them");
            if (terms.stream().anyMatch(term -> term.isEmpty() || term.length() > LONGEST_TERM))
                throw new IllegalArgumentException(at + "a term has 1 to " + LONGEST_TERM + " characters");
            if (++count > MOST_GROUPS)
                throw new IllegalArgumentException(at + "there are at most " + MOST_GROUPS + " lines of synonyms");
            groups.computeIfAbsent(language, it -> new ArrayList<>()).add(List.copyOf(terms));
        }
        return new Synonyms(groups);
    }
}
