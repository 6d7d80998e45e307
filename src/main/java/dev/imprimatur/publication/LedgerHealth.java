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

    LedgerHealth(Integrity integrity) {
        this.integrity = integrity;
    }

    @Override
    public Health health() {
        var failures = Stream.concat(
                        integrity.lost().stream(), integrity.failures().stream().map(Integrity.Failure::detail))
                .toList();
        return failures.isEmpty()
                ? Health.up().build()
                : Health.down().withDetail("failures", failures).build();
    }
}
