// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imprimatur.testing.UnitTest;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/** The published test vectors of RFC 8785, and properties that hold for any document. */
@UnitTest
class CanonicalJsonTest {
    private static final JsonMapper JSON = new JsonMapper();

    private static String canonical(String json) {
        return CanonicalJson.text(JSON.readTree(json));
    }

    /** RFC 8785, appendix B: IEEE 754 bits, and the number as ECMAScript prints it. */
    @ParameterizedTest
    @CsvSource({
        "0000000000000000, 0",
        "8000000000000000, 0",
        "0000000000000001, 5e-324",
        "8000000000000001, -5e-324",
        "7fefffffffffffff, 1.7976931348623157e+308",
        "ffefffffffffffff, -1.7976931348623157e+308",
        "4340000000000000, 9007199254740992",
        "c340000000000000, -9007199254740992",
        "4430000000000000, 295147905179352830000",
        "44b52d02c7e14af5, 9.999999999999997e+22",
        "44b52d02c7e14af6, 1e+23",
        "44b52d02c7e14af7, 1.0000000000000001e+23",
        "444b1ae4d6e2ef4e, 999999999999999700000",
        "444b1ae4d6e2ef4f, 999999999999999900000",
        "444b1ae4d6e2ef50, 1e+21",
        "3eb0c6f7a0b5ed8c, 9.999999999999997e-7",
        "3eb0c6f7a0b5ed8d, 0.000001",
        "41b3de4355555553, 333333333.3333332",
        "41b3de4355555554, 333333333.33333325",
        "41b3de4355555555, 333333333.3333333",
        "41b3de4355555556, 333333333.3333334",
        "41b3de4355555557, 333333333.33333343",
        "becbf647612f3696, -0.0000033333333333333333",
        "43143ff3c1cb0959, 1424953923781206.2"
    })
    void numbersAreWrittenAsEcmaScriptWritesThem(String bits, String expected) {
        assertThat(CanonicalJson.number(Double.longBitsToDouble(Long.parseUnsignedLong(bits, 16))))
                .isEqualTo(expected);
    }

    /** RFC 8785, 3.2.2 and 3.2.4. */
    @Test
    void theSampleOfTheStandardIsWrittenAsItSays() {
        String sample = """
                {"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
                 "string": "\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/",
                 "literals": [null, true, false]}
                """;
        assertThat(canonical(sample))
                .isEqualTo("{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
                        + "\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
    }

    /** RFC 8785, 3.2.3: members are sorted by UTF-16 code units, so an emoji comes before U+FB33. */
    @Test
    void membersAreSortedByCodeUnits() {
        String sample = """
                {"\\u20ac": "Euro Sign", "\\r": "Carriage Return", "\\ufb33": "Hebrew Letter Dalet With Dagesh",
                 "1": "One", "\\ud83d\\ude00": "Emoji: Grinning Face", "\\u0080": "Control", "\\u00f6": "Latin Small Letter O With Diaeresis"}
                """;
        assertThat(JSON.readTree(canonical(sample)).values())
                .extracting(value -> value.asString())
                .containsExactly(
                        "Carriage Return",
                        "One",
                        "Control",
                        "Latin Small Letter O With Diaeresis",
                        "Euro Sign",
                        "Emoji: Grinning Face",
                        "Hebrew Letter Dalet With Dagesh");
    }

    @Test
    void anIntegerThatNoDoubleHoldsIsRefused() {
        assertThatThrownBy(() -> canonical("9007199254740993")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> canonical("1e400")).isInstanceOf(IllegalArgumentException.class);
    }

    @Property
    void everyDoubleReadsBackAsItself(@ForAll double value) {
        assertThat(Double.parseDouble(CanonicalJson.number(value))).isEqualTo(value == 0 ? 0.0 : value);
    }

    @Property
    void everyTextReadsBackAsItselfAndHashesAlikeInAnyOrder(@ForAll String one, @ForAll String two) {
        var forth = JSON.createObjectNode().put(one, two).put("x" + one, 1.0);
        var back = JSON.createObjectNode().put("x" + one, 1).put(one, two);
        assertThat(ContentHash.of(forth)).isEqualTo(ContentHash.of(back));
        assertThat(JSON.readTree(CanonicalJson.text(forth)).get(one).asString()).isEqualTo(two);
    }
}
