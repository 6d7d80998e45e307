// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.webhooks;

import dev.imprimatur.publication.LedgerReader;
import dev.imprimatur.store.Check;
import dev.imprimatur.store.Findings;
import org.springframework.stereotype.Component;

/** Checks that no webhook's cursor is beyond the end of the ledger. */
@Component
class WebhooksCheck implements Check {
    private final Webhooks webhooks;
    private final LedgerReader ledger;

    WebhooksCheck(Webhooks webhooks, LedgerReader ledger) {
        this.webhooks = webhooks;
        this.ledger = ledger;
    }

    @Override
    public void run(Findings findings) {
        webhooks.each((id, row) -> {
            if (row.isEmpty()) findings.violation("webhook", "webhook " + id, "cannot be read");
            else if (row.get().webhook().position() > ledger.position())
                findings.violation(
                        "webhook",
                        "webhook " + id,
                        "has a cursor at position " + row.get().webhook().position()
                                + ", which is beyond the end of the ledger");
        });
    }
}
