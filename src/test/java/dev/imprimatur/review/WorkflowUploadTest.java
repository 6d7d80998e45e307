// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.UnitTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is wrong with an uploaded workflow is explained before it is deployed, with the element and its place in the file. */
@UnitTest
class WorkflowUploadTest {
    private static WorkflowFile.Examined examine(String xml) {
        return WorkflowFile.examine(xml.getBytes(StandardCharsets.UTF_8), ServiceTasks.NAMES);
    }

    private static String file(String id) throws IOException {
        return Files.readString(Path.of("workflows", id + Workflows.SUFFIX));
    }

    @ParameterizedTest
    @ValueSource(strings = {"role-guide-review", "two-stage-review", "parallel-review"})
    void theWorkflowsThatAreShippedCanBeUploaded(String id) throws IOException {
        var examined = examine(file(id));

        assertThat(examined.findings()).isEmpty();
        assertThat(examined.id()).isEqualTo(id);
        assertThat(examined.workflow()).isNotNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                // a join that waits for a flow that never comes
                "sourceRef=\"pay-changed\" targetRef=\"pay-settled\" | sourceRef=\"pay-changed\" targetRef=\"all-reviewed\" | | no task is open, and the edition is not published either",
                "sourceRef=\"content-approved\" targetRef=\"changes-wanted\" | sourceRef=\"content-approved\" targetRef=\"all-reviewed\" | review | must lead back to “Write draft”",
                "<process id=\"parallel-review\" | <process id=\"bench\" | bench | the name of a page",
                "name=\"Write draft\" | name=\" \" | draft | needs a name",
                "flowable:candidateGroups=\"EDITOR\" | flowable:candidateGroups=\"REVIEWER\" | draft | must be EDITOR",
                "dueDate=\"P5D\" | dueDate=\"p5d\" | review | such as P5D",
                "${restamp} | ${markOverdue} | re-review | must lead to a service task ${restamp}",
                // the reviews end before the other reviewer is done
                "sourceRef=\"pay-settled\" targetRef=\"all-reviewed\" | sourceRef=\"pay-settled\" targetRef=\"reviews-over\" | | would never end",
                "sourceRef=\"pay-changed\" targetRef=\"pay-settled\" | sourceRef=\"pay-changed\" targetRef=\"review\" | review | two flows arrive at the same time",
                "<sequenceFlow id=\"stamped\" sourceRef=\"stamp\" targetRef=\"scheduled\"/> | | stamp | leads nowhere",
                "sourceRef=\"approved\" targetRef=\"stamp\" | sourceRef=\"approved\" targetRef=\"scheduled\" | publish | without a service task ${stamp}",
                "id=\"decided\" sourceRef=\"reviews\" targetRef=\"approved\" | id=\"decided\" sourceRef=\"reviews\" targetRef=\"nowhere\" | decided | one of them does not exist",
                "sourceRef=\"draft\" targetRef=\"reviews\" | sourceRef=\"draft\" targetRef=\"draft\" | reviews | never reached",
                "name=\"Approved?\" default=\"enough-approvals\" | name=\"Approved?\" | approved | needs a default flow",
                "id=\"approve\" name=\"Approve\" | id=\"approve\" name=\"\" | | needs an id and a name",
                "id=\"approve\" name=\"Approve\" | id=\"approve\" name=\"Ap&#x202E;prove\" | | a direction mark",
                "name=\"Write draft\" | name=\"Write&#x200E; draft\" | draft | a direction mark",
                "id=\"request-changes\" name=\"Request changes\" | id=\"approve\" name=\"Request changes\" | | is there twice",
                "<omgdc:Bounds x=\"100\" | <omgdc:Bounds x=\"1&quot;/&gt;&lt;script&gt;\" | | is a number in the diagram",
                "<omgdc:Bounds x=\"100\" y=\"160\" | <omgdc:Bounds x=\"100\" | | needs the number “y”",
                "<bpmndi:BPMNShape id=\"draft-shape\" bpmnElement=\"draft\" | <bpmndi:BPMNShape id=\"draft-shape\" bpmnElement=\"draft-not\" | draft | is not in the diagram",
                "<process id=\"parallel-review\" | <process id=\"Parallel_Review\" | Parallel_Review | lower-case words with hyphens",
                "<userTask id=\"draft\" | <userTask id=\"review\" | review | is there twice",
                "<terminateEventDefinition/> | <terminateEventDefinition/></endEvent><endEvent id=\"x\" name=\"\"><errorEventDefinition/> | | errorEventDefinition",
                "${compensationChanged} | ${compensation.changed} | | a condition is",
                "sourceRef=\"pay-settled\" targetRef=\"all-reviewed\" | sourceRef=\"pay-settled\" targetRef=\"pay-settled\" | | would never end",
            })
    void whatIsWrongIsExplained(String here, String wrong, String element, String message) throws IOException {
        String xml = file("parallel-review");
        assertThat(xml).contains(here);

        var examined =
                examine(xml.replaceFirst(Pattern.quote(here), Matcher.quoteReplacement(wrong == null ? "" : wrong)));

        assertThat(examined.workflow()).isNull();
        assertThat(examined.findings()).anySatisfy(finding -> {
            assertThat(finding.message()).contains(message);
            if (element != null) {
                assertThat(finding.element()).isEqualTo(element);
                assertThat(finding.line()).isPositive();
                assertThat(finding.column()).isPositive();
            }
        });
    }

    /** What an expression asks for is known only at some places; elsewhere the engine would fail. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "name=\"Write draft\" | name=\"Write draft\" flowable:dueDate=\"${reviewDueAt}\" | draft | opens before the publication",
                "flowable:dueDate=\"P5D\" | flowable:dueDate=\"${reviewDueAt}\" | review | opens before the publication",
                "flowable:dueDate=\"P5D\" | flowable:dueDate=\"${overdueAt}\" | review | opens before the publication",
                "flowable:dueDate=\"P5D\" | flowable:dueDate=\"${publishAt}\" | review | opens before the publication",
                "flowable:dueDate=\"P5D\" | flowable:dueDate=\"${unpublishAt}\" | review | opens before the publication",
                "flowable:dueDate=\"${reviewDueAt}\" | flowable:dueDate=\"${overdueAt}\" | re-review | its dueDate is ${reviewDueAt}",
                "<timeDate>${reviewOpensAt} | <timeDate>${publishAt} | review-comes-due | ${schedule == 'waiting'}",
                "<timeDate>${reviewOpensAt} | <timeDate>${unpublishAt} | review-comes-due | the message unpublish-scheduled",
                "<timeDate>${publishAt} | <timeDate>${unpublishAt} | publication-due | the message unpublish-scheduled",
            })
    void whatIsNotKnownYetCannotBeAskedFor(String here, String wrong, String element, String message)
            throws IOException {
        String xml = file("role-guide-review");
        assertThat(xml).contains(here);

        assertThat(examine(xml.replaceFirst(Pattern.quote(here), Matcher.quoteReplacement(wrong)))
                        .findings())
                .anySatisfy(finding -> {
                    assertThat(finding.element()).isEqualTo(element);
                    assertThat(finding.message()).contains(message);
                });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "isExecutable=\"true\" | isExecutable=\"false\" | isExecutable=\"false\" keeps",
                "<?xml version=\"1.0\" | <?xml version=\"1.1\" | the file is XML 1.1",
                "width=\"110\" | width=\"0\" | “width” is greater than 0",
                "height=\"80\" | height=\"-80\" | “height” is greater than 0",
                "<imprimatur:outcome id=\"approve\" | <imprimatur:outcome colour=\"red\" id=\"approve\" | no attribute “colour”",
                "<startEvent id | <startEvent camunda:asyncBefore=\"true\" xmlns:camunda=\"http://camunda.org/schema/1.0/bpmn\" id | asyncBefore",
                "<startEvent id | <startEvent x:async=\"true\" xmlns:x=\"https://example.org/x\" id | async",
                "<startEvent id | <startEvent x:sourceRef=\"review\" xmlns:x=\"https://example.org/x\" id | sourceRef",
                "<extensionElements> | <extensionElements><x:executionListener xmlns:x=\"https://example.org/x\" class=\"java.lang.Runtime\"/> | not allowed, because its namespace is",
                "<extensionElements> | <extensionElements><x:a xmlns:x=\"https://example.org/x\"><x:field name=\"b\"/></x:a> | not allowed, because its namespace is",
                "<extensionElements> | <extensionElements><x:a xmlns:x=\"https://example.org/x\" b=\"${c}\"/> | an expression is not allowed",
                "<extensionElements> | <extensionElements><zeebe:anything xmlns:zeebe=\"http://camunda.org/schema/zeebe/1.0\"/> | not allowed",
            })
    void whatWasAcceptedAlthoughWrongIsRefusedWithItsLine(String here, String wrong, String message)
            throws IOException {
        String xml = file("parallel-review");
        assertThat(xml).contains(here);

        var findings = examine(xml.replaceFirst(Pattern.quote(here), Matcher.quoteReplacement(wrong)))
                .findings();

        assertThat(findings).anySatisfy(finding -> {
            assertThat(finding.message()).contains(message).doesNotStartWith("<>");
            assertThat(finding.line()).isPositive();
        });
    }

    @Test
    void theListOfWhatIsAllowedIsGivenOnce() throws IOException {
        String xml = file("parallel-review")
                .replaceFirst("<startEvent", "<dataObject id=\"a\"/><dataObject id=\"b\"/><startEvent");

        assertThat(examine(xml).findings())
                .extracting(WorkflowFinding::message)
                .filteredOn(message -> message.contains("not allowed"))
                .hasSize(2)
                .filteredOn(message -> message.contains("allowed are"))
                .hasSize(1);
    }

    /** The file with what other modellers write. */
    static String annotated(String xml) {
        return xml.replaceFirst(
                        "<definitions",
                        "<definitions xmlns:modeler=\"http://example.org/schema/modeler/1.0\" xmlns:bioc=\"http://bpmn.io/schema/bpmn/biocolor/1.0\""
                                + " modeler:executionPlatformHint=\"none\" expressionLanguage=\"http://www.w3.org/1999/XPath\"")
                .replaceFirst("<startEvent id", "<startEvent bioc:stroke=\"#000\" id")
                .replaceFirst(
                        "<extensionElements>",
                        "<extensionElements><bioc:meta metaKey=\"bgcolor\" metaValue=\"#fff\"><bioc:inner>x</bioc:inner></bioc:meta>")
                .replaceFirst(
                        "</process>",
                        "<textAnnotation id=\"note\"><text>Two people look.</text></textAnnotation>"
                                + "<association id=\"noted\" sourceRef=\"draft\" targetRef=\"note\" associationDirection=\"None\"/>"
                                + "<group id=\"both\" categoryValueRef=\"of-reviews\"/></process>"
                                + "<category id=\"kinds\"><categoryValue id=\"of-reviews\" value=\"Reviews\"/></category>");
    }

    @Test
    void whatOtherModellersWriteAndNobodyReadsIsAccepted() throws IOException {
        var examined = examine(annotated(file("parallel-review")));

        assertThat(examined.findings()).isEmpty();
        var workflow = Objects.requireNonNull(examined.workflow());
        assertThat(workflow.step("draft")).isPresent();
        assertThat(workflow.step("note")).isEmpty();
    }

    /** Drawing programs break the lines of names; people read them on one line. */
    @Test
    void aNameIsReadOnOneLine() throws IOException {
        var examined = examine(file("role-guide-review")
                .replace("name=\"Write draft\"", "name=\" Write&#10;draft \"")
                .replace("name=\"Approve\"", "name=\"Approve&#13;&#10;it\""));

        assertThat(examined.findings()).isEmpty();
        var workflow = Objects.requireNonNull(examined.workflow());
        assertThat(workflow.step("draft").orElseThrow().name()).isEqualTo("Write draft");
        assertThat(workflow.step("review").orElseThrow().outcomes())
                .extracting(Outcome::name)
                .contains("Approve it");
    }

    /** Somebody reads it: it is in no namespace of another modeller. */
    @Test
    void whatIsNotOfAnotherModellerIsRefusedAlsoInsideOfWhatIs() throws IOException {
        String file = annotated(file("parallel-review"));
        for (String hidden : List.of(
                "<thing xmlns=\"\"/>",
                "<bioc:meta><thing xmlns=\"\"/></bioc:meta>",
                "<bioc:meta><userTask id=\"hidden\"/></bioc:meta>",
                "<bioc:meta><documentation>x</documentation></bioc:meta>")) {
            var examined = examine(file.replaceFirst("<bioc:meta metaKey", hidden + "<bioc:meta metaKey"));

            assertThat(examined.findings())
                    .as(hidden)
                    .hasSize(1)
                    .allSatisfy(finding -> assertThat(finding.message()).contains("is not allowed"));
        }
    }

    @Test
    void aCircleWithoutAWaitAndAFloodOfElementsAreRefusedSoon() throws IOException {
        String deep = "<a>".repeat(50_000);
        long began = System.nanoTime();

        assertThat(examine(deep).findings()).isNotEmpty();
        assertThat(examine("not xml").findings()).isNotEmpty();
        assertThat(examine("").findings()).isNotEmpty();
        assertThat(examine("<!DOCTYPE x [<!ENTITY a \"b\">]><x>&a;</x>").findings())
                .isNotEmpty();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
    }
}
