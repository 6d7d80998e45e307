// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.revision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.content.ContentHash;
import dev.imprimatur.content.ContentType;
import dev.imprimatur.diff.Change;
import dev.imprimatur.diff.Change.Op;
import dev.imprimatur.diff.Change.Piece;
import dev.imprimatur.diff.ItemIds;
import dev.imprimatur.editing.GuideRevisions;
import dev.imprimatur.history.Revision;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Node;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

class RevisionViewTest {
    private final Node node = Node.shared();
    private final ContentType type = new ContentType("role-guide", (ObjectNode)
            new JsonMapper().readTree(Files.readString(Path.of("seed-content/types/role-guide.schema.json"))));
    private final ObjectNode older = Guides.content();
    private final ObjectNode newer = Guides.content();

    RevisionViewTest() throws IOException {}

    private RevisionView proof() {
        var guide = node.bean(dev.imprimatur.editing.Guides.class)
                .require(node.guides().drafted().id());
        List<Change> changes = node.bean(GuideRevisions.class).changes(guide, revision(1, older), revision(2, newer));
        return RevisionView.of(type.shape(), newer, changes);
    }

    /** A revision without item ids, as old releases stored it: items are matched by their keys. */
    private static Revision revision(int number, ObjectNode content) {
        return new Revision(
                "g",
                number,
                1,
                ContentHash.of(content),
                content,
                new ItemIds(Map.of()),
                List.of(),
                null,
                "editor",
                Instant.EPOCH);
    }

    private static RevisionView.Row row(RevisionView proof, String pointer) {
        return proof.rows().stream()
                .filter(row -> row.pointer().equals(pointer))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void wordsThatCameAndWentAreCountedAndShownInPlace() {
        older.put("summary", "Pays well in 2024.");
        newer.put("summary", "Pays very well in 2025.");

        var proof = proof();

        assertThat(proof.added()).isEqualTo(2);
        assertThat(proof.removed()).isEqualTo(1);
        assertThat(proof.changed()).extracting(RevisionView.Row::pointer).containsExactly("/summary");
        assertThat(row(proof, "/summary").pieces())
                .contains(new Piece(Op.DELETE, "2024"), new Piece(Op.INSERT, "2025"));
    }

    @Test
    void aPlaceThatASourceBacksIsShownByItsLabel() {
        newer.putArray("sources")
                .addObject()
                .put("title", "Survey")
                .putArray("backs")
                .add("/compensation/bands/2/high");

        var source = row(proof(), "/sources").rows().getFirst();

        assertThat(source.rows().getLast().rows().getFirst().text())
                .isEqualTo("Compensation › Salary bands › Senior-Level › High");
    }

    @Test
    void aSalaryIsComparedCellByCellWithTheChangeInPercent() {
        var bands = (ArrayNode) newer.at("/compensation/bands");
        ((ObjectNode) older.at("/compensation/bands/0")).put("low", 100_000);
        ((ObjectNode) bands.get(0)).put("low", 104_000);
        bands.remove(2);

        var table = row(proof(), "/compensation").rows().stream()
                .filter(row -> row.layout() == RevisionView.Layout.TABLE)
                .findFirst()
                .orElseThrow();

        assertThat(table.columns()).contains("Low", "High");
        assertThat(table.rows()).hasSize(3);
        assertThat(table.rows().get(0).rows()).anySatisfy(cell -> {
            assertThat(cell.note()).isEqualTo("+4\u00a0%");
            assertThat(cell.pieces()).containsExactly(new Piece(Op.DELETE, "100,000"), new Piece(Op.INSERT, "104,000"));
        });
        assertThat(table.rows().get(2).fate()).isEqualTo(RevisionView.Fate.REMOVED);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "24.5    | 23.75      | 24.5 | 23.75 | −3.1",
                "9999    | 12345.5    | 9999 | 12,345.5 | +23.5",
                "52000   | 54600      | 52,000 | 54,600 | +5",
                "1       | 50001      | 1 | 50,001 | +5,000,000",
                "0       | 1e-30      | 0 | 1E-30 |",
            })
    void anAmountIsShownAsPeopleWriteIt(
            BigDecimal before, BigDecimal after, String was, String is, @Nullable String percent) {
        ((ObjectNode) older.at("/compensation/bands/0")).put("low", before);
        ((ObjectNode) newer.at("/compensation/bands/0")).put("low", after);

        var cell = row(proof(), "/compensation").rows().stream()
                .filter(row -> row.layout() == RevisionView.Layout.TABLE)
                .flatMap(table -> table.rows().getFirst().rows().stream())
                .filter(RevisionView.Row::isChanged)
                .findFirst()
                .orElseThrow();

        assertThat(cell.pieces()).containsExactly(new Piece(Op.DELETE, was), new Piece(Op.INSERT, is));
        assertThat(cell.note()).isEqualTo(percent == null ? null : percent + "\u00a0%");
    }

    @Test
    void whatWasRemovedIsNeverHidden() {
        newer.remove("hiring");
        ((ArrayNode) newer.at("/duties/items")).remove(1);

        var proof = proof();

        assertThat(row(proof, "/hiring").fate()).isEqualTo(RevisionView.Fate.REMOVED);
        assertThat(row(proof, "/duties").removed()).isPositive();
    }

    @Test
    void changesKeptApartByASignOnlyAreOne() {
        var pieces = RevisionView.joined(List.of(
                new Piece(Op.DELETE, "a"),
                new Piece(Op.INSERT, "b"),
                new Piece(Op.EQUAL, " "),
                new Piece(Op.DELETE, "c"),
                new Piece(Op.EQUAL, " whole words")));

        assertThat(pieces)
                .containsExactly(
                        new Piece(Op.DELETE, "a c"), new Piece(Op.INSERT, "b "), new Piece(Op.EQUAL, " whole words"));
    }
}
