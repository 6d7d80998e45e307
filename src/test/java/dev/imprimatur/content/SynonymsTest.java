// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imprimatur.testing.UnitTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import tools.jackson.databind.json.JsonMapper;

@UnitTest
class SynonymsTest {
    @Test
    void whatHoldsInAllLanguagesHoldsBesideWhatHoldsInOne() {
        var synonyms = Synonyms.parse(List.of(
                "# comment", "", "[*]", "C# = c sharp", "[en]", " SRE = site reliability engineer = SR engineer "));

        assertThat(synonyms.of("en"))
                .containsExactly(List.of("SRE", "site reliability engineer", "SR engineer"), List.of("C#", "c sharp"));
        assertThat(synonyms.of("de")).containsExactly(List.of("C#", "c sharp"));
        assertThat(Synonyms.NONE.of("en")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            SRE = site reliability engineer | line 1: the first line says of which language
            [english];a = b                 | line 1: a language is written [en]
            [en;a = b                       | line 1: a language is written [en]
            [en];alone                      | line 2: synonyms are 2 to 8 terms
            [en];a = b;c = = d              | line 3: a term has 1 to 100 characters
            [en];a=b=c=d=e=f=g=h=i          | line 2: synonyms are 2 to 8 terms
            """)
    void whatIsWrongIsToldByItsLine(String lines, String message) {
        assertThatThrownBy(() -> Synonyms.parse(List.of(lines.split(";"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void thereAreNoMoreThanTwoThousand() {
        var lines = new ArrayList<>(List.of("[en]"));
        for (int i = 0; i < 2_000; i++) lines.add("a" + i + " = b" + i);
        Synonyms.parse(lines);
        lines.add("one = more");

        assertThatThrownBy(() -> Synonyms.parse(lines)).hasMessageStartingWith("line 2002: there are at most 2000");
    }

    @Test
    void aFileIsOfTheTypeThatItIsNamedAfter(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("note.schema.json"), """
                {"title": "Note", "x-workflow": "w", "x-review-interval": "P6M", "type": "object",
                 "additionalProperties": false, "properties": {"title": {"type": "string"}}}""");
        Files.writeString(folder.resolve("note.synonyms.txt"), "[en]\nSRE = site reliability engineer\n");
        assertThat(read(folder).require("note").synonyms().of("en"))
                .containsExactly(List.of("SRE", "site reliability engineer"));

        Files.writeString(folder.resolve("note.synonyms.txt"), "[en]\nSRE\n");
        assertThatThrownBy(() -> read(folder)).hasMessageStartingWith("note.synonyms.txt, line 2: synonyms are");

        Files.move(folder.resolve("note.synonyms.txt"), folder.resolve("notes.synonyms.txt"));
        Files.writeString(folder.resolve("notes.synonyms.txt"), "[en]\na = b\n");
        assertThatThrownBy(() -> read(folder))
                .hasMessage("notes.synonyms.txt belongs to no content type; the content types are note");
    }

    private static ContentTypes read(Path folder) throws Exception {
        return new ContentTypes(new PathMatchingResourcePatternResolver(), new JsonMapper(), folder.toUri() + "");
    }
}
