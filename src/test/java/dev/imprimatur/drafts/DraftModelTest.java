// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.drafts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.UnitTest;
import net.jqwik.api.ForAll;
import net.jqwik.api.GenerationMode;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tag;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * No text that a page reported as saved or kept is ever lost, nobody becomes a contributor without a change, and values that nobody
 * edited stay as they were. A failure prints the seed of the run and the trace of its steps.
 */
@Tag("long")
@UnitTest
class DraftModelTest {
    private static final int STEPS = 50;
    private static DraftScript script;

    @BeforeContainer
    static void load() {
        script = new DraftScript();
    }

    @AfterContainer
    static void close() {
        script.close();
    }

    @Property(generation = GenerationMode.RANDOMIZED, shrinking = ShrinkingMode.OFF)
    void noWordIsLost(@ForAll long seed) {
        new DraftModel(seed, DraftModel.Fault.NONE, script).run(STEPS);
    }

    /** In the run with this seed, a person resolves a conflict about a text whose item they have removed since. */
    @ParameterizedTest
    @ValueSource(longs = -3739150018705448941L)
    void runsThatLostAWordOnceLoseNone(long seed) {
        try (var draft = new DraftScript()) {
            new DraftModel(seed, DraftModel.Fault.NONE, draft).run(STEPS);
        }
    }

    /** The model finds each fault that once existed when the fault is injected again. */
    @ParameterizedTest
    @EnumSource(value = DraftModel.Fault.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void aPlantedFaultIsFound(DraftModel.Fault plant) {
        int run = 0;
        AssertionError found = null;
        try (var faulty = new DraftScript()) {
            faulty.run(
                    switch (plant) {
                        case THE_BASE_MOVES_AND_THE_FORM_DOES_NOT ->
                            "Draft.prototype.catchUp = function () { this.base = copy(this.server); return []; };";
                        case THE_WHOLE_FORM_IS_SENT ->
                            "Draft.prototype.pending = function (shown) { return Object.entries(shown.values)"
                                    + ".filter(([path]) => path in this.base.values)"
                                    + ".map(([path, text]) => ({op: 'replace', path, from: this.base.values[path], to: text})); };";
                        default -> "";
                    });
            for (; found == null && run < 400; run++)
                try {
                    new DraftModel(run, plant, faulty).run(STEPS);
                } catch (AssertionError error) {
                    found = error;
                }
        }
        assertThat(found).as("%s, put back in, in %d runs", plant, run).isNotNull();
        System.out.printf("%s: found in run %d%n", plant, run);
    }
}
