// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.diagram;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.UnitTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

@UnitTest
class DiagramTest {
    private final String bpmn = Files.readString(Path.of("workflows/role-guide-review.bpmn20.xml"));

    DiagramTest() throws IOException {}

    @Test
    void marksWhereAnEditionIsAndWasInTheDrawingAndInTheList() {
        var diagram = Diagram.of(bpmn, List.of("review"), List.of("edition-opened", "draft"));

        assertThat(diagram.svg()).contains("d-usertask is-active", "d-usertask is-done", "Review");
        assertThat(diagram.steps()).first().satisfies(step -> {
            assertThat(step.name()).isEqualTo("Write draft");
            assertThat(step.done()).isTrue();
        });
        assertThat(diagram.steps().get(1).active()).isTrue();
    }

    @Test
    void showsHowManyStandAtAStep() {
        assertThat(Diagram.of(bpmn, Map.of("draft", 1234)).svg()).contains(">1234</text>");
    }

    @Test
    void aFileWithoutDiagramInformationIsAListOnly() {
        String bare = bpmn.replaceAll("(?s)<bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>", "");

        var diagram = Diagram.of(bare, List.of("review"), List.of());

        assertThat(diagram.svg()).isEmpty();
        assertThat(diagram.steps()).isNotEmpty();
    }

    @Test
    void namesAreTextAndNeverMarkup() {
        var diagram = Diagram.of(
                bpmn.replace("name=\"Write draft\"", "name=\"&lt;script&gt;alert(1)&lt;/script&gt;\""),
                List.of(),
                List.of());

        assertThat(diagram.svg()).doesNotContain("<script").contains("&lt;script&gt;");
    }
}
