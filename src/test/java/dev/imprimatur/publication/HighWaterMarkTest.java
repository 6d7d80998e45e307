// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.publication.HighWaterMark.Mark;
import dev.imprimatur.testing.UnitTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import tools.jackson.databind.json.JsonMapper;

/** The marks of the end of the ledger are never lowered, never mixed with those of another ledger, and complete after a crash. */
@UnitTest
class HighWaterMarkTest {
    private static final String FIRST = "first";
    private static final String SECOND = "second";

    enum Place {
        TABLE,
        FILE
    }

    @TempDir
    Path folder;

    private final DriverManagerDataSource database =
            new DriverManagerDataSource("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1", "test", "");

    /** Returns the mark as a node reads it that starts now. */
    private HighWaterMark fresh(Place place) {
        return place == Place.TABLE
                ? new MarkTable(database)
                : new MarkFile(folder.resolve("ledger-mark"), new JsonMapper());
    }

    private static Mark mark(String lineage, long position) {
        return new Mark(lineage, position, "hash-" + lineage + position);
    }

    private static void raise(HighWaterMark place, Mark mark, Map<String, Integer> withdrawn) {
        place.raise(
                mark,
                withdrawn,
                former -> former.equals(FIRST) && mark.lineage().equals(SECOND));
    }

    @ParameterizedTest
    @EnumSource
    void theMarkIsNeverLowered(Place place) {
        var mark = fresh(place);
        assertThat(mark.mark()).isEmpty();
        assertThat(mark.withdrawn()).isEmpty();
        raise(mark, mark(FIRST, 3), Map.of("a", 1));
        raise(mark, mark(FIRST, 7), Map.of("a", 2, "b", 1));
        raise(mark, mark(FIRST, 5), Map.of("a", 1));

        for (var it : new HighWaterMark[] {mark, fresh(place)}) {
            assertThat(it.mark()).contains(mark(FIRST, 7));
            assertThat(it.withdrawn()).isEqualTo(Map.of("a", 2, "b", 1));
        }
    }

    @ParameterizedTest
    @EnumSource
    void keepsItsLineageUntilANewLineageReplacesIt(Place place) {
        var mark = fresh(place);
        raise(mark, mark(FIRST, 9), Map.of("a", 1));
        raise(mark, mark("unrelated", 20), Map.of("x", 1));
        assertThat(mark.mark()).contains(mark(FIRST, 9));
        assertThat(mark.withdrawn()).isEqualTo(Map.of("a", 1));

        raise(mark, mark(SECOND, 6), Map.of("b", 3));
        raise(mark, mark(FIRST, 12), Map.of("c", 1));
        for (var it : new HighWaterMark[] {mark, fresh(place)}) {
            assertThat(it.mark()).contains(mark(SECOND, 6));
            assertThat(it.withdrawn()).isEqualTo(Map.of("b", 3));
        }
    }

    @Test
    void twoNodesRaiseTheTableTogether() {
        var one = fresh(Place.TABLE);
        var other = fresh(Place.TABLE);
        raise(one, mark(FIRST, 1), Map.of("a", 1));
        raise(other, mark(FIRST, 2), Map.of("a", 1, "b", 1));
        raise(one, mark(FIRST, 3), Map.of("a", 2, "b", 1));
        raise(other, mark(FIRST, 2), Map.of("a", 1, "b", 1));
        assertThat(other.mark()).contains(mark(FIRST, 3));
        assertThat(other.withdrawn()).isEqualTo(Map.of("a", 2, "b", 1));
    }

    @Test
    void aTableRestoredFromABackupGetsAllUnpublishedEditionsAgain() {
        var mark = fresh(Place.TABLE);
        raise(mark, mark(FIRST, 5), Map.of("a", 1, "b", 2));
        var statements = new JdbcTemplate(database);
        statements.update("delete from ledger_withdrawal");
        statements.update("update ledger_mark set ledger_position = 2");
        raise(mark, mark(FIRST, 6), Map.of("a", 1, "b", 2));
        assertThat(mark.withdrawn()).isEqualTo(Map.of("a", 1, "b", 2));
    }

    @Test
    void anIncompleteLineIsIgnored() throws IOException {
        raise(fresh(Place.FILE), mark(FIRST, 4), Map.of("a", 1));
        Files.writeString(folder.resolve("ledger-mark"), "\n{\"lineage\":\"first\",\"posi", StandardOpenOption.APPEND);
        var again = fresh(Place.FILE);
        assertThat(again.mark()).contains(mark(FIRST, 4));
        raise(again, mark(FIRST, 5), Map.of("a", 1));
        assertThat(fresh(Place.FILE).mark()).contains(mark(FIRST, 5));
    }

    @Test
    void theFileIsReplacedBeforeItGrowsLarge() throws IOException {
        var mark = fresh(Place.FILE);
        for (int position = 1; position <= 2_500; position++)
            raise(mark, mark(FIRST, position), Map.of("g" + position % 50, 1));
        assertThat(Files.readAllLines(folder.resolve("ledger-mark"))).hasSizeLessThan(1_100);
        assertThat(fresh(Place.FILE).mark()).contains(mark(FIRST, 2_500));
        assertThat(fresh(Place.FILE).withdrawn()).hasSize(50);
    }
}
