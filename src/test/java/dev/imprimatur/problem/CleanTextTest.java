// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.problem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.imprimatur.testing.UnitTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@UnitTest
class CleanTextTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "\n\t\r",
                "\u00a0",
                "\u200b",
                "\u2060\ufeff",
                "\u202e \u2066",
                "\u3000",
                "\u0085",
                "\u00ad"
            })
    void aTextThatNobodySeesIsBlank(String text) {
        assertThat(CleanText.isBlank(text)).isTrue();
        assertThatExceptionOfType(Refused.class)
                .isThrownBy(() -> CleanText.name("/name", text, 10))
                .satisfies(refused -> assertThat(
                                refused.refusal().faults().getFirst().pointer())
                        .isEqualTo("/name"));
    }

    @Test
    void nothingIsBlank() {
        assertThat(CleanText.isBlank(null)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "0", "…", "न", "ن", "字", "🦉", "\u200bx", "می\u200cخواهم"})
    void aTextWithACharacterIsNotBlank(String text) {
        assertThat(CleanText.isBlank(text)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "two\nlines",
                "two\u2028lines",
                "turned \u202e around",
                "a\u0000",
                "\u2067x\u2069",
                "longer than ten"
            })
    void aNameIsOnOneLineAndShowsAsItIs(String name) {
        assertThatExceptionOfType(Refused.class).isThrownBy(() -> CleanText.name("/name", name, 10));
    }

    @ParameterizedTest
    @ValueSource(strings = {" deploy ", "می\u200cخواهم", "नमस्ते", "👩\u200d🚀"})
    void aNameOfAnyScriptIsStoredWithoutSpaceAroundIt(String name) {
        assertThat(CleanText.name("/name", name, 10)).isEqualTo(name.strip());
    }
}
