// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.imprimatur.review.WorkflowDiff.Change;
import dev.imprimatur.testing.UnitTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The difference of two versions says what changed, from what, to what. */
@UnitTest
class WorkflowDiffTest {
    @Test
    void whatChangedIsNamedWithItsValues() throws IOException {
        String before = Files.readString(Path.of("workflows/role-guide-review.bpmn20.xml"));
        String after = before.replace("name=\"Review revision\"", "name=\"Read it all\"")
                .replaceFirst("flowable:dueDate=\"P5D\"", "flowable:dueDate=\"P3D\"")
                .replaceFirst("<timeDuration>P4D", "<timeDuration>P2D")
                .replaceFirst("name=\"Request changes\"", "name=\"Send back\"")
                .replaceFirst("x=\"100\"", "x=\"120\"");

        var diff = WorkflowDiff.of(before, after);

        assertThat(diff.added()).isEmpty();
        assertThat(diff.removed()).isEmpty();
        assertThat(diff.names()).contains(entry("review", "Read it all"));
        assertThat(diff.changesOf("review"))
                .containsExactlyInAnyOrder(
                        new Change("review", "name", "Review revision", "Read it all"),
                        new Change("review", "due", "P5D", "P3D"),
                        new Change("review", "outcome request-changes: name", "Request changes", "Send back"));
        assertThat(diff.changes())
                .anySatisfy(change -> assertThat(change)
                        .extracting(Change::property, Change::before, Change::after)
                        .containsExactly("waits for", "P4D", "P2D"));
        assertThat(WorkflowDiff.of(before, before.replaceFirst("x=\"100\"", "x=\"120\""))
                        .changes())
                .isEmpty();
        var back = WorkflowDiff.of(after, before);
        assertThat(back.changed()).isEqualTo(diff.changed());
    }
}
