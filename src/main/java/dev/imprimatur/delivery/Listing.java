package dev.imprimatur.delivery;

import dev.imprimatur.publication.LedgerEntry;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One page of what is live. The cursor names the last guide of the page before, so that a guide published in between
 * neither doubles nor hides another.
 *
 * @param next the cursor of the page after; null on the last
 */
record Listing(List<Delivered> guides, @Nullable String next, int total) {
    /** What a list can be sorted by, each to a text that sorts as the value does. */
    private static final Map<String, Function<Delivered, String>> SORTS = Map.of(
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

    static List<String> sorts() {
        return SORTS.keySet().stream().sorted().toList();
    }

    /**
     * Which way a list is sorted: a field, with a hyphen before it for descending.
     */
    record Sort(String field, boolean descending) {
        static Optional<Sort> parse(String text) {
            boolean descending = text.startsWith("-");
            String field = descending ? text.substring(1) : text;
            return SORTS.containsKey(field) ? Optional.of(new Sort(field, descending)) : Optional.empty();
        }

        private Comparator<Mark> order() {
            var byKey = Comparator.comparing(Mark::key);
            return (descending ? byKey.reversed() : byKey).thenComparing(Mark::id);
        }

        private Mark mark(Delivered guide) {
            var key = SORTS.getOrDefault(field, Delivered::title).apply(guide);
            return new Mark(key, guide.entry().id());
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

    static Listing of(Stream<Delivered> guides, Sort sort, @Nullable Mark after, int limit) {
        var order = sort.order();
        var all = guides.sorted((one, other) -> order.compare(sort.mark(one), sort.mark(other)))
                .toList();
        var rest = all.stream()
                .filter(guide -> after == null || order.compare(sort.mark(guide), after) > 0)
                .limit(limit + 1L)
                .toList();
        boolean more = rest.size() > limit;
        var page = more ? rest.subList(0, limit) : rest;
        return new Listing(page, more ? sort.mark(page.getLast()).cursor() : null, all.size());
    }
}
