// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.UnitTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The words of docs/glossary.md: each names a class that exists, and none of the excluded synonyms is used. */
@UnitTest
class GlossaryTest {
    private static final Path GLOSSARY = Path.of("docs/glossary.md");

    private record Term(String word, String type, List<String> synonyms) {}

    private static List<Term> terms() throws IOException {
        var terms = new ArrayList<Term>();
        for (String line : Files.readAllLines(GLOSSARY)) {
            String[] cells = line.split("\\|", -1);
            if (cells.length != 6 || cells[3].isBlank() || !cells[3].strip().startsWith("`")) continue;
            terms.add(new Term(
                    cells[1].strip(),
                    cells[3].strip().replace("`", ""),
                    Arrays.stream(cells[4].split(",")).map(String::strip).toList()));
        }
        return terms;
    }

    private static Stream<Path> files(String root, String... endings) {
        try {
            return Files.walk(Path.of(root))
                    .filter(file -> Arrays.stream(endings).anyMatch(file.toString()::endsWith));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> texts() {
        return Stream.of(
                        Stream.of(Path.of("README.md"), Path.of("CONTRIBUTING.md"), Path.of("CHANGELOG.md")),
                        files("docs", ".md").filter(file -> !file.equals(GLOSSARY)),
                        files("src/main/resources/templates", ".html"),
                        Stream.of(Path.of("src/main/resources/openapi.yaml")))
                .flatMap(it -> it)
                .toList();
    }

    private static boolean has(String text, String synonym) {
        return Pattern.compile("(?<![\\w-])" + Pattern.quote(synonym) + "(?![\\w-])", Pattern.CASE_INSENSITIVE)
                .matcher(text)
                .find();
    }

    @Test
    void eachWordNamesAClassThatExists() throws IOException {
        var classes = files("src/main/java", ".java")
                .map(file -> file.getFileName().toString().replace(".java", ""))
                .toList();

        assertThat(terms())
                .hasSizeGreaterThan(30)
                .allSatisfy(term -> assertThat(classes).as(term.word()).contains(term.type()));
    }

    @Test
    void noSynonymStandsInDocumentsOrPages() throws IOException {
        for (var file : texts()) {
            // the HTML element <article> is not a synonym of "guide"
            String text = Files.readString(file).replaceAll("</?[a-z0-9]+", "<");
            for (var term : terms())
                assertThat(term.synonyms().stream().filter(synonym -> has(text, synonym)))
                        .as("%s: say %s", file, term.word())
                        .isEmpty();
        }
    }

    @Test
    void noClassIsNamedAfterASynonym() throws IOException {
        var names = files("src/main/java", ".java")
                .map(file -> file.getFileName().toString().replace(".java", "").toLowerCase(Locale.ROOT))
                .toList();
        for (var term : terms())
            for (String synonym : term.synonyms())
                assertThat(names)
                        .as("say %s", term.word())
                        .doesNotContain(synonym.replaceAll("[ -]", "").toLowerCase(Locale.ROOT));
    }

    @Test
    void aSynonymWouldBeFound() {
        assertThat(has("A Permalink, for once", "permalink")).isTrue();
        assertThat(has("permalinks", "permalink")).isFalse();
    }
}
