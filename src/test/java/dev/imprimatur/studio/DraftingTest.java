package dev.imprimatur.studio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imprimatur.editing.Editing;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Person;
import dev.imprimatur.editing.WorkingCopy;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.testing.Node;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Invariant 3 for people: a form saves what is right, keeps what others did, and asks about what collides. */
class DraftingTest {
    private static final Person EDITOR = new Person("editor", "The editor", null, Set.of("EDITOR"));
    private static final Person SECOND = new Person("second-editor", "The second", null, Set.of("EDITOR"));

    private final Node node = Node.shared();
    private final Drafting drafting = node.bean(Drafting.class);
    private final Editing editing = node.bean(Editing.class);
    private final Guide guide = editing.require(node.guides().drafted().id());
    private final WorkingCopy loaded = editing.draft(guide);
    private final String base = loaded.content().toString();

    private Drafting.Saved save(Person who, String... inputs) {
        var form = new java.util.LinkedHashMap<String, String[]>();
        // every other field as the form was loaded with it
        for (var field : Field.of(
                node.bean(dev.imprimatur.content.ContentTypes.class)
                        .require("role-guide")
                        .shape(),
                loaded.content(),
                List.of())) fill(field, form);
        for (int i = 0; i < inputs.length; i += 2) form.put(inputs[i], new String[] {inputs[i + 1]});
        return drafting.save(guide, loaded.etag(), base, form, who);
    }

    private static void fill(Field field, Map<String, String[]> form) {
        if (field.children().isEmpty()) {
            if (!field.value().isEmpty()) form.put(field.pointer(), new String[] {field.value()});
        } else field.children().forEach(child -> fill(child, form));
    }

    @Test
    void whatCannotBeSavedIsToldAndTheRestIsSaved() {
        String before = loaded.content().get("summary").asString();

        var saved =
                save(EDITOR, "/summary", "x".repeat(301), "/byline", "Somebody", "/compensation/dataYear", "twenty");

        assertThat(saved.faults()).extracting(fault -> fault.pointer()).contains("/summary", "/compensation/dataYear");
        assertThat(saved.copy().content().get("byline").asString()).isEqualTo("Somebody");
        assertThat(saved.copy().content().get("summary").asString()).isEqualTo(before);
        assertThat(saved.copy().content().at("/compensation/dataYear").asInt())
                .isEqualTo(loaded.content().at("/compensation/dataYear").asInt());
    }

    @Test
    void aStaleFormKeepsWhatOthersChangedElsewhere() {
        save(SECOND, "/byline", "The second");

        var saved = save(EDITOR, "/summary", "The first");

        assertThat(saved.conflict()).isNull();
        assertThat(saved.taken()).containsExactly("/byline");
        assertThat(saved.copy().content().get("byline").asString()).isEqualTo("The second");
        assertThat(saved.copy().content().get("summary").asString()).isEqualTo("The first");
        assertThat(saved.copy().contributors()).contains("editor", "second-editor");
    }

    @Test
    void whatBothChangedIsAskedAndNothingIsSavedUntilThen() {
        save(SECOND, "/summary", "Theirs");

        var asked = save(EDITOR, "/summary", "Mine");

        assertThat(asked.conflict()).isNotNull();
        assertThat(editing.draft(guide).content().get("summary").asString()).isEqualTo("Theirs");
        var chosen = drafting.resolve(
                guide,
                asked.copy().etag(),
                asked.conflict().content().toString(),
                asked.copy().content().toString(),
                Map.of("choice:/summary", new String[] {"mine"}, "mine:/summary", new String[] {"\"Mine\""}),
                EDITOR);
        assertThat(chosen.copy().content().get("summary").asString()).isEqualTo("Mine");
    }

    @Test
    void aChoiceForAPlaceThatIsNotThereIsRefused() {
        for (String pointer : List.of("/nowhere/deep", "/tags/99", "/tags/x"))
            assertThatThrownBy(() -> drafting.resolve(
                            guide,
                            loaded.etag(),
                            base,
                            base,
                            Map.of("choice:" + pointer, new String[] {"mine"}, "mine:" + pointer, new String[] {"\"x\""
                            }),
                            EDITOR))
                    .as(pointer)
                    .isInstanceOfSatisfying(
                            Refused.class,
                            refused -> assertThat(refused.refusal().kind()).isEqualTo(Refusal.Kind.MALFORMED));
    }
}
