// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.comments;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.diff.IdentifiedContent;
import dev.imprimatur.diff.ItemIds;
import dev.imprimatur.testing.Guides;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

class PassageTest {
    private static final ItemIds NONE = new ItemIds(Map.of());
    private final ContentType type = new ContentType("role-guide", (ObjectNode)
            new JsonMapper().readTree(Files.readString(Path.of("seed-content/types/role-guide.schema.json"))));
    private final ObjectNode then = Guides.content();
    private final ObjectNode now = Guides.content();

    PassageTest() throws IOException {}

    private Optional<String> found(String pointer, String quote) {
        var comment = new Comment("c", "g", 1, pointer, quote, null, "?", "rosa", Instant.EPOCH, false, null);
        return Passage.of(type.shape(), comment, new IdentifiedContent(then, NONE), new IdentifiedContent(now, NONE))
                .map(passage -> now.at(passage.pointer()).asString("").substring(passage.start(), passage.end()));
    }

    @Test
    void staysWhereTextBeforeItCame() {
        then.put("summary", "It pays well. Ask around.");
        now.put("summary", "A new beginning here. It pays well. Ask around.");

        assertThat(found("/summary", "pays well")).contains("pays well");
    }

    @Test
    void keepsThePartThatWasNotRewritten() {
        then.put("summary", "They build recommendation engines for large shops.");
        now.put("summary", "They build recommendation engines for small banks.");

        assertThat(found("/summary", "recommendation engines for large")).contains("recommendation engines for ");
    }

    @Test
    void isGoneWhereLessThanHalfIsLeft() {
        then.put("summary", "They build recommendation engines.");
        now.put("summary", "Nothing of that is said here any more.");

        assertThat(found("/summary", "build recommendation engines")).isEmpty();
    }

    @Test
    void followsTheItemOfAListThatMoved() {
        ((ObjectNode) then.at("/compensation/bands/0")).put("level", "Entry-Level");
        var bands = (ArrayNode) now.at("/compensation/bands");
        bands.add(bands.remove(0));

        assertThat(found("/compensation/bands/0/level", "Entry")).contains("Entry");
    }

    @Test
    void isGoneWithItsItemAndWithItsField() {
        ((ArrayNode) now.at("/compensation/bands")).remove(0);
        now.remove("hiring");

        assertThat(found("/compensation/bands/0/level", "Entry")).isEmpty();
        assertThat(found("/hiring/heading", null)).isEmpty();
        assertThat(found("/summary", null)).contains("");
    }
}
