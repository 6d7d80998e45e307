// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.Synonyms;
import dev.imprimatur.representation.GuideAddress;
import dev.imprimatur.testing.UnitTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * How well a search finds real titles of occupations by what people type. The titles and queries are in {@code search/titles.tsv} and
 * {@code search/queries.tsv}; the report is written to {@code target/search-report.txt}. Raise the limits below when
 * the search gets better.
 */
@UnitTest
class GoldenSearchTest {
    /** The least mean reciprocal rank of the first wanted title. */
    private static final double MEAN_RECIPROCAL_RANK = 0.99;
    /** The least average share of the wanted titles that are among the first three. */
    private static final double RECALL = 0.99;
    /** The greatest number of queries that find an unwanted or forbidden title. */
    private static final int UNWANTED = 0;

    private static final Path TYPES = Path.of("seed-content", "types");
    private static final int FIRST = 3;
    private static final String EVERYWHERE = "*";
    private static final Path REPORT = Path.of("target", "search-report.txt");
    private static final Pattern CODE_POINT = Pattern.compile("\\\\u([0-9a-fA-F]{4})");

    private record Title(String id, String locale, String title, String description, String source) {}

    /**
     * A query and the titles that it must find.
     *
     * @param wanted ids that are wanted in the first three
     * @param first the id that must be first; empty if any wanted id may be first
     * @param isAnyOf whether the first three must all be wanted ids, of which there are more than three
     * @param unwanted ids that must not be in the first three
     * @param forbidden ids that must not be found at all; {@code *} for all
     */
    private record GoldenQuery(
            String kind,
            String locale,
            String query,
            List<String> wanted,
            String first,
            boolean isAnyOf,
            List<String> unwanted,
            List<String> forbidden) {
        static GoldenQuery of(String[] line) {
            var wanted =
                    Stream.of(line[3].split("[ |]")).filter(id -> !id.isEmpty()).toList();
            var unwanted = line.length < 5 ? List.<String>of() : List.of(line[4].split(" "));
            return new GoldenQuery(
                    line[0],
                    line[1],
                    CODE_POINT.matcher(line[2]).replaceAll(it -> Character.toString(Integer.parseInt(it.group(1), 16))),
                    wanted.stream().map(GoldenQuery::bare).toList(),
                    wanted.stream()
                            .filter(id -> id.endsWith("!"))
                            .map(GoldenQuery::bare)
                            .findFirst()
                            .orElse(""),
                    line[3].contains("|"),
                    unwanted.stream().filter(id -> !id.endsWith("!")).toList(),
                    unwanted.stream()
                            .filter(id -> id.endsWith("!"))
                            .map(GoldenQuery::bare)
                            .toList());
        }

        private static String bare(String id) {
            return id.replace("!", "");
        }

        String language() {
            return GuideAnalyzer.language(locale);
        }
    }

    /** A query and the ids of its hits, the best first. */
    private record GoldenResult(GoldenQuery asked, List<String> found) {
        List<String> first() {
            return found.subList(0, Math.min(FIRST, found.size()));
        }

        /** 1 over the rank of the first wanted title; 0 if none is found. */
        double reciprocalRank() {
            for (int rank = 0; rank < found.size(); rank++)
                if (asked.first().isEmpty()
                        ? asked.wanted().contains(found.get(rank))
                        : asked.first().equals(found.get(rank))) return 1.0 / (rank + 1);
            return 0;
        }

        double recall() {
            long there = first().stream().filter(asked.wanted()::contains).count();
            return (double) there / (asked.isAnyOf() ? FIRST : asked.wanted().size());
        }

        boolean hasUnwanted() {
            return asked.unwanted().stream().anyMatch(first()::contains)
                    || asked.forbidden().stream()
                            .anyMatch(id -> id.equals(EVERYWHERE) ? !found.isEmpty() : found.contains(id));
        }

        boolean isRight() {
            return !hasUnwanted()
                    && (asked.wanted().isEmpty()
                            || recall() == 1 && (asked.first().isEmpty() || reciprocalRank() == 1));
        }
    }

    private final ContentType type;
    private final Map<String, Title> titles;
    private final List<GoldenQuery> queries;
    private final GuideAnalyzer words = new GuideAnalyzer();

    GoldenSearchTest() throws IOException {
        type = new ContentType(
                "role-guide",
                (ObjectNode) new JsonMapper().readTree(Files.readString(TYPES.resolve("role-guide.schema.json"))),
                Synonyms.parse(Files.readAllLines(TYPES.resolve("role-guide.synonyms.txt"))));
        titles = lines("titles.tsv")
                .map(line -> new Title(line[0], line[1], line[2], line[3], line[4]))
                .collect(Collectors.toMap(Title::id, it -> it, (one, other) -> one, LinkedHashMap::new));
        queries = lines("queries.tsv").map(GoldenQuery::of).toList();
    }

