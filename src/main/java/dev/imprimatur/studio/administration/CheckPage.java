// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.administration;

import dev.imprimatur.check.Checker;
import dev.imprimatur.publication.WorksReadOnly;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;

/** Shows administrators what the last check of both stores found, and starts another check. */
@Controller
@RequestMapping("/studio/check")
@PreAuthorize("hasRole('ADMIN')")
class CheckPage {
    private final Checker checker;

    CheckPage(Checker checker) {
        this.checker = checker;
    }

    @GetMapping
    String show(Model model) {
        model.addAttribute("report", checker.last());
        model.addAttribute("running", checker.isRunning());
        return "studio/check";
    }

    @PostMapping
    @WorksReadOnly
    String begin() throws InterruptedException {
        checker.begin();
        return "redirect:/studio/check";
    }
}
