// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.diff;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.comments.Comment;
import dev.imprimatur.comments.Passage;
import dev.imprimatur.content.ContentType;
import dev.imprimatur.diff.Change.Op;
import dev.imprimatur.diff.Change.Piece;
import dev.imprimatur.testing.UnitTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.BreakIterator;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.Tuple.Tuple2;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Properties of every comparison of two texts, in any script. */
@UnitTest
class WordDiffTest {
    private static final List<String> PIECES = List.of(
            "हि", "न्", "दी", "🇩", "🇪", "🇫🇷", "👨", "\u200d", "👩", "👧", "👍", "🏽", "e", "\u0301", "a", "word",
            " ", "\n", "\r\n", "\r", "1", ",", "234", ".", "5", "-", "’", "'", "我们", "カ", "ー", "の", "ภาษา", "ไทย", "ี",
            "عربي", "ـ", "각", "\u1100", "\u1161", "\ud83d", "\ufe0f", "#", "_", "");

    private final ContentType type = new ContentType("role-guide", (ObjectNode)
            new JsonMapper().readTree(Files.readString(Path.of("seed-content/types/role-guide.schema.json"))));

    WordDiffTest() throws IOException {}

    private static List<Piece> pieces(String older, String newer) {
        var nodes = JsonNodeFactory.instance;
        var pieces = Diff.words(nodes.stringNode(older), nodes.stringNode(newer));
        assertThat(pieces).isNotNull();
        return pieces;
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.of(PIECES).list().ofMaxSize(40).map(parts -> String.join("", parts));
    }

    /** Pairs of a text and an edited version of it. */
    @Provide
    Arbitrary<Tuple2<String, String>> edits() {
        return Combinators.combine(texts(), texts(), texts(), texts())
                .as((start, was, is, end) -> Tuple.of(start + was + end, start + is + end));
    }

    @Property
    void piecesGiveBackBothTextsAndCutNoCharacter(@ForAll("edits") Tuple2<String, String> texts) {
        var pieces = pieces(texts.get1(), texts.get2());

        assertThat(joined(pieces, Op.INSERT)).isEqualTo(texts.get1());
        assertThat(joined(pieces, Op.DELETE)).isEqualTo(texts.get2());
        assertThat(boundaries(texts.get1())).containsAll(cuts(pieces, Op.INSERT));
        assertThat(boundaries(texts.get2())).containsAll(cuts(pieces, Op.DELETE));
    }

    @Property
    void aPassageNeverCutsACharacter(@ForAll("edits") Tuple2<String, String> texts, @ForAll Random random) {
        String older = texts.get1();
        if (older.isEmpty()) return;
        int start = random.nextInt(older.length());
        String quote = older.substring(start, start + 1 + random.nextInt(older.length() - start));

        var then = JsonNodeFactory.instance.objectNode().put("summary", older);
        var now = JsonNodeFactory.instance.objectNode().put("summary", texts.get2());
        var comment = new Comment("c", "g", 1, "/summary", quote, null, "?", "rosa", Instant.EPOCH, false, null);
        var none = new ItemIds(Map.of());
        Passage.of(type.shape(), comment, new IdentifiedContent(then, none), new IdentifiedContent(now, none))
                .ifPresent(passage -> assertThat(boundaries(texts.get2())).contains(passage.start(), passage.end()));
    }

    @Test
    void aFlagAFamilyAndAConjunctAreReplacedWhole() {
        assertThat(pieces("In 🇩🇪.", "In 🇩🇰."))
                .containsExactly(
                        new Piece(Op.EQUAL, "In "),
                        new Piece(Op.DELETE, "🇩🇪"),
                        new Piece(Op.INSERT, "🇩🇰"),
                        new Piece(Op.EQUAL, "."));
        assertThat(pieces("👨‍👩‍👧", "👨‍👩‍👦")).extracting(Piece::text).containsExactly("👨‍👩‍👧", "👨‍👩‍👦");
        assertThat(pieces("हिन्दी", "हिन्दु")).extracting(Piece::text).containsExactly("हिन्दी", "हिन्दु");
        assertThat(pieces("cafe", "cafe\u0301")).extracting(Piece::text).containsExactly("cafe", "cafe\u0301");
    }

    @Test
    void oneCharacterOfAChineseSentenceIsOneChange() {
        assertThat(pieces("我们喜欢猫。", "我们喜欢狗。"))
                .containsExactly(
                        new Piece(Op.EQUAL, "我们喜欢"),
                        new Piece(Op.DELETE, "猫"),
                        new Piece(Op.INSERT, "狗"),
                        new Piece(Op.EQUAL, "。"));
    }

    @Test
    void aFigureIsComparedWhole() {
        assertThat(pieces("pays 1,234.5 a day", "pays 1,234.7 a day"))
                .contains(new Piece(Op.DELETE, "1,234.5"), new Piece(Op.INSERT, "1,234.7"));
    }

    @Test
    void threeThousandWordsAreComparedInAMomentAndTextsOfNothingInCommonAreBounded() {
        var random = new Random(7);
        var before = IntStream.range(0, 3_000)
                .mapToObj(i -> "wording" + random.nextInt(400))
                .toList();
        var after = new ArrayList<>(before);
        for (int i = 0; i < 240; i++) after.set(random.nextInt(3_000), "replaced" + i);
        String older = String.join(" ", before);
        String newer = String.join(" ", after);
        String other = IntStream.range(0, 200_000).mapToObj(i -> "x" + i).collect(Collectors.joining(" "));
        for (int i = 0; i < 30; i++) pieces(older, newer);

        long best = Long.MAX_VALUE;
        for (int i = 0; i < 20; i++) {
            long began = System.nanoTime();
            pieces(older, newer);
            best = Math.min(best, System.nanoTime() - began);
        }
        System.out.println("3,000 words, 8 % replaced: " + Duration.ofNanos(best));

        assertThat(Duration.ofNanos(best)).isLessThan(Duration.ofMillis(50));
        var nodes = JsonNodeFactory.instance;
        assertThat(Diff.words(nodes.stringNode(other), nodes.stringNode(other.replace('x', 'y'))))
                .isNull();
    }

    private static String joined(List<Piece> pieces, Op without) {
        return pieces.stream()
                .filter(piece -> piece.op() != without)
                .map(Piece::text)
                .collect(Collectors.joining());
    }

    private static Set<Integer> cuts(List<Piece> pieces, Op without) {
        var cuts = new HashSet<Integer>();
        int at = 0;
        for (var piece : pieces)
            if (piece.op() != without) {
                at += piece.text().length();
                cuts.add(at);
            }
        return cuts;
    }

    private static Set<Integer> boundaries(String text) {
        var clusters = BreakIterator.getCharacterInstance(Locale.ROOT);
        clusters.setText(text);
        var boundaries = new HashSet<Integer>();
        for (int at = clusters.first(); at != BreakIterator.DONE; at = clusters.next()) boundaries.add(at);
        return boundaries;
    }
}
