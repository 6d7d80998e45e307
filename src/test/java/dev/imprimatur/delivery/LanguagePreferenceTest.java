// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.UnitTest;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@UnitTest
class LanguagePreferenceTest {
    private static final List<String> LOCALES = List.of("en-US", "de-DE", "fr-FR", "zh-Hant-TW");

    private static String best(String header) {
        return LanguagePreference.parse(header).best(LOCALES).orElse("none");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "de-DE | de-DE",
                "DE-de | de-DE",
                "de | de-DE",
                "de-AT | de-DE",
                "zh-Hant-TW-x-private | zh-Hant-TW",
                "zh-Hant | zh-Hant-TW",
                "it, de;q=0.5, fr;q=0.7 | fr-FR",
                "de;q=0.5, fr;q=0.5 | de-DE",
                "it | none",
                "* | en-US",
                "it, *;q=0.1 | en-US",
                "en;q=0, * | de-DE",
                "de, *;q=0 | de-DE",
                "it, *;q=0 | none",
                "de;q=0, de-DE;q=0.3 | de-DE",
                "de-DE;q=0, de | none",
                "d | none",
                "nonsense!!, ;q=1, de;q=x, ,,fr | fr-FR",
                "de;q=2, fr;q=0.1 | fr-FR",
                "de ; Q = 1.000 | de-DE",
                "- | none",
                ", | none"
            })
    void theBestLocaleIsLookedUp(String header, String locale) {
        assertThat(best(header)).isEqualTo(locale);
    }

    @Test
    void aHeaderThatIsTooLongOrMissingIsNoPreference() {
        assertThat(best("de," + "x".repeat(LanguagePreference.LONGEST))).isEqualTo("none");
        assertThat(best(null)).isEqualTo("none");
    }
}
