// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import dev.imprimatur.store.Check;
import dev.imprimatur.store.Findings;
import org.springframework.stereotype.Component;

/** Checks the chain of the audit, and that the audit holds the records that the anchors in the ledger name. */
@Component
class AuditCheck implements Check {
    private final AuditAnchors anchors;

    AuditCheck(AuditAnchors anchors) {
        this.anchors = anchors;
    }

    @Override
    public void run(Findings findings) {
        anchors.verify().broken().forEach(fault -> findings.violation("audit", "the audit", "is broken: " + fault));
    }
}
