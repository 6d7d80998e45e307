// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.administration;

import dev.imprimatur.access.SigningRules;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.people.Person;
import dev.imprimatur.publication.LedgerReader;
import dev.imprimatur.publication.NewLineage;
import dev.imprimatur.publication.WorksReadOnly;
import dev.imprimatur.studio.Flash;
import java.util.List;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Shows administrators whether the ledger lost entries, and takes the decision to begin a new lineage. */
@Controller
@RequestMapping("/studio/ledger")
@PreAuthorize("hasRole('ADMIN')")
class LedgerPage {
    private final NewLineage newLineage;
    private final LedgerReader ledger;
    private final Guides guides;
    private final SigningRules signing;

    LedgerPage(NewLineage newLineage, LedgerReader ledger, Guides guides, SigningRules signing) {
        this.newLineage = newLineage;
        this.ledger = ledger;
        this.guides = guides;
        this.signing = signing;
    }

    @GetMapping
    String show(Model model, Person me) {
        var report = newLineage.report();
        model.addAttribute("report", report);
        model.addAttribute("verifying", ledger.verifying().orElse(null));
        model.addAttribute("withheld", withheld(report.withheld()));
        model.addAttribute("decisions", newLineage.decisions().reversed());
        model.addAttribute("needsPassword", signing.needsPassword(me));
        return "studio/ledger";
    }

    @PostMapping
    @WorksReadOnly
    String goOn(@RequestParam String lineage, @RequestParam String message, Person me, RedirectAttributes redirect) {
        signing.mustBeAbleToSign(me);
        var report = newLineage.decide(lineage, message.replace("\r\n", "\n").strip(), me);
        Flash.notice(redirect, "The ledger continues as " + report.lineage() + ".");
        return "redirect:/studio/ledger";
    }

    private List<Guide> withheld(List<String> ids) {
        return ids.isEmpty()
                ? List.of()
                : guides.cached().stream()
                        .filter(guide -> ids.contains(guide.id()))
                        .toList();
    }
}
