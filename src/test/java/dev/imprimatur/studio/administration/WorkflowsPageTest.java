// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.administration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Http.Answer;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Visitor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.web.util.HtmlUtils;

/** The walk in docs/workflows.md: a team lead adds a step and sees it in the studio. */
@Tag("long")
class WorkflowsPageTest {
    private static final Pattern SNIPPET = Pattern.compile("```xml\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern FIELD = Pattern.compile("<textarea id=\"bpmn\"[^>]*>(.*?)</textarea>", Pattern.DOTALL);
    private static final Pattern SEEN = Pattern.compile("name=\"seen\" value=\"([^\"]*)\"");
    private static final String BENCH = "/studio/workflows/bench";

    private Node node;
    private Visitor admin;

    private static String found(Pattern pattern, String page) {
        var match = pattern.matcher(page);
        assertThat(match.find()).as(pattern + " in " + page).isTrue();
        return HtmlUtils.htmlUnescape(match.group(1));
    }

    private Answer act(String bpmn, String seen, String act, List<String> steps) {
        var fields = new ArrayList<>(List.of("bpmn", bpmn, "seen", seen, "act", act, "note", "style"));
        steps.forEach(step -> fields.addAll(List.of("step", step)));
        return admin.post(BENCH, BENCH, fields.toArray(String[]::new));
    }

    @Test
    void aStepIsAddedByTheWalkOfTheDocumentAndSeenInTheStudio() throws IOException {
        var snippets = SNIPPET.matcher(Files.readString(Path.of("docs/workflows.md")))
                .results()
                .map((MatchResult it) -> it.group(1))
                .toList();
        try (var started = Node.start()) {
            node = started;
            admin = Visitor.signedIn(node, "admin");
            assertThat(admin.get("/studio/workflows").body()).contains("/studio/workflows/role-guide-review");
            assertThat(admin.get("/studio/workflows/role-guide-review").body())
                    .contains("/studio/workflows/bench?workflow=role-guide-review");
            var bench = admin.get(BENCH + "?workflow=role-guide-review").body();
            String before = found(FIELD, bench);
            String seen = found(SEEN, bench);
            assertThat(before).contains(snippets.get(0), snippets.get(2));
            String changed = before.replace(snippets.get(0), snippets.get(1)).replace(snippets.get(2), snippets.get(3));

            var faulty = act(
                    changed.replace("targetRef=\"style-right\"", "targetRef=\"nowhere\""), seen, "check", List.of());
            assertThat(faulty.body()).contains("One thing to correct", "style-checked", "does not exist");
            assertThat(faulty.body()).doesNotContain("Test bench</h2>");

            var checked = act(changed, seen, "check", List.of());
            assertThat(checked.body()).contains("Added: ", "check-style", "d-usertask is-added", "Test bench</h2>");
            var submitted = act(changed, seen, "submit", List.of());
            assertThat(submitted.body()).contains("Check style", "Ask for another style", "5 Jan 2026");
            var late = act(changed, seen, "advance P1D", List.of("submit"));
            assertThat(late.body()).contains("6 Jan 2026");
            var fits = act(changed, seen, "decide check-style style-fits", List.of("submit", "advance P1D"));
            assertThat(fits.body()).contains("Review revision").doesNotContain("<b>live</b>");
            var approved = act(
                    changed,
                    seen,
                    "decide review approve",
                    List.of("submit", "advance P1D", "decide check-style style-fits"));
            assertThat(approved.body()).contains("<b>live</b>");

            var deployed = act(changed, seen, "deploy", List.of());
            assertThat(deployed.status()).isEqualTo(302);
            assertThat(admin.get(deployed.header("Location")).body()).contains("Version 1", "current", "style");
            assertThat(act(before, seen, "deploy", List.of()).body()).contains("another version");
            String again = act(before, seen, "check", List.of()).body();
            assertThat(again).contains("Version 1 was deployed by", "since you opened this page");
            assertThat(act(before, found(SEEN, again), "check", List.of()).body())
                    .doesNotContain("since you opened this page");
            String copy = changed.replace("role-guide-review", "style-first-review");
            String none = found(SEEN, act(copy, seen, "check", List.of()).body());
            assertThat(none).isEmpty();
            assertThat(act(copy, none, "deploy", List.of()).header("Location"))
                    .endsWith("/studio/workflows/style-first-review");
            assertThat(admin.get("/studio/workflows/modeller?workflow=style-first-review"))
                    .satisfies(page -> assertThat(page.header("Content-Security-Policy"))
                            .contains("style-src-attr 'unsafe-inline'"))
                    .satisfies(page -> assertThat(page.body())
                            .contains("bpmn-modeler", "id=\"check-style\"".replace("\"", "&quot;")));
            assertThat(admin.get(BENCH).header("Content-Security-Policy")).doesNotContain("unsafe-inline");

            node.clock().forward(Duration.ofSeconds(11));
            Guides.Ref guide = node.guides().submitted();
            var editor = Visitor.signedIn(node, "second-editor");
            assertThat(editor.get("/studio/guides/" + guide.id() + "/review").body())
                    .contains("d-usertask is-active", "Check style");
            var task = node.guides().task("second-editor", guide);
            assertThat(task.get("name").asString()).isEqualTo("Check style");
            assertThat(task.get("due").isMissingNode()).isFalse();
            node.guides().decide("second-editor", task, "style-fits").ok();
            node.guides()
                    .decide("reviewer", node.guides().task("reviewer", guide), "approve")
                    .ok();
            assertThat(node.guides().read(guide).status()).isEqualTo(200);
            assertThat(admin.get("/studio/workflows/role-guide-review/versions/1/file")
                            .body())
                    .isEqualTo(changed);
        }
    }
}
