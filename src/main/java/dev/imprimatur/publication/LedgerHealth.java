// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import java.util.stream.Stream;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** Part of the readiness of this node: down while stored entries or contents differ from what was signed, or entries are lost. */
@Component("ledgerHealthIndicator")
class LedgerHealth implements HealthIndicator {
    private final Integrity integrity;
    private final LedgerReader ledger;

    LedgerHealth(Integrity integrity, LedgerReader ledger) {
        this.integrity = integrity;
        this.ledger = ledger;
    }

    @Override
    public Health health() {
        var failures = Stream.concat(
                        integrity.lost().stream(), integrity.failures().stream().map(Integrity.Failure::detail))
                .toList();
        var health = failures.isEmpty() ? Health.up() : Health.down().withDetail("failures", failures);
        ledger.verifying()
                .ifPresent(rest -> health.withDetail(
                        "verification", "entry " + rest.position() + " of " + rest.end() + " from checkpoints"));
        return health.build();
    }
}
