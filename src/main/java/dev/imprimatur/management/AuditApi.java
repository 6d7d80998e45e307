// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.access.NeedsScope;
import dev.imprimatur.audit.Audit;
import dev.imprimatur.audit.AuditExport;
import dev.imprimatur.audit.AuditQuery;
import dev.imprimatur.credentials.Scope;
import dev.imprimatur.people.Person;
import dev.imprimatur.publication.AuditAnchors;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Lets administrators read, export and verify the audit. */
@RestController
@RequestMapping(Api.ROOT + "/audit")
@PreAuthorize("hasRole('ADMIN')")
@NeedsScope(Scope.ADMIN)
class AuditApi {
    private final Audit audit;
    private final AuditExport export;
    private final AuditAnchors anchors;

    AuditApi(Audit audit, AuditExport export, AuditAnchors anchors) {
        this.audit = audit;
        this.export = export;
        this.anchors = anchors;
    }

    @GetMapping
    PageView<Audit.Entry> list(
            @RequestParam @Nullable String person,
            @RequestParam @Nullable String action,
            @RequestParam @Nullable String target,
            @RequestParam @Nullable String from,
            @RequestParam @Nullable String to,
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam @Nullable String cursor) {
        var query = AuditQuery.parse(person, action, target, from, to);
        return PageView.of(audit.page(query, query.window(cursor, Api.pageSize(limit))));
    }

    /** Exports all matching records of the audit as a file. */
    @GetMapping("/export")
    void export(
            @RequestParam(defaultValue = "jsonl") String format,
            @RequestParam @Nullable String person,
            @RequestParam @Nullable String action,
            @RequestParam @Nullable String target,
            @RequestParam @Nullable String from,
            @RequestParam @Nullable String to,
            Person me,
            HttpServletResponse response)
            throws IOException {
        export.send(AuditQuery.parse(person, action, target, from, to), format, me.account(), response);
    }

    /** Verifies every record of the audit, its chain, and the anchors in the ledger. */
    @GetMapping("/verification")
    Audit.Verification verify() {
        return anchors.verify();
    }
}
