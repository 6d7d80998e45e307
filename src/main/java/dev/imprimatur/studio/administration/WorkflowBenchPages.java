// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.administration;

import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.review.EditionMoves;
import dev.imprimatur.review.Walkthrough;
import dev.imprimatur.review.WorkflowDesign;
import dev.imprimatur.review.WorkflowDiff;
import dev.imprimatur.studio.Flash;
import dev.imprimatur.studio.diagram.Diagram;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/**
 * Shows administrators the versions of a workflow, and a workbench on which a changed file is checked, compared, tested and deployed. The
 * walk on the test bench is kept in the form: each button sends the steps so far and one more.
 */
@Controller
@RequestMapping("/studio/workflows")
@PreAuthorize("hasRole('ADMIN')")
class WorkflowBenchPages {
    private final WorkflowDesign design;
    private final EditionMoves moves;

    WorkflowBenchPages(WorkflowDesign design, EditionMoves moves) {
        this.moves = moves;
        this.design = design;
    }

    /**
     * What the form holds.
     *
     * @param seen the entity tag of the workflow that the file was compared with; empty for a new workflow
     * @param changed names of fields, with spaces between them
     */
    record Given(String bpmn, String seen, String note, String changed, int approvals, List<String> steps) {
        /** Whoever deploys the file next decides on what the page compares it with. */
        Given comparedWith(String version) {
            return new Given(bpmn, version, note, changed, approvals, steps);
        }

        static Given of(String bpmn, String seen) {
            return new Given(bpmn, seen, "", "", 1, List.of());
        }
    }

    @GetMapping("/bench")
    String bench(@RequestParam @Nullable String workflow, Model model) {
        var current = workflow == null ? null : design.require(workflow);
        model.addAttribute("given", current == null ? Given.of("", "") : Given.of(current.bpmn(), current.version()));
        return "studio/workflow-bench";
    }

    /** Shows the modeller with the current version of a workflow. */
    @GetMapping("/modeller")
    String model(@RequestParam @Nullable String workflow, Model model) {
        bench(workflow == null ? "role-guide-review" : workflow, model);
        return modeller(model);
    }

    /** Shows the modeller with the file on the workbench. */
    @PostMapping("/modeller")
    String model(@RequestParam String bpmn, @RequestParam(defaultValue = "") String seen, Model model) {
        model.addAttribute("given", Given.of(bpmn.replace("\r\n", "\n"), seen));
        return modeller(model);
    }

    private static String modeller(Model model) {
        model.addAttribute("steps", WorkflowDesign.steps());
        return "studio/workflow-modeller";
    }

    /**
     * Does what a button says and shows the workbench again.
     *
     * @param act {@code check}, {@code deploy}, {@code undo}, {@code restart}, or the next step of the walk
     */
    @PostMapping("/bench")
    String act(
            @RequestParam String bpmn,
            @RequestParam(defaultValue = "") String seen,
            @RequestParam(defaultValue = "") String note,
            @RequestParam(defaultValue = "") String changed,
            @RequestParam(defaultValue = "1") int approvals,
            @RequestParam(name = "step", required = false) @Nullable List<String> before,
            @RequestParam String act,
            Person me,
            Model model,
            RedirectAttributes redirect) {
        String file = bpmn.replace("\r\n", "\n");
        var steps = new ArrayList<>(before == null ? List.of() : before);
        switch (act) {
            case "check", "deploy" -> {}
            case "restart" -> steps.clear();
            case "undo" -> {
                if (!steps.isEmpty()) steps.removeLast();
            }
            default -> steps.add(act);
        }
        var given = new Given(file, seen, note, changed, Math.clamp(approvals, 1, 10), steps);
        model.addAttribute("given", given);
        try {
            var check = design.check(file);
            model.addAttribute("check", check);
            if (!check.findings().isEmpty()) return "studio/workflow-bench";
            if (act.equals("deploy")) {
                var deployed = design.deploy(
                        check.id(), file, seen.isEmpty() ? null : seen, note.isBlank() ? null : note.strip(), me);
                Flash.notice(
                        redirect,
                        "Version " + deployed.current().number() + " of " + deployed.id()
                                + " is deployed. Editions that are opened in ten seconds or later follow it.");
                return "redirect:/studio/workflows/" + deployed.id();
            }
            String version = compare(check.id(), file, model);
            model.addAttribute("overtaken", overtaken(check.id(), seen));
            model.addAttribute("given", given.comparedWith(version));
            walk(given, model);
        } catch (Refused refused) {
            model.addAttribute("refusal", refused.refusal());
        }
        return "studio/workflow-bench";
    }

