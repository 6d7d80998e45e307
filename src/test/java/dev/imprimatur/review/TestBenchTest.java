// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.UnitTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random walks through each workflow that is shipped: none publishes without the approvals that are asked for, and none gets stuck. */
@UnitTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TestBenchTest {
    private static final int WALKS = 4;
    private static final int STEPS = 16;
    private static final List<String> PEOPLE = List.of("ada", "bert", "cleo");

    private final TestBench bench = new TestBench(Duration.ofDays(14));

    @AfterAll
    void stop() throws SQLException {
        bench.destroy();
    }

    private static Walkthrough.Step random(Random random, Workflow workflow) {
        if (random.nextInt(4) == 0) return new Walkthrough.Step(true, null, null, null, null);
        if (random.nextInt(5) == 0) return new Walkthrough.Step(null, null, null, null, Duration.ofDays(3));
        var decisions =
                workflow.steps().stream().filter(step -> !step.isDrafting()).toList();
        var step = decisions.get(random.nextInt(decisions.size()));
        // a content reviewer is more frequent than another one, so that walks come to an end
        var outcome =
                step.outcomes().get(random.nextInt(3) == 0 ? step.outcomes().size() - 1 : 0);
        return new Walkthrough.Step(null, outcome.id(), step.id(), PEOPLE.get(random.nextInt(PEOPLE.size())), null);
    }

    @ParameterizedTest
    @ValueSource(strings = {"role-guide-review", "two-stage-review", "parallel-review"})
    void theEngineTakesAWalkBeforeAWorkflowIsDeployed(String id) throws IOException {
        String bpmn = Files.readString(Path.of("workflows", id + Workflows.SUFFIX));
        var examined = WorkflowFile.examine(bpmn.getBytes(StandardCharsets.UTF_8), ServiceTasks.NAMES);
        var workflow = Objects.requireNonNull(examined.workflow());
        byte[] failing = bpmn.replace("flowable:dueDate=\"${reviewDueAt}\"", "flowable:dueDate=\"${nobodyKnows}\"")
                .getBytes(StandardCharsets.UTF_8);

        assertThat(bench.refusal(bpmn.getBytes(StandardCharsets.UTF_8), workflow, examined.walks()))
                .isNull();
        assertThat(bench.refusal(failing, workflow, examined.walks())).contains("the engine fails", "nobodyKnows");
        assertThat(bench.walk(failing, workflow, examined.walks().getFirst())).isNotEmpty();
        assertThat(examined.walks().stream()
                        .flatMap(walk -> walk.steps().stream())
                        .flatMap(step -> Stream.ofNullable(step.decide())))
                .contains("approve");
    }

    @Test
    void theEngineIgnoresWhatOtherModellersWrite() throws IOException {
        byte[] bpmn = WorkflowUploadTest.annotated(
                        Files.readString(Path.of("workflows", "parallel-review" + Workflows.SUFFIX)))
                .getBytes(StandardCharsets.UTF_8);
        var examined = WorkflowFile.examine(bpmn, ServiceTasks.NAMES);
        var workflow = Objects.requireNonNull(examined.workflow());

        assertThat(bench.refusal(bpmn, workflow, examined.walks())).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"role-guide-review", "two-stage-review", "parallel-review"})
    void noWalkPublishesWithoutItsApprovals(String id) throws IOException {
        byte[] bpmn = Files.readAllBytes(Path.of("workflows", id + Workflows.SUFFIX));
        var workflow = Objects.requireNonNull(
                WorkflowFile.examine(bpmn, ServiceTasks.NAMES).workflow());
        for (int seed = 0; seed < WALKS; seed++) {
            var random = new Random(seed);
            boolean payChanged = random.nextBoolean();
            int asked = 1 + random.nextInt(2);
            int needed = id.equals("parallel-review") && payChanged ? 2 : asked;
            var steps = new ArrayList<Walkthrough.Step>();
            for (int step = 0; step < STEPS; step++) steps.add(random(random, workflow));

            var walked = bench.walk(
                    bpmn, workflow, new Walkthrough(payChanged ? Set.of("compensation") : Set.of(), asked, steps));

            var approved = new HashSet<String>();
            for (int step = 0; step < STEPS; step++) {
                var taken = steps.get(step);
                var position = walked.get(step + 1);
                boolean isTaken = position.refused() == null;
                String where = id + ", walk " + seed + ", step " + step + ": " + taken + " led to " + position;
                if (isTaken && Boolean.TRUE.equals(taken.submit())) approved.clear();
                if (isTaken && "approve".equals(taken.decide()))
                    assertThat(approved.add(Objects.requireNonNull(taken.by())))
                            .as(where)
                            .isTrue();
                if (position.state().equals("draft")) approved.clear();
                if (position.live()) assertThat(approved.size()).as(where).isGreaterThanOrEqualTo(needed);
                else assertThat(position.tasks()).as(where).isNotEmpty();
                if (position.state().equals("in-review"))
                    assertThat(position.approvals()).as(where).isEqualTo(approved.size());
            }
        }
    }
}
