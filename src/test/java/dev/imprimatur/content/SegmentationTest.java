// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.UnitTest;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@UnitTest
class SegmentationTest {
    /** Texts, and the same texts with a bar between words. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '=',
            ignoreLeadingAndTrailingWhitespace = false,
            quoteCharacter = '~',
            value = {
                "हिन्दी में=हिन्दी| |में",
                "🇩🇪🇫🇷 ok=🇩🇪|🇫🇷| |ok",
                "👨‍👩‍👧👍🏽👍🏿=👨‍👩‍👧|👍🏽|👍🏿",
                "cafe\u0301 nai\u0308ve=cafe\u0301| |nai\u0308ve",
                "1,234.5 and 3.5% of $1,200.=1,234.5| |and| |3.5|%| |of| |$|1,200|.",
                "don't, l’été, ’tis=don't|,| |l’été|,| |’|tis",
                "well-known snake_case v2=well|-|known| |snake_case| |v2",
                "我们喜欢。=我|们|喜|欢|。",
                "私はカタカナーで=私|は|カタカナー|で",
                "ภาษาไทยเขียน=ภาษา|ไทย|เขียน",
                "مرحبا بالعالم، كيف=مرحبا| |بالعالم|،| |كيف",
                "한국어 문장=한국어| |문장",
                "a  b\u00a0c=a|  |b|\u00a0|c",
                "#️⃣1️⃣=#️⃣|1️⃣",
            })
    void wordsAreThoseOfUnicode(String text, String words) {
        assertThat(String.join("|", Segmentation.words(text))).isEqualTo(words);
    }

    @Test
    void lineBreaksAndHalvesOfPairsAreTakenAsTheyAre() {
        assertThat(Segmentation.words("a\r\n\r\nb")).containsExactly("a", "\r\n\r\n", "b");
        assertThat(Segmentation.words("\ud83d")).containsExactly("\ud83d");
        assertThat(Segmentation.words("")).isEmpty();
    }

    @Test
    void onlyWordsAreCounted() {
        assertThat(Segmentation.countWords("हिन्दी, 1,234.5 – और 🇩🇪!")).isEqualTo(3);
    }

    @Test
    void aNameBeginsWithWhatAReaderSeesAsItsFirstCharacter() {
        assertThat(List.of(Segmentation.first("👩🏽‍💻 dev"), Segmentation.first("e\u0301a"), Segmentation.first("")))
                .containsExactly("👩🏽‍💻", "e\u0301", "");
    }

    @Property
    void wordsJoinedAreTheText(@ForAll String text) {
        assertThat(String.join("", Segmentation.words(text))).isEqualTo(text);
    }
}