    /** Shows what differs from the current version; returns the entity tag of the workflow, which is empty for a new one. */
    private String compare(String id, String file, Model model) {
        var current = design.all().stream()
                .filter(workflow -> workflow.id().equals(id))
                .findFirst();
        current.ifPresent(workflow -> compared(workflow.bpmn(), file, model));
        return current.map(WorkflowDesign.Design::version).orElse("");
    }

    /** The version that somebody deployed since the page was opened; null if nobody did, or if the page was about another workflow. */
    private WorkflowDesign.@Nullable Version overtaken(String id, String seen) {
        if (seen.isEmpty()) return null;
        var all = design.all();
        if (all.stream().anyMatch(workflow -> workflow.version().equals(seen))) return null;
        return all.stream()
                .filter(workflow -> workflow.id().equals(id))
                .map(WorkflowDesign.Design::current)
                .findFirst()
                .orElse(null);
    }

    private static void compared(String from, String to, Model model) {
        var diff = WorkflowDiff.of(from, to);
        model.addAttribute("diff", diff);
        model.addAttribute("before", Diagram.compared(from, marks(diff)));
        model.addAttribute("after", Diagram.compared(to, marks(diff)));
    }

    private static Map<String, String> marks(WorkflowDiff diff) {
        var marks = new HashMap<String, String>();
        diff.added().forEach(id -> marks.put(id, "added"));
        diff.removed().forEach(id -> marks.put(id, "removed"));
        diff.changed().forEach(id -> marks.put(id, "changed"));
        return marks;
    }

    private void walk(Given given, Model model) {
        var steps = given.steps().stream()
                .limit(Walkthrough.MOST_STEPS)
                .map(WorkflowBenchPages::step)
                .toList();
        var changed = Stream.of(given.changed().split("[\\s,]+", -1))
                .filter(name -> !name.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
        var walked = design.test(given.bpmn(), new Walkthrough(changed, given.approvals(), steps));
        var now = walked.getLast();
        model.addAttribute("walked", walked);
        model.addAttribute("now", now);
        model.addAttribute("position", Diagram.of(given.bpmn(), now.active(), List.of()));
    }

    private static Walkthrough.Step step(String said) {
        String[] words = said.split(" ", -1);
        if (said.equals("submit")) return new Walkthrough.Step(true, null, null, null, null);
        if (words.length == 3 && words[0].equals("decide"))
            return new Walkthrough.Step(null, words[2], words[1], null, null);
        if (words.length == 2 && words[0].equals("advance"))
            try {
                return new Walkthrough.Step(
                        null, null, null, null, Duration.parse(words[1]).abs());
            } catch (DateTimeException | ArithmeticException wrong) {
                // refused below
            }
        throw Refusal.malformed("/step", "is no step of a walk").raise();
    }

    @GetMapping("/{id}")
    String versions(
            @PathVariable String id,
            @RequestParam @Nullable Integer from,
            @RequestParam @Nullable Integer to,
            Model model) {
        var workflow = design.require(id);
        var versions = design.versions(id);
        model.addAttribute("workflow", workflow);
        model.addAttribute("versions", versions);
        model.addAttribute("counts", moves.countByVersion(id));
        var usable = versions.stream().filter(WorkflowDesign.Version::usable).toList();
        int later = to != null ? to : workflow.current().number();
        int earlier =
                from != null ? from : usable.size() < 2 ? later : usable.get(1).number();
        model.addAttribute("from", earlier);
        model.addAttribute("to", later);
        compared(design.bpmn(id, earlier), design.bpmn(id, later), model);
        return "studio/workflow";
    }

    /** The BPMN as a file, to open in a modeller or to put into the folder of workflows. */
    @GetMapping("/{id}/versions/{number}/file")
    ResponseEntity<byte[]> file(@PathVariable String id, @PathVariable int number) {
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_XML)
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment()
                                .filename(id + ".bpmn20.xml")
                                .build()
                                .toString())
                .body(design.bpmn(id, number).getBytes(StandardCharsets.UTF_8));
    }
}
