// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.UnitTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@UnitTest
class CsvTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "plain|plain",
                "a, b|\"a, b\"",
                "say \"so\"|\"say \"\"so\"\"\"",
                "Zoë 李|Zoë 李",
                "a=b|a=b",
                "1-2|1-2"
            })
    void cellsAreQuotedWhereTheyMustBe(String text, String written) {
        assertThat(Csv.line("x", text)).isEqualTo("x," + written + "\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1", "=HYPERLINK(\"x\",\"y\")"})
    void whatASpreadsheetWouldCalculateBecomesText(String formula) {
        String line = Csv.line(formula);

        assertThat(line.startsWith("\"") ? line.substring(1) : line).startsWith("'");
        assertThat(line.replace("\"\"", "\"")).contains(formula).endsWith("\r\n");
    }

    @Test
    void lineBreaksStayWithinACell() {
        assertThat(Csv.line("a\r\nb", "")).isEqualTo("\"a\r\nb\",\r\n");
    }
}
