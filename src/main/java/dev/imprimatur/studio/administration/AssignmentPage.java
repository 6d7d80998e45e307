// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.administration;

import dev.imprimatur.accounts.Role;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.review.AssignmentRule;
import dev.imprimatur.review.AssignmentRules;
import dev.imprimatur.studio.DisplayText;
import dev.imprimatur.studio.Flash;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The page on which administrators say by which rules tasks are assigned. */
@Controller
@RequestMapping("/studio/assignment")
@PreAuthorize("hasRole('ADMIN')")
class AssignmentPage {
    private final AssignmentRules rules;

    AssignmentPage(AssignmentRules rules) {
        this.rules = rules;
    }

    @GetMapping
    String rules(Model model) {
        var current = rules.rules();
        model.addAttribute("version", current.version());
        model.addAttribute("chosen", current.rules());
        model.addAttribute("roles", Role.values());
        model.addAttribute("rules", AssignmentRule.values());
        return "studio/assignment";
    }

    /** @param form the rule of each role, in a field with the name of the role */
    @PostMapping
    String set(
            @RequestParam String version,
            @RequestParam Map<String, String> form,
            Person me,
            RedirectAttributes redirect) {
        var wanted = new LinkedHashMap<String, String>();
        for (var role : Role.values()) {
            String rule = form.get(role.name());
            if (rule != null) wanted.put(role.name(), rule);
        }
        try {
            rules.set(wanted, version, me);
            Flash.notice(redirect, "Saved. Tasks that nobody has are assigned by these rules, too.");
        } catch (Refused refused) {
            Flash.text(
                    redirect, "problem", DisplayText.sentence(refused.refusal().detail()));
        }
        return "redirect:/studio/assignment";
    }
}
