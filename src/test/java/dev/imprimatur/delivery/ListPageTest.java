// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.catalogue.AddressHistory;
import dev.imprimatur.catalogue.Snapshot;
import dev.imprimatur.catalogue.TypeSnapshot;
import dev.imprimatur.content.ContentType;
import dev.imprimatur.index.FilterLimits;
import dev.imprimatur.index.TypeIndex;
import dev.imprimatur.publication.LedgerEntry;
import dev.imprimatur.representation.ListValues;
import dev.imprimatur.representation.PublishedGuide;
import dev.imprimatur.testing.UnitTest;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** An index that is derived from the index before answers in the same way as an index that is built from scratch. */
@UnitTest
class ListPageTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final ContentType TYPE = new ContentType("role-guide", (ObjectNode)
            JSON.readTree(Path.of("seed-content/types/role-guide.schema.json").toFile()));
    private static final FilterLimits LIMITS = new FilterLimits(2000, 5, 50);
    private static final List<String> LOCALES = List.of("en-US", "de", "sv");
    private static final List<String> TITLES =
            List.of("Zebra", "zebra", "Ärztin", "Arzt", "Åre", "Émile", "Emil", "Ñ", "n");
    private static final List<String> TAGS = List.of("ai", "ml", "it", "Ä");

    /**
     * A change at an address.
     *
     * @param seed the seed of the content; null to unpublish the guide
     * @param isAsked whether lists are requested afterwards
     */
    record Step(int slug, String locale, @Nullable Integer seed, boolean isAsked) {}

    @Provide
    Arbitrary<List<Step>> steps() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 40),
                        Arbitraries.of(LOCALES),
                        Arbitraries.integers().injectNull(0.3),
                        Arbitraries.of(true, false, false))
                .as(Step::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(120);
    }

    @Property(tries = 150)
    void anUpdatedIndexAnswersAsARebuiltIndex(@ForAll("steps") List<Step> steps, @ForAll Random random) {
        // with so many guides, an index is derived from the index before
        var snapshot = Snapshot.empty(1);
        long position = 0;
        for (int slug = 0; slug < 60; slug++)
            snapshot = next(snapshot, new Step(slug, LOCALES.get(slug % 3), slug, false), ++position);
        for (var query : List.of("sort=title", "sort=-title&locale=sv", "sort=compensation.dataYear,-title"))
            ListPage.of(snapshot.ofType(TYPE.name()).index(), query(query));
        for (var step : steps) {
            snapshot = next(snapshot, step, ++position);
            if (step.isAsked()) assertSameAnswers(snapshot.ofType(TYPE.name()), random);
        }
        assertSameAnswers(snapshot.ofType(TYPE.name()), random);
    }

    private static void assertSameAnswers(TypeSnapshot ofType, Random random) {
        var anew = new TypeIndex(ofType.histories().map(AddressHistory::guide));
        var kept = ofType.index();
        assertThat(kept.guides()).containsExactlyInAnyOrderElementsOf(anew.guides());
        for (var guide : kept.guides()) assertThat(kept.at(kept.place(guide))).isSameAs(guide);
        assertThat(kept.values(ListQuery.LOCALE).keySet())
                .isEqualTo(anew.values(ListQuery.LOCALE).keySet());
        for (int question = 0; question < 4; question++) {
            String query = randomQuery(random);
            String cursor = null;
            do {
                var asked = query(query, cursor);
                var page = ListPage.of(kept, asked);
                assertThat(page).as(query).isEqualTo(ListPage.of(anew, asked));
                cursor = page.next();
            } while (cursor != null);
        }
    }

    private static String randomQuery(Random random) {
        var sorts = new ArrayList<>(
                List.of("title", "slug", "role", "compensation.dataYear", "lastReviewed", "publishedAt"));
        Collections.shuffle(sorts, random);
        var names = sorts.stream()
                .limit(1 + random.nextInt(3))
                .map(name -> (random.nextBoolean() ? "-" : "") + name)
                .toList();
        var filters = List.of(
                "",
                "&tag=ai",
                "&locale=sv",
                "&locale=de",
                "&locale=fr",
                "&compensation.dataYear.min=2003&compensation.dataYear.max=2007",
                "&role.min=B&role.max=C",
                "&filter=any(eq(tag,ml),not(has(role)),gt(title,b))",
                "&filter=all(in(slug,guide-1,guide-2,guide-3),lt(compensation.dataYear,2005))");
        return "limit=" + (1 + random.nextInt(7)) + "&sort=" + String.join(",", names)
                + "&facets=tag,role,compensation.dataYear" + filters.get(random.nextInt(filters.size()));
    }

    private static ListQuery query(String text) {
        return query(text, null);
    }

    private static ListQuery query(String text, @Nullable String cursor) {
        var parameters = new HashMap<String, List<String>>();
        for (String pair : text.split("&")) {
            int equals = pair.indexOf('=');
            parameters.put(pair.substring(0, equals), List.of(pair.substring(equals + 1)));
        }
        if (cursor != null) parameters.put("cursor", List.of(cursor));
        return ListQuery.parse(TYPE, Map.copyOf(parameters), LIMITS);
    }

    private static Snapshot next(Snapshot snapshot, Step step, long position) {
        var at = Instant.ofEpochSecond(1_780_000_000L + position / 5);
        String slug = "guide-" + step.slug();
        var review = new LedgerEntry.Review(
                LocalDate.of(2026, 5, 1 + (int) (position % 3)),
                at,
                List.of(),
                null,
                LocalDate.of(2026, 11, 1),
                false,
                "here",
                null,
                "");
        var entry = LedgerEntry.of(
                step.seed() == null ? LedgerEntry.Kind.UNPUBLISH : LedgerEntry.Kind.PUBLISH,
                new LedgerEntry.Subject(
                        "id-" + slug + "-" + step.locale().toLowerCase(Locale.ROOT), TYPE.name(), slug, step.locale()),
                new LedgerEntry.PublishedRevision(1, 1, "", at, at),
                step.seed() == null ? null : review,
                null,
                at,
                LedgerEntry.Link.unsealed(position, ""));
        var live = step.seed() == null
                ? null
                : new PublishedGuide(entry, TYPE, ListValues.of(TYPE, content(new Random(step.seed()))));
        return new Snapshot.Fold(snapshot).append(entry, live).snapshot();
    }

    private static ObjectNode content(Random random) {
        var content = JSON.createObjectNode().put("title", oneOf(TITLES, random));
        if (random.nextInt(4) > 0) content.put("role", oneOf(List.of("A", "B", "Ba", "C"), random));
        var tags = content.putArray("tags");
        for (int count = random.nextInt(4); count > 0; count--) tags.add(oneOf(TAGS, random));
        if (random.nextInt(5) > 0) content.putObject("compensation").put("dataYear", 2000 + random.nextInt(10));
        return content;
    }

    private static String oneOf(List<String> of, Random random) {
        return Objects.requireNonNull(of.get(random.nextInt(of.size())));
    }
}
