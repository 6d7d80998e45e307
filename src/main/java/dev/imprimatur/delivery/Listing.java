package dev.imprimatur.delivery;

import dev.imprimatur.content.FilterField;
import dev.imprimatur.publication.LedgerEntry;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One page of what is live. The cursor names the last guide of the page before, so that a guide published in between
 * neither doubles nor hides another.
 *
 * @param next the cursor of the page after; null on the last
 * @param total how many guides there are on all pages
 * @param facets how often each value occurs on all pages, by field, the most frequent first
 */
record Listing(List<Delivered> guides, @Nullable String next, int total, Map<String, List<Count>> facets) {
    private static final int MOST_COUNTS = 100;
    /** Scores as whole numbers of one length, which sort as text does. */
    private static final long SCORES_FROM = 1_000_000_000_000L;

    private static final double SCORE_STEPS = 1_000_000;

    /** How many guides have a value. */
    record Count(String value, long count) {}

    /** What a list can be sorted by, each to a text that sorts as the value does. */
    static final Map<String, Function<Delivered, String>> SORTS = Map.of(
            "title", Delivered::title,
            "slug", guide -> guide.entry().slug(),
            "lastReviewed", guide -> review(guide, LedgerEntry.Review::lastReviewed),
            "reviewDue", guide -> review(guide, LedgerEntry.Review::reviewDue),
            "publishedAt", guide -> instant(guide.entry().publishedAt()),
            "firstPublishedAt", guide -> instant(guide.entry().firstPublishedAt()));

    private static String review(Delivered guide, Function<LedgerEntry.Review, Object> field) {
        return Optional.ofNullable(guide.entry().review())
                .map(review -> field.apply(review).toString())
                .orElse("");
    }

    private static String instant(java.time.Instant at) {
        return "%016d".formatted(at.toEpochMilli());
    }

    /** Which way a list is sorted: a key of each guide, texts that sort as the values do. */
    record Sort(String name, boolean descending, Function<Delivered, String> key) {
        static final Sort DEFAULT = new Sort("title", false, Delivered::title);
        /** The best found first; what was found says how good it is. */
        static final Sort RELEVANCE = new Sort("relevance", true, guide -> "");

        static Sort relevance(Map<Delivered, Search.Found> found) {
            return new Sort(RELEVANCE.name(), true, guide -> {
                var it = found.get(guide);
                return it == null ? "" : Long.toString(SCORES_FROM + Math.round(it.score() * SCORE_STEPS));
            });
        }

        private Comparator<Mark> order() {
            var byKey = Comparator.comparing(Mark::key);
            return (descending ? byKey.reversed() : byKey).thenComparing(Mark::id);
        }

        private Mark mark(Delivered guide) {
            return new Mark(key.apply(guide), guide.entry().id());
        }
    }

    /** Where in the order a guide stands. */
    record Mark(String key, String id) {
        private String cursor() {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString((id + " " + key).getBytes(StandardCharsets.UTF_8));
        }

        static Optional<Mark> parse(String cursor) {
            try {
                String text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
                int space = text.indexOf(' ');
                return space < 1
                        ? Optional.empty()
                        : Optional.of(new Mark(text.substring(space + 1), text.substring(0, space)));
            } catch (IllegalArgumentException noBase64) {
                return Optional.empty();
            }
        }
    }

    /** The page that the query asks for, of guides of one type. */
    static Listing of(Stream<Delivered> guides, Query query) {
        var order = query.sort().order();
        var marked = guides.filter(query.filter())
                .map(guide -> Map.entry(query.sort().mark(guide), guide))
                .sorted(Map.Entry.comparingByKey(order))
                .toList();
        var after = query.after();
        var rest = marked.stream()
                .filter(it -> after == null || order.compare(it.getKey(), after) > 0)
                .limit(query.limit() + 1L)
                .toList();
        boolean more = rest.size() > query.limit();
        var page = more ? rest.subList(0, query.limit()) : rest;
        return new Listing(
                page.stream().map(Map.Entry::getValue).toList(),
                more ? page.getLast().getKey().cursor() : null,
                marked.size(),
                facets(marked.stream().map(Map.Entry::getValue).toList(), query.facets()));
    }

    private static Map<String, List<Count>> facets(List<Delivered> guides, List<FilterField> fields) {
        var facets = new LinkedHashMap<String, List<Count>>();
        for (var field : fields)
            facets.put(
                    field.name(),
                    guides.stream()
                            .flatMap(guide ->
                                    field.values(guide.content()).stream().distinct())
                            .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()))
                            .entrySet()
                            .stream()
                            .map(it -> new Count(it.getKey(), it.getValue()))
                            .sorted(Comparator.comparingLong(Count::count)
                                    .reversed()
                                    .thenComparing(Count::value))
                            .limit(MOST_COUNTS)
                            .toList());
        return facets;
    }
}
