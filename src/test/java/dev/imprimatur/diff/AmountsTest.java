// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.diff;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.diff.Change.Kind;
import dev.imprimatur.testing.Guides;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A changed amount is told in percent, if the two amounts can be compared. */
class AmountsTest {
    private final ContentType type = new ContentType("role-guide", (ObjectNode)
            new JsonMapper().readTree(Files.readString(Path.of("seed-content/types/role-guide.schema.json"))));
    private final ObjectNode older = Guides.content();
    private final ObjectNode newer = Guides.content();

    AmountsTest() throws IOException {}

    private List<Change> changes() {
        return Diff.between(type.shape(), older, newer);
    }

    private Change change(String pointer) {
        return changes().stream()
                .filter(it -> it.pointer().equals(pointer) && it.kind() != Kind.MOVED)
                .findFirst()
                .orElseThrow();
    }

    private static ObjectNode band(ObjectNode content, int number) {
        return (ObjectNode) content.at("/compensation/bands/" + number);
    }

    private static ObjectNode table(ObjectNode content, String region, String currency, String period, double median) {
        var table = content.withArrayProperty("otherCompensation")
                .addObject()
                .put("region", region)
                .put("currency", currency)
                .put("period", period);
        table.putArray("percentiles").addObject().put("level", "All").put("median", median);
        return table;
    }

    @ParameterizedTest
    @CsvSource({
        "52000, 54600, 5",
        "54600, 52000, -4.8",
        "100000, 104000, 4",
        "30, 40, 33.3",
        "24.50, 25.75, 5.1",
        "1, 1000, 99900",
        "100, 200, 100",
        "1000000, 1000100, 0.01",
        "1000000, 999999, -0.0001",
        "0, 50000,",
        "50000, 0,",
        "50000, 50000.0,",
        "-5, 5,",
    })
    void theChangeIsRoundedToOneDecimalPlace(BigDecimal before, BigDecimal after, @Nullable BigDecimal percent) {
        assertThat(Surroundings.percent(before, after).map(BigDecimal::toPlainString))
                .isEqualTo(Optional.ofNullable(percent).map(BigDecimal::toPlainString));
    }

    @Test
    void aRowIsFoundByItsKeyWhereverItStands() {
        band(older, 0).put("low", 100_000);
        band(newer, 0).put("low", 104_000);
        var bands = (ArrayNode) newer.at("/compensation/bands");
        bands.add(bands.remove(0));

        assertThat(change("/compensation/bands/2/low").percent()).isEqualByComparingTo("4");
    }

    @Test
    void newRowsAndRemovedRowsHaveNoPercent() {
        ((ArrayNode) newer.at("/compensation/bands")).remove(0);
        ((ArrayNode) newer.at("/compensation/bands"))
                .addObject()
                .put("level", "Principal")
                .put("low", 1);

        assertThat(changes()).extracting(Change::kind).containsExactlyInAnyOrder(Kind.ADDED, Kind.REMOVED);
        assertThat(changes()).allSatisfy(it -> assertThat(it.percent()).isNull());
    }

    @Test
    void anotherRowInTheSamePlaceIsNotCompared() {
        var before = ItemIds.numbered(older);
        band(newer, 0).put("level", "Trainee").put("low", 1_000);
        var after = before.follow(type.shape(), older, newer);

        var low = Diff.between(type.shape(), older, before, newer, after).stream()
                .filter(it -> it.pointer().equals("/compensation/bands/0/low"))
                .findFirst()
                .orElseThrow();

        assertThat(low.from()).isNotNull();
        assertThat(low.percent()).isNull();
    }

    @Test
    void anotherCurrencyOrPeriodIsNamedAndNotCompared() {
        ((ObjectNode) newer.get("compensation")).put("currency", "EUR");
        band(newer, 0).put("low", 90_000);

        var low = change("/compensation/bands/0/low");

        assertThat(low.percent()).isNull();
        assertThat(low.unitChanges()).containsExactly("/compensation/currency");
    }

    @Test
    void anotherTableThatTookThePlaceOfOneSaysWhatItIsMeasuredIn() {
        table(older, "DE", "EUR", "month", 4_000);
        table(newer, "DE", "EUR", "year", 50_000);
        var before = ItemIds.numbered(older);
        var after = before.follow(type.shape(), older, newer);

        var median = Diff.between(type.shape(), older, before, newer, after).stream()
                .filter(it -> it.pointer().endsWith("/median"))
                .findFirst()
                .orElseThrow();

        assertThat(median.percent()).isNull();
        assertThat(median.unitChanges()).containsExactly("/otherCompensation/0/period");
    }

    @Test
    void aTableIsFoundByRegionCurrencyAndPeriod() {
        table(older, "DE", "EUR", "month", 4_000);
        table(older, "AT", "EUR", "month", 3_900);
        table(newer, "AT", "EUR", "month", 3_939);
        table(newer, "DE", "EUR", "month", 4_100);

        assertThat(change("/otherCompensation/0/percentiles/0/median").percent())
                .isEqualByComparingTo("1");
        assertThat(change("/otherCompensation/1/percentiles/0/median").percent())
                .isEqualByComparingTo("2.5");
    }

    @Test
    void yearsAreNoAmounts() {
        ((ObjectNode) older.get("compensation")).put("dataYear", 2000);
        band(older, 1).put("minYears", 1);
        band(newer, 1).put("minYears", 2);

        assertThat(changes())
                .hasSize(2)
                .allSatisfy(it -> assertThat(it.percent()).isNull());
    }

    @Test
    void levelsInAnyScriptAndAnyLocaleOfTheServerMakeNoDifference() {
        var before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
            for (var content : List.of(older, newer)) band(content, 0).put("level", "Berufseinstieg für Größere · 初級");
            band(older, 0).put("low", 20.5);
            band(newer, 0).put("low", 21.25);

            var low = change("/compensation/bands/0/low");

            assertThat(low.percent()).isEqualTo(new BigDecimal("3.7"));
            assertThat(JsonMapper.shared().writeValueAsString(low)).contains("\"percent\":3.7");
        } finally {
            Locale.setDefault(before);
        }
    }
}
