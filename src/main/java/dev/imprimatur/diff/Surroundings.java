// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.diff;

import dev.imprimatur.content.Pointers;
import dev.imprimatur.content.Shape;
import dev.imprimatur.diff.Change.Kind;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * An object or a list around an amount, before and after. It tells whether two amounts can be compared in percent: only if they are
 * measured in the same unit and are in the same row.
 *
 * @param outer what is around this; null for the whole document
 * @param pointer the JSON Pointer in the newer revision
 * @param isMatched whether the items of this list were matched by identity; true for an object
 */
record Surroundings(
        @Nullable Surroundings outer, Shape shape, JsonNode older, JsonNode newer, String pointer, boolean isMatched) {
    private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);

    Surroundings(@Nullable Surroundings outer, Shape shape, JsonNode older, JsonNode newer, String pointer) {
        this(outer, shape, older, newer, pointer, true);
    }

    /** The same list, whose items were paired without an identity. */
    Surroundings unmatched() {
        return new Surroundings(outer, shape, older, newer, pointer, false);
    }

    /** The change of an amount. */
    static Change change(Shape amount, JsonNode older, JsonNode newer, String pointer, @Nullable Surroundings around) {
        var unit = amount.unit();
        var unitChanges = around == null ? List.<String>of() : around.unitChanges(unit);
        boolean comparable = unitChanges.isEmpty() && (around == null || around.isSameRow(unit));
        return new Change(
                Kind.CHANGED,
                pointer,
                null,
                older,
                newer,
                null,
                comparable ? percent(older.decimalValue(), newer.decimalValue()).orElse(null) : null,
                unitChanges.isEmpty() ? null : unitChanges);
    }

    /** The pointers of the fields of the unit that differ. */
    private List<String> unitChanges(List<String> unit) {
        if (unit.isEmpty()) return List.of();
        if (!shape.properties().containsAll(unit)) return outer == null ? List.of() : outer.unitChanges(unit);
        return unit.stream()
                .filter(field -> !older.path(field).equals(newer.path(field)))
                .map(field -> Pointers.join(pointer, field))
                .toList();
    }

    /** Whether all items of lists around have the key that they had before. Fields of the unit are judged on their own. */
    private boolean isSameRow(List<String> unit) {
        return around().allMatch(it -> it.isMatched && it.hasSameKey(unit));
    }

    private Stream<Surroundings> around() {
        return Stream.iterate(this, it -> it != null, it -> it.outer);
    }

    private boolean hasSameKey(List<String> unit) {
        var list = outer;
        return list == null
                || list.shape.key().stream()
                        .filter(field -> !unit.contains(field))
                        .allMatch(field -> older.path(field).equals(newer.path(field)));
    }

    /** The change in percent, with one decimal place, or with one digit if it is smaller. Empty if an amount is not above 0. */
    static Optional<BigDecimal> percent(BigDecimal older, BigDecimal newer) {
        if (older.signum() <= 0 || newer.signum() <= 0 || older.compareTo(newer) == 0) return Optional.empty();
        var exact = newer.subtract(older).multiply(HUNDRED).divide(older, MathContext.DECIMAL64);
        var rounded = exact.setScale(1, RoundingMode.HALF_UP);
        if (rounded.signum() == 0) rounded = exact.round(new MathContext(1));
        var plain = rounded.stripTrailingZeros();
        return Optional.of(plain.scale() < 0 ? plain.setScale(0) : plain);
    }
}
