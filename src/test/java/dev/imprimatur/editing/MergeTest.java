package dev.imprimatur.editing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.testing.Guides;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class MergeTest {
    private static final List<String> TEXTS =
            List.of("/title", "/summary", "/introduction", "/duties/body", "/compensation/note", "/comparisons/0/body");

    private final ContentType type = new ContentType("role-guide", (ObjectNode)
            new JsonMapper().readTree(Files.readString(Path.of("seed-content/types/role-guide.schema.json"))));
    private final ObjectNode base = Guides.content();
    private final ObjectNode mine = Guides.content();
    private final ObjectNode theirs = Guides.content();

    MergeTest() throws IOException {}

    private Merge merge() {
        return Merge.of(type.shape(), base, mine, theirs);
    }

    private static ArrayNode bands(JsonNode content) {
        return (ArrayNode) content.at("/compensation/bands");
    }

    private static void set(JsonNode content, String pointer, String text) {
        int last = pointer.lastIndexOf('/');
        ((ObjectNode) content.at(pointer.substring(0, last))).put(pointer.substring(last + 1), text);
    }

    @Test
    void whatOnlyOneChangedIsKept() {
        mine.put("summary", "mine");
        theirs.remove("hiring");
        ((ObjectNode) bands(theirs).get(0)).put("low", 1);
        ((ObjectNode) bands(mine).get(0)).put("high", 999_999);

        var merge = merge();

        assertThat(merge.conflicts()).isEmpty();
        assertThat(merge.content().get("summary").asString()).isEqualTo("mine");
        assertThat(merge.content().has("hiring")).isFalse();
        assertThat(merge.content().at("/compensation/bands/0/low").asInt()).isEqualTo(1);
        assertThat(merge.content().at("/compensation/bands/0/high").asInt()).isEqualTo(999_999);
    }

    @Test
    void itemsAreFollowedByIdentityWhenOneReordersAndTheOtherEditsAndAdds() {
        var first = bands(mine).remove(0);
        bands(mine).add(first);
        ((ObjectNode) bands(theirs).get(0)).put("low", 7);
        bands(theirs)
                .addObject()
                .put("level", "Principal")
                .put("minYears", 10)
                .put("low", 8)
                .put("high", 9);

        var merge = merge();

        assertThat(merge.conflicts()).isEmpty();
        var levels = bands(merge.content()).values().stream()
                .map(band -> band.get("level").asString())
                .toList();
        assertThat(levels).contains("Principal").hasSize(4);
        assertThat(levels.indexOf("Entry-Level")).isGreaterThan(levels.indexOf("Mid-Level"));
        assertThat(bands(merge.content())
                        .get(levels.indexOf("Entry-Level"))
                        .get("low")
                        .asInt())
                .isEqualTo(7);
    }

    @Test
    void whatBothChangedIsAskedAndTheAnswerHolds() {
        mine.put("summary", "mine");
        theirs.put("summary", "theirs");
        mine.remove("hiring");
        ((ObjectNode) theirs.get("hiring")).put("heading", "theirs");

        var merge = merge();

        assertThat(merge.conflicts())
                .extracting(Merge.Conflict::pointer)
                .containsExactlyInAnyOrder("/summary", "/hiring");
        var resolved = merge.resolved(Map.of(
                "/summary",
                JsonNodeFactory.instance.stringNode("both"),
                "/hiring",
                JsonNodeFactory.instance.missingNode()));
        assertThat(resolved.get("summary").asString()).isEqualTo("both");
        assertThat(resolved.has("hiring")).isFalse();
    }

    @Property
    void editsOfDifferentPlacesBothSurviveWithoutAQuestion(
            @ForAll("texts") String one, @ForAll("texts") String other, @ForAll int a, @ForAll int b) {
        if (one.equals(other)) return;
        set(mine, one, "mine " + a);
        set(theirs, other, "theirs " + b);

        var merge = merge();

        assertThat(merge.conflicts()).isEmpty();
        assertThat(merge.content().at(one).asString()).isEqualTo("mine " + a);
        assertThat(merge.content().at(other).asString()).isEqualTo("theirs " + b);
        set(mine, one, base.at(one).asString());
        set(theirs, other, base.at(other).asString());
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.of(TEXTS);
    }
}