    private static Stream<String[]> lines(String file) {
        try (var text = GoldenSearchTest.class.getResourceAsStream("/search/" + file)) {
            return new String(text.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split("\t"));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Test
    void theQueriesAreManyAndNameOnlyKnownTitles() {
        assertThat(titles).hasSizeGreaterThanOrEqualTo(320);
        assertThat(titles.values())
                .allSatisfy(title -> assertThat(title.source()).isNotBlank());
        assertThat(titles.values().stream()
                        .collect(Collectors.groupingBy(Title::locale, Collectors.counting()))
                        .values())
                .hasSizeGreaterThanOrEqualTo(8)
                .allSatisfy(count -> assertThat(count).isGreaterThanOrEqualTo(20));
        assertThat(queries)
                .hasSizeGreaterThanOrEqualTo(180)
                .allSatisfy(query -> assertThat(titles.keySet())
                        .containsAll(query.wanted())
                        .containsAll(query.unwanted())
                        .containsAll(query.forbidden().stream()
                                .filter(id -> !id.equals(EVERYWHERE))
                                .toList()));
        assertThat(lines("titles.tsv").count()).as("ids are unique").isEqualTo(titles.size());
    }

    @Test
    void typedQueriesFindTheWantedTitles() throws IOException {
        List<GoldenResult> answered;
        try (var directory = new ByteBuffersDirectory();
                var index = new IndexWriter(directory, new IndexWriterConfig(words))) {
            for (var title : titles.values()) index.addDocument(document(title));
            try (var reader = DirectoryReader.open(index)) {
                answered = new ArrayList<>();
                for (var query : queries)
                    answered.add(new GoldenResult(query, ask(reader, query.locale(), query.query())));
            }
        }

        String report = report(answered);
        System.out.println(report);
        Files.createDirectories(REPORT.getParent());
        Files.writeString(REPORT, report);
        assertThat(meanReciprocalRank(answered))
                .as("mean reciprocal rank")
                .isGreaterThanOrEqualTo(MEAN_RECIPROCAL_RANK);
        assertThat(recall(answered)).as("recall in the first three").isGreaterThanOrEqualTo(RECALL);
        assertThat(answered.stream().filter(GoldenResult::hasUnwanted).count())
                .as("queries that find unwanted or forbidden titles")
                .isLessThanOrEqualTo(UNWANTED);
    }

    private Document document(Title title) {
        var content =
                new JsonMapper().createObjectNode().put("title", title.title()).put("summary", title.description());
        return GuideDocument.of(new GuideAddress(type.name(), title.id(), title.locale()), type, content, words);
    }

    /** The ids that a query finds, the best first: in one locale, or in all. */
    private List<String> ask(DirectoryReader index, String locale, String query) throws IOException {
        record Hit(String id, long score) {}
        var languages = titles.values().stream()
                .map(Title::locale)
                .filter(it -> locale.equals(EVERYWHERE) || locale.equals(it))
                .map(GuideAnalyzer::language)
                .distinct()
                .sorted()
                .toList();
        var scores = new SearchQuery(query, type, languages, words, index).scores(index);
        var hits = new ArrayList<Hit>();
        for (var leaf : index.leaves()) {
            var keys = leaf.reader().getBinaryDocValues("key");
            for (int document = 0; document < leaf.reader().maxDoc(); document++) {
                if (!keys.advanceExact(document) || scores[leaf.docBase + document] == 0) continue;
                String id = keys.binaryValue().utf8ToString().split(" ")[1];
                if (locale.equals(EVERYWHERE) || titles.get(id).locale().equals(locale))
                    hits.add(new Hit(id, scores[leaf.docBase + document]));
            }
        }
        return hits.stream()
                .sorted(Comparator.comparingLong(Hit::score).reversed().thenComparing(Hit::id))
                .map(Hit::id)
                .toList();
    }

    private static double meanReciprocalRank(Collection<GoldenResult> answered) {
        return answered.stream()
                .filter(it -> !it.asked().wanted().isEmpty())
                .mapToDouble(GoldenResult::reciprocalRank)
                .average()
                .orElse(1);
    }

    private static double recall(Collection<GoldenResult> answered) {
        return answered.stream()
                .filter(it -> !it.asked().wanted().isEmpty())
                .mapToDouble(GoldenResult::recall)
                .average()
                .orElse(1);
    }

    private String report(List<GoldenResult> answered) {
        var report = new StringBuilder("%d titles, %d queries%n%n%-14s %7s %6s %6s %6s%n"
                .formatted(titles.size(), queries.size(), "", "queries", "right", "MRR", "recall"));
        row(report, "all", answered);
        rows(report, answered, GoldenQuery::language);
        rows(report, answered, GoldenQuery::kind);
        report.append("%nNot as wanted:%n".formatted());
        answered.stream().filter(it -> !it.isRight()).forEach(it -> {
            var asked = it.asked();
            report.append("%-12s %-6s %-34s %s wants %s%n"
                    .formatted(
                            asked.kind(),
                            asked.locale(),
                            "‹" + asked.query() + "›",
                            it.hasUnwanted() ? "UNWANTED," : "",
                            (asked.first().isEmpty() ? "" : "first ")
                                    + String.join(asked.isAnyOf() ? " or " : ", ", asked.wanted())));
            report.append("%54s finds %d: %s%n".formatted("", it.found().size(), it.first()));
        });
        return report.toString();
    }

    private static void rows(StringBuilder report, List<GoldenResult> answered, Function<GoldenQuery, String> by) {
        report.append('\n');
        answered.stream()
                .collect(Collectors.groupingBy(it -> by.apply(it.asked()), TreeMap::new, Collectors.toList()))
                .forEach((name, of) -> row(report, name, of));
    }

    private static void row(StringBuilder report, String name, List<GoldenResult> of) {
        report.append("%-14s %7d %6d %6.3f %6.3f%n"
                .formatted(
                        name,
                        of.size(),
                        of.stream().filter(GoldenResult::isRight).count(),
                        meanReciprocalRank(of),
                        recall(of)));
    }
}
