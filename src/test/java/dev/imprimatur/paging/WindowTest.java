// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.paging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imprimatur.problem.Refused;
import dev.imprimatur.testing.UnitTest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

@UnitTest
class WindowTest {
    private static final Selection LIST = Selection.of("rows", "all");

    record Row(String id, String key) {}

    /** A change between two pages: a row is moved or inserted or, without a key, deleted. */
    record Change(String id, String key) {}

    @Provide
    Arbitrary<String> keys() {
        return Arbitraries.of("", " ", "a", "b", "B", "é", "🇩🇪", "a b", "~", "a\u0000");
    }

    @Provide
    Arbitrary<List<List<Change>>> changes() {
        var change = Combinators.combine(Arbitraries.integers().between(0, 39), keys().injectNull(0.3))
                .as((id, key) -> new Change("r" + id, key));
        return change.list().ofMaxSize(6).list().ofMaxSize(30);
    }

    @Property
    void unchangedRowsAreSeenExactlyOnceWhileOthersChange(
            @ForAll("changes") List<List<Change>> changes,
            @ForAll @IntRange(min = 1, max = 7) int limit,
            @ForAll boolean descending) {
        var order = new Order<Row>(row -> new Place(row.key(), row.id()), descending);
        var rows = new TreeMap<String, Row>();
        var alphabet = List.of("a", "b", "B", "~");
        IntStream.range(0, 30).forEach(i -> rows.put("r" + i, new Row("r" + i, alphabet.get(i % 4))));
        var untouched = new HashSet<>(rows.keySet());
        var seen = new ArrayList<String>();
        String cursor = null;
        int at = 0;

        do {
            var page = Window.of(LIST, cursor, limit).page(order.of(rows.values()), order.place());
            page.items().forEach(row -> seen.add(row.id()));
            cursor = page.next();
            for (var change : at < changes.size() ? changes.get(at++) : List.<Change>of()) {
                untouched.remove(change.id());
                if (change.key() == null) rows.remove(change.id());
                else rows.put(change.id(), new Row(change.id(), change.key()));
            }
        } while (cursor != null);

        for (String id : untouched)
            assertThat(seen).filteredOn(id::equals).as(id).hasSize(1);
    }

    @Property
    void previousPagesShowTheRowsThatCameBefore(
            @ForAll @IntRange(min = 0, max = 40) int size,
            @ForAll @IntRange(min = 1, max = 7) int limit,
            @ForAll boolean descending) {
        var order = new Order<Integer>(row -> new Place(Integer.toString(row % 3), "r%02d".formatted(row)), descending);
        var rows = order.of(IntStream.range(0, size).boxed().toList());
        var forward = new ArrayList<Page<Integer>>();
        for (String cursor = null; forward.isEmpty() || cursor != null; ) {
            forward.add(Window.of(LIST, cursor, limit).page(rows, order.place()));
            cursor = forward.getLast().next();
        }

        for (int at = forward.size() - 1; at > 0; at--) {
            var back = Window.of(LIST, forward.get(at).previous(), limit).page(rows, order.place());
            assertThat(back.items()).isEqualTo(forward.get(at - 1).items());
            assertThat(back.next()).isEqualTo(forward.get(at - 1).next());
        }
        assertThat(forward.getFirst().previous()).isNull();
        assertThat(forward.stream().flatMap(page -> page.items().stream())).hasSize(size);
    }

    @Example
    void fewRowsBeforeAPlaceAreShownAsTheFirstPage() {
        var order = new Order<String>(Place::of, false);
        var second = Window.of(LIST, null, 2)
                .page(order.of(List.of("a", "b", "c", "d")), order.place())
                .next();
        String previous = Window.of(LIST, second, 2)
                .page(order.of(List.of("a", "b", "c", "d")), order.place())
                .previous();

        var first = Window.of(LIST, previous, 2).page(order.of(List.of("b", "c", "d")), order.place());

        assertThat(first.items()).containsExactly("b", "c");
        assertThat(first.previous()).isNull();
    }

    @Example
    void aCursorOfAnotherListAndAnInvalidCursorAreRefused() {
        String cursor = Window.of(LIST, null, 1)
                .page((from, back, most) -> List.of("a", "b"), Place::of)
                .next();
        String forged = Base64.getUrlEncoder().withoutPadding().encodeToString("20".getBytes(StandardCharsets.UTF_8));

        assertThat(Window.of(LIST, cursor, 1).isFirst()).isFalse();
        assertThat(Window.of(LIST, "", 1).isFirst()).isTrue();
        for (var other : List.of(
                Selection.of("others", "all"),
                Selection.of("rows", "some"),
                Selection.of("rows"),
                Selection.of("rows", "all", null)))
            assertThatThrownBy(() -> Window.of(other, cursor, 1))
                    .isInstanceOf(Refused.class)
                    .hasMessageContaining("other filters");
        for (String garbage : List.of(forged, "!", "AAAA", cursor + "=", cursor.substring(1), " ", "MA"))
            assertThatThrownBy(() -> Window.of(LIST, garbage, 1))
                    .as(garbage)
                    .isInstanceOf(Refused.class)
                    .hasMessageContaining("first page");
    }

    @Example
    void filtersWithTheSameConcatenationAreDistinguished() {
        assertThat(Selection.of("l", "a", "b").write(new Selection.Cursor(Place.of("x"), false)))
                .isNotEqualTo(Selection.of("l", "ab", "").write(new Selection.Cursor(Place.of("x"), false)));
        assertThat(Selection.of("l", (Object) null).write(new Selection.Cursor(Place.of("x"), false)))
                .isNotEqualTo(Selection.of("l", "").write(new Selection.Cursor(Place.of("x"), false)));
    }
}
