// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import dev.imprimatur.store.Check;
import dev.imprimatur.store.Findings;
import org.springframework.stereotype.Component;

/** Examines the chain of the audit, and whether it holds what the ledger's anchors name. */
@Component
class AuditCheck implements Check {
    private final AuditAnchors anchors;

    AuditCheck(AuditAnchors anchors) {
        this.anchors = anchors;
    }

    @Override
    public void run(Findings findings) {
        anchors.verify().broken().forEach(wrong -> findings.violation("audit", "the audit", "is broken: " + wrong));
    }
}
