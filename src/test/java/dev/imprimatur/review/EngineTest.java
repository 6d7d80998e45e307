// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imprimatur.testing.Node;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import javax.script.ScriptEngineManager;
import org.flowable.engine.impl.cfg.ProcessEngineConfigurationImpl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineTest {
    @Test
    void expressionsSeeOurStepsAndNothingElse() {
        var engine = Node.shared().bean(ProcessEngineConfigurationImpl.class);

        assertThat(engine.getBeans().keySet()).isEqualTo(ServiceTasks.NAMES);
        assertThat(engine.isEnableSafeBpmnXml()).isTrue();
        assertThat(engine.isDisableIdmEngine()).isTrue();
        assertThat(engine.isDisableEventRegistry()).isTrue();
        assertThat(engine.getAsyncExecutor().getTimerLockTimeInMillis()).isLessThanOrEqualTo(60_000);
    }

    @Test
    void noScriptEngineAndNoRestApiIsOnTheClassPath() {
        assertThat(new ScriptEngineManager()
                        .getEngineFactories().stream()
                                .map(factory -> factory.getClass().getName())
                                .filter(name -> !name.endsWith("JuelScriptEngineFactory")))
                .isEmpty();
        assertThatThrownBy(() -> Class.forName("org.flowable.rest.service.api.RestResponseFactory"))
                .isInstanceOf(ClassNotFoundException.class);
        assertThatThrownBy(() -> Class.forName("groovy.lang.GroovyShell")).isInstanceOf(ClassNotFoundException.class);
    }

    @Test
    void aWorkflowWithAScriptStopsTheStart(@TempDir Path folder) throws Exception {
        String file = Files.readString(Path.of("workflows/role-guide-review.bpmn20.xml"))
                .replace(
                        "<serviceTask id=\"stamp\"",
                        "<scriptTask id=\"evil\" scriptFormat=\"javascript\"/><serviceTask id=\"stamp\"");
        Files.writeString(folder.resolve("role-guide-review.bpmn20.xml"), file);

        assertThatThrownBy(() -> Node.start("imprimatur.workflows", folder.toUri() + "/"))
                .rootCause()
                .hasMessageContaining("role-guide-review.bpmn20.xml")
                .hasMessageContaining("<scriptTask id=\"evil\">");
    }

    @Test
    void aTypeWhoseWorkflowDoesNotExistStopsTheStart(@TempDir Path folder) throws Exception {
        String schema = Files.readString(Path.of("seed-content/types/role-guide.schema.json"))
                .replace("\"role-guide-review\"", "\"role-guide-reviw\"");
        Files.writeString(folder.resolve("role-guide.schema.json"), schema);

        assertThatThrownBy(() -> Node.start("imprimatur.content-types", folder.toUri() + "/"))
                .rootCause()
                .satisfies(cause -> assertThat(Objects.toString(cause.getMessage()))
                        .contains(
                                "role-guide",
                                "role-guide-reviw",
                                "fact-checked-review, parallel-review, role-guide-review, two-stage-review"));
    }
}
