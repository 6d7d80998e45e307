// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.administration;

import dev.imprimatur.review.WorkflowDesign;
import dev.imprimatur.review.WorkflowProgress;
import dev.imprimatur.studio.diagram.Diagram;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;

/** Shows administrators the deployed workflows and how many editions wait at each step. */
@Controller
@RequestMapping("/studio/workflows")
@PreAuthorize("hasRole('ADMIN')")
class WorkflowsPage {
    private final WorkflowProgress progress;
    private final WorkflowDesign design;

    WorkflowsPage(WorkflowProgress progress, WorkflowDesign design) {
        this.progress = progress;
        this.design = design;
    }

    record Drawn(WorkflowProgress.Deployed workflow, Diagram diagram) {}

    @GetMapping
    String workflows(Model model) {
        model.addAttribute(
                "workflows",
                progress.deployed().stream()
                        .map(workflow -> new Drawn(workflow, Diagram.of(workflow.bpmn(), workflow.editionsAt())))
                        .toList());
        model.addAttribute("all", design.all());
        return "studio/workflows";
    }
}
