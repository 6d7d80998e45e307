// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.comments;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.UnitTest;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which names a comment mentions. */
@UnitTest
class MentionsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "@rae, look                      | rae",
                "(@rae) and @eddi.               | rae eddi",
                "Thanks @Rae-Ann!                | rae-ann",
                "“@rae.lindqvist”…               | rae.lindqvist",
                "山田さん@raeさん、確認してください    | rae",
                "＠rae お願いします                  | rae",
                "взгляни, @rae: готово           | rae",
                "مرحبا @rae، انظر                 | rae",
                "@rae@rae                        | ''",
                "write to a@rae.example or x.y@rae | ''",
                "müller@rae and почта@rae        | ''",
                "https://example.org/@rae        | ''",
                "@raé                            | ''",
                "@ rae, @, @@rae, @-rae          | ''",
                "@rae @rae                       | rae"
            })
    void aNameAfterAnAtSignIsAMentionAndAMailboxIsNone(String text, String names) {
        assertThat(String.join(" ", Mentions.in(text))).isEqualTo(names);
    }

    @Test
    void aTextInPartsIsTheText() {
        String text = "Dear @rae, ask @nobody or a@rae.example, and @rae again";

        var parts = Mentions.parts(text, "rae"::equals);

        assertThat(parts.stream().map(Mentions.Part::text).collect(Collectors.joining()))
                .isEqualTo(text);
        assertThat(parts.stream().filter(part -> part.username() != null).map(Mentions.Part::text))
                .containsExactly("@rae", "@rae");
    }

    @Test
    void aCommentMentionsOnlySoMany() {
        String many = IntStream.range(0, 50).mapToObj(i -> "@p" + i).collect(Collectors.joining(" "));

        assertThat(Mentions.in(many)).hasSize(Mentions.MOST);
    }
}
