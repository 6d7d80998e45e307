// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.administration;

import dev.imprimatur.accounts.Accounts;
import dev.imprimatur.audit.Audit;
import dev.imprimatur.audit.AuditExport;
import dev.imprimatur.audit.AuditQuery;
import dev.imprimatur.paging.Page;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.publication.AuditAnchors;
import dev.imprimatur.studio.PageLinks;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.util.UriComponentsBuilder;

/** Shows administrators the audit log and exports it: sign-ins, refusals, and changes to accounts and keys. */
@Controller
@RequestMapping("/studio/audit")
@PreAuthorize("hasRole('ADMIN')")
class AuditPage {
    private static final int PAGE = 100;

    private final Accounts accounts;
    private final Audit audit;
    private final AuditExport export;
    private final AuditAnchors anchors;

    AuditPage(Accounts accounts, Audit audit, AuditExport export, AuditAnchors anchors) {
        this.anchors = anchors;
        this.accounts = accounts;
        this.audit = audit;
        this.export = export;
    }

    /** The filter of the URL as the person typed it. */
    record Filter(String person, String action, String target, String from, String to) {
        AuditQuery query() {
            return AuditQuery.parse(person, action, target, from, to);
        }

        boolean isEmpty() {
            return (person + action + target + from + to).isBlank();
        }

        private String url(UriComponentsBuilder url) {
            var typed = Map.of("person", person, "action", action, "target", target, "from", from, "to", to);
            for (String name : List.of("person", "action", "target", "from", "to"))
                if (!String.valueOf(typed.get(name)).isBlank()) url.queryParam(name, "{" + name + "}");
            return url.encode().buildAndExpand(typed).toUriString();
        }

        String url() {
            return url(UriComponentsBuilder.fromPath("/studio/audit"));
        }

        public String export(String format) {
            return url(UriComponentsBuilder.fromPath("/studio/audit/export").queryParam("format", format));
        }
    }

    @GetMapping
    String list(
            @RequestParam(defaultValue = "") String person,
            @RequestParam(defaultValue = "") String action,
            @RequestParam(defaultValue = "") String target,
            @RequestParam(defaultValue = "") String from,
            @RequestParam(defaultValue = "") String to,
            @RequestParam(defaultValue = "") String cursor,
            HttpServletResponse response,
            Model model) {
        var filter = new Filter(person, action, target, from, to);
        var records = new Page<Audit.Entry>(List.of(), null, null);
        try {
            var query = filter.query();
            records = audit.page(query, query.window(cursor, PAGE));
        } catch (Refused refused) {
            model.addAttribute("refusal", refused.refusal());
            response.setStatus(refused.refusal().kind().status());
        }
        model.addAttribute("filter", filter);
        model.addAttribute("head", audit.head().orElse(null));
        model.addAttribute("anchor", anchors.last().orElse(null));
        model.addAttribute("filtered", !filter.isEmpty());
        model.addAttribute("records", records.items());
        model.addAttribute("pages", PageLinks.of(filter.url(), records));
        model.addAttribute("actions", audit.actions());
        model.addAttribute("people", accounts.accounts());
        return "studio/audit";
    }

    @GetMapping("/export")
    void export(
            @RequestParam String format,
            @RequestParam(defaultValue = "") String person,
            @RequestParam(defaultValue = "") String action,
            @RequestParam(defaultValue = "") String target,
            @RequestParam(defaultValue = "") String from,
            @RequestParam(defaultValue = "") String to,
            Person me,
            HttpServletResponse response)
            throws IOException {
        export.send(new Filter(person, action, target, from, to).query(), format, me.account(), response);
    }
}
