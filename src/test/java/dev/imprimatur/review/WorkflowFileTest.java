// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imprimatur.testing.UnitTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A workflow file may contain only the BPMN elements on an allowlist. */
@UnitTest
class WorkflowFileTest {
    private static final String FILE = "role-guide-review.bpmn20.xml";
    private final String file = Files.readString(Path.of("workflows", FILE));

    WorkflowFileTest() throws IOException {}

    private Workflow read(String xml) {
        return WorkflowFile.read(FILE, xml.getBytes(StandardCharsets.UTF_8), ServiceTasks.NAMES);
    }

    @Test
    void theWorkflowOfRoleGuidesIsReadWithItsOutcomes() {
        var workflow = read(file);

        assertThat(workflow.drafting().id()).isEqualTo("draft");
        assertThat(workflow.step("review").orElseThrow().outcomes())
                .extracting(Outcome::id)
                .containsExactly("approve", "request-changes");
        assertThat(workflow.step("re-review").orElseThrow().outcomes())
                .extracting(Outcome::id)
                .containsExactly("confirm", "revise");
    }

    @Test
    void anOutcomeIsSignedWithTheWordsOfTheFileAndOneThatVouchesAlways() {
        String approves = "effect=\"approve\" meaning=\"Reviewed and approved for publication\"";
        String asks = "effect=\"request-changes\"";
        assertThat(file).contains(approves, asks);

        var review = read(file.replace(approves, "effect=\"approve\"")
                        .replace(asks, asks + " meaning=\"Read, and sent back\""))
                .step("review")
                .orElseThrow();

        assertThat(review.outcomes())
                .extracting(Outcome::meaning)
                .containsExactly("Reviewed and approved for publication", "Read, and sent back");
        assertThat(read(file).step("re-review").orElseThrow().outcomes())
                .extracting(Outcome::signs)
                .containsExactly(true, false);
        assertThatThrownBy(() -> read(file.replace(approves, "effect=\"approve\" meaning=\" \"")))
                .hasMessageContaining("meaning");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "<serviceTask id=\"stamp\" | <scriptTask id=\"evil\" scriptFormat=\"groovy\"><script>1</script></scriptTask><serviceTask id=\"stamp\" | scriptTask",
                "flowable:delegateExpression=\"${stamp}\" | flowable:class=\"java.lang.Runtime\" | class",
                "flowable:delegateExpression=\"${stamp}\" | flowable:type=\"shell\" | type",
                "flowable:delegateExpression=\"${stamp}\" | flowable:expression=\"${x.y()}\" | expression",
                "flowable:delegateExpression=\"${stamp}\" | flowable:delegateExpression=\"${runtimeService}\" | steps",
                "flowable:delegateExpression=\"${stamp}\" | flowable:delegateExpression=\"${stamp.run()}\" | steps",
                "<userTask id=\"draft\" | <userTask flowable:taskListener=\"x\" id=\"draft\" | taskListener",
                "<extensionElements> | <extensionElements><flowable:taskListener event=\"create\" class=\"x\"/> | taskListener",
                "<extensionElements> | <extensionElements><flowable:executionListener event=\"start\" class=\"x\"/> | executionListener",
                "${reviewOpensAt} | ${T(java.lang.Runtime).getRuntime()} | timer",
                "${reviewOpensAt} | R/PT1S | timer",
                "${outcome == 'revise'} | ${outcome == 'revise' &amp;&amp; ''.getClass() != null} | condition",
                "${outcome == 'revise'} | ${outcome == 'publish-at-once'} | no task offers",
                "name=\"Write draft\" | name=\"${execution.setVariable('x', 1)}\" | expression",
                "flowable:candidateGroups=\"EDITOR\" | flowable:candidateGroups=\"${anybody}\" | candidateGroups",
                "effect=\"approve\" | effect=\"publish\" | effect",
                "<process id=\"role-guide-review\" | <process id=\"another\" | the name of the file",
                "targetRef=\"review\" name=\"submitted\" | targetRef=\"publish\" name=\"submitted\" | without an approval",
                "sourceRef=\"publish\" targetRef=\"live\" | sourceRef=\"publish\" targetRef=\"edition-unpublished\" | needs a task or an event behind it",
                "<timeDuration>P4D< | <timeDuration>4 days< | such as P5D or PT12H, and at most 3650 days, not “4 days” (in <boundaryEvent id=\"review-due-soon\">)",
                "<timeDuration>P4D< | <timeDuration>P9999D< | at most 3650 days",
                "<timeDuration>P4D< | <timeDuration>-P4D< | such as P5D",
                "<timeDuration>P4D< | <timeDuration>${reviewDueAt}< | such as P5D",
                "flowable:dueDate=\"P5D\" | flowable:dueDate=\"soon\" | such as P5D",
                "flowable:dueDate=\"P5D\" | flowable:dueDate=\"${now()}\" | such as P5D",
                "flowable:dueDate=\"${reviewDueAt}\" | flowable:dueDate=\"P5D\" | its dueDate is ${reviewDueAt}",
                "imprimatur:group=\"PUBLISHER\" | imprimatur:group=\"PUBLISHERS\" | imprimatur:group must be one of ADMIN, EDITOR, PUBLISHER, REVIEWER, not “PUBLISHERS”",
                "imprimatur:group=\"PUBLISHER\" | imprimatur:group=\"REVIEWER\" | already",
                "${remind} | ${stamp} | a timer with a duration leads to a service task ${remind} or ${escalate}",
                "${escalate} | ${remind} | so it has no imprimatur:group",
                "attachedToRef=\"review\" cancelActivity=\"false\" | attachedToRef=\"review\" | attached to a user task",
                "attachedToRef=\"review\" | attachedToRef=\"re-review\" | behind the publication",
                "attachedToRef=\"review\" | attachedToRef=\"live\" | attached to a user task",
                "targetRef=\"review-reminded\" | targetRef=\"draft\" | an end event follows",
                "targetRef=\"stamp\" | targetRef=\"remind-of-review\" | only timers with a duration on a user task lead to ${remind}",
                "<timeCycle>${reviewAnnouncements}< | <timeCycle>R3/P1D< | not for R3/P1D",
                "attachedToRef=\"live\" cancelActivity=\"false\"> | attachedToRef=\"live\"> | attached to a sub-process",
                "${announceReview} | ${stamp} | leads to a service task ${announceReview}",
                "<process id | <callActivity id=\"x\" calledElement=\"y\"/><process id | callActivity",
            })
    void whatIsNotOnTheListIsRefusedByFileAndElement(String here, String evil, String named) {
        assertThat(file).contains(here);

        assertThatThrownBy(() -> read(file.replaceFirst(Pattern.quote(here), Matcher.quoteReplacement(evil))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(FILE)
                .hasMessageContaining(named)
                .message()
                .matches("(?s).*(line \\d+|no task offers|<(serviceTask|userTask|boundaryEvent) id=).*");
    }

    @Test
    void entitiesAndDocumentTypesAreRefused() {
        assertThatThrownBy(() -> read(file.replace(
                        "<definitions", "<!DOCTYPE definitions SYSTEM \"http://127.0.0.1:1/evil.dtd\"><definitions")))
                .hasMessageContaining(FILE);
        assertThatThrownBy(() -> read(file.replace(
                                "<definitions",
                                "<!DOCTYPE definitions [<!ENTITY x SYSTEM \"file:///etc/hostname\">]><definitions")
                        .replace("Drives one edition", "&x;")))
                .hasMessageContaining(FILE);
    }

    @Test
    void aStepThatDoesNotExistIsNamedWithThoseThatDo() {
        assertThatThrownBy(() -> read(file.replace("${markOverdue}", "${markOverdu}")))
                .hasMessageContaining("markOverdue, markReviewDue, openNextEdition, publish, remind, restamp, stamp");
    }
}
