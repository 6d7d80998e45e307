// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.Guides;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A role guide has further compensation tables beside its first. */
class CompensationTablesTest {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String TABLES = """
            [{"region": "DE-BY", "currency": "EUR", "period": "month", "dataYear": 2025,
              "bands": [{"level": "Junior", "low": 4000, "high": 5000}, {"level": "Senior", "low": 6000.50, "high": 7000}],
              "source": {"title": "Survey", "publisher": "A bureau", "url": "https://www.example.com/", "accessed": "2026-11-29"}},
             {"region": "GB", "currency": "GBP", "period": "hour", "note": "Before tax.",
              "percentiles": [{"level": "All", "percentile10": 15, "median": 24.5, "percentile90": 40}],
              "source": {"title": "Survey", "publisher": "A bureau", "url": "https://www.example.com/", "accessed": "2026-11-29"}}]
            """;

    private final ContentType type = new ContentType("role-guide", (ObjectNode)
            JSON.readTree(Files.readString(Path.of("seed-content/types/role-guide.schema.json"))));

    CompensationTablesTest() throws IOException {}

    private static ObjectNode content(String tables) {
        var content = Guides.content();
        content.set("otherCompensation", JSON.readTree(tables));
        return content;
    }

    @Test
    void tablesWithBandsOrWithPercentilesAreComplete() {
        assertThat(type.draftFaults(content(TABLES))).isEmpty();
        assertThat(type.submissionFaults(content(TABLES))).isEmpty();
        assertThat(type.figuresWithoutSource(content(TABLES)))
                .as("each table names its own source")
                .isEqualTo(type.figuresWithoutSource(Guides.content()));
    }

    @Test
    void aGuideWithoutFurtherTablesIsAsBefore() {
        var content = Guides.content();

        assertThat(type.submissionFaults(content)).isEmpty();
        assertThat(type.withDefaults(content)).isEqualTo(content);
        // the hash of this content before the type had further tables
        assertThat(ContentHash.of(content).toString())
                .isEqualTo("sha256:f2a2bfa15e7108c0a67827bc711663bdaa84178fbc0d4e6bf50831bc106a97ea");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'high': 5000   | 'high': 3999   | /otherCompensation/0/bands/0/high | High (3,999) is below Low (4,000)",
                "6000.50        | 3000           | /otherCompensation/0/bands/1/low | is below that of “Junior” (4,000)",
                "'EUR'          | 'XYZ'          | /otherCompensation/0/currency | must be the code of a currency",
                "'EUR'          | 'eur'          | /otherCompensation/0/currency | must be the code of a currency",
                "'month'        | 'week'         | /otherCompensation/0/period | one of “hour”, “day”, “month” or “year”",
                "'DE-BY'        | 'Bavaria'      | /otherCompensation/0/region | two capital letters",
                "24.5           | 14             | /otherCompensation/1/percentiles/0/median | Median (14) is below 10th percentile (15)",
                "'median': 24.5, 'percentile90': 40 | 'percentile25': 30, 'median': 40, 'percentile90': 39 "
                        + "| /otherCompensation/1/percentiles/0/percentile90 | is below Median (40)",
                "'GB', 'currency': 'GBP', 'period': 'hour' | 'DE-BY', 'currency': 'EUR', 'period': 'month' "
                        + "| /otherCompensation/1 | “DE-BY, EUR, month” is there twice; change its Region",
                "'GB', 'currency': 'GBP', 'period': 'hour' | 'US', 'currency': 'USD', 'period': 'year' "
                        + "| /otherCompensation/1 | “US, USD, year” is there twice",
                "'Senior'       | 'Junior'       | /otherCompensation/0/bands/1 | “Junior” is in the list twice",
                "'percentiles': [{'level': 'All', 'percentile10': 15, 'median': 24.5, 'percentile90': 40}], | '' "
                        + "| /otherCompensation/1/bands | is missing; fill in Salary bands or Percentiles",
                "'percentiles': | 'bands': [{'level': 'a', 'low': 1, 'high': 2}], 'percentiles': "
                        + "| /otherCompensation/1/percentiles | not both",
                "'publisher': 'A bureau', 'url': 'https://www.example.com/' | 'publisher': 'A bureau', 'url': 'ftp://x' "
                        + "| /otherCompensation/0/source/url | must begin with https://",
                "'low': 4000    | 'low': -1      | /otherCompensation/0/bands/0/low | write 0 or more",
                "'hour'         | 'hour', 'tax': 1 | /otherCompensation/1/tax | ",
            },
            quoteCharacter = '~')
    void aFaultNamesItsPlace(String right, String wrong, String pointer, @Nullable String detail) {
        String tables = TABLES.replace('"', '\'');
        assertThat(tables).contains(right.strip());

        var content = content(tables.replaceFirst(Pattern.quote(right), wrong.equals("''") ? "" : wrong)
                .replace('\'', '"'));

        assertThat(type.submissionFaults(content)).singleElement().satisfies(fault -> {
            assertThat(fault.pointer()).isEqualTo(pointer);
            assertThat(fault.detail()).contains(detail == null ? "" : detail);
        });
    }

    @Test
    void aDraftMayBeIncomplete() {
        assertThat(type.draftFaults(content("[{}, {\"region\": \"DE\"}, {\"percentiles\": [{\"median\": 3}]}]")))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'x-first':'/compensation' | 'x-first':'/pay'         | /properties/otherCompensation/x-first",
                "'x-first':'/compensation' | 'x-first':'/duties'      | /properties/otherCompensation/x-first",
                "['bands','percentiles']   | ['bands','quartiles']    | /properties/otherCompensation/items/x-one-of",
                "['currency','period']     | ['currency','per']       "
                        + "| /properties/compensation/properties/bands/items/properties/low/x-amount",
                "['currency','period']     | 'currency'               "
                        + "| /properties/compensation/properties/bands/items/properties/low/x-amount",
            },
            quoteCharacter = '~')
    void aTypeThatNamesFieldsItDoesNotHaveIsRefused(String right, String wrong, String pointer) {
        String schema = type.schema().toString().replace('"', '\'');
        assertThat(schema).contains(right);

        var changed = (ObjectNode)
                JSON.readTree(schema.replaceFirst(Pattern.quote(right), wrong).replace('\'', '"'));

        assertThat(ContentType.faults("role-guide", changed))
                .extracting(it -> it.pointer())
                .contains(pointer);
    }
}
