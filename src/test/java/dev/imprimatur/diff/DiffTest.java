// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.diff;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.diff.Change.Kind;
import dev.imprimatur.diff.Change.Op;
import dev.imprimatur.diff.Change.Piece;
import dev.imprimatur.testing.Guides;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

class DiffTest {
    private final ContentType type = new ContentType("role-guide", (ObjectNode)
            new JsonMapper().readTree(Files.readString(Path.of("seed-content/types/role-guide.schema.json"))));
    private final ObjectNode older = Guides.content();
    private final ObjectNode newer = Guides.content();

    DiffTest() throws IOException {}

    private List<Change> changes() {
        return Diff.between(type.shape(), older, newer);
    }

    @Test
    void nothingChangedIsNoChange() {
        assertThat(changes()).isEmpty();
    }

    @Test
    void proseIsComparedWordByWord() {
        older.put("summary", "Pays well in 2024.");
        newer.put("summary", "Pays very well in 2025.");

        assertThat(changes()).singleElement().satisfies(change -> {
            assertThat(change.pointer()).isEqualTo("/summary");
            assertThat(change.words())
                    .containsExactly(
                            new Piece(Op.EQUAL, "Pays "),
                            new Piece(Op.INSERT, "very "),
                            new Piece(Op.EQUAL, "well in "),
                            new Piece(Op.DELETE, "2024"),
                            new Piece(Op.INSERT, "2025"),
                            new Piece(Op.EQUAL, "."));
        });
    }

    @Test
    void aReorderedListIsAMoveAndNoRewrite() {
        var bands = (ArrayNode) newer.at("/compensation/bands");
        bands.insert(0, bands.remove(2));

        assertThat(changes())
                .containsExactly(
                        new Change(Kind.MOVED, "/compensation/bands/0", "/compensation/bands/2", null, null, null));
    }

    @Test
    void anItemIsFoundByWhatTellsItApartWhereverItStands() {
        var bands = (ArrayNode) newer.at("/compensation/bands");
        bands.remove(0);
        ((ObjectNode) bands.get(0)).put("high", 180_000);
        bands.addObject().put("level", "Principal");

        assertThat(changes())
                .extracting(Change::kind, Change::pointer)
                .containsExactlyInAnyOrder(
                        Tuple.tuple(Kind.REMOVED, "/compensation/bands/0"),
                        Tuple.tuple(Kind.CHANGED, "/compensation/bands/0/high"),
                        Tuple.tuple(Kind.ADDED, "/compensation/bands/2"));
    }

    @Test
    void listsOfTextAreMatchedByValue() {
        ((ArrayNode) newer.at("/duties/items")).insert(1, "Explain models to others");
        newer.remove("hiring");

        assertThat(changes())
                .extracting(Change::kind, Change::pointer)
                .containsExactlyInAnyOrder(
                        Tuple.tuple(Kind.ADDED, "/duties/items/1"), Tuple.tuple(Kind.REMOVED, "/hiring"));
    }
}
