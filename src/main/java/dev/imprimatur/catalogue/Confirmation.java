// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.catalogue;

import dev.imprimatur.credentials.Lease;
import dev.imprimatur.credentials.SiteKeys;
import dev.imprimatur.problem.Refused;
import java.time.Duration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/**
 * Whether MongoDB has confirmed lately what this node tells sites: the ledger and the site keys, each within the lease. Whoever answers
 * asks first and takes the state afterwards, which is then at least as new as what was confirmed. Part of readiness.
 */
@Component("leaseHealthIndicator")
public class Confirmation implements HealthIndicator {
    private final Catalogue catalogue;
    private final SiteKeys keys;
    private final Lease lease;

    Confirmation(Catalogue catalogue, SiteKeys keys, Lease lease) {
        this.catalogue = catalogue;
        this.keys = keys;
        this.lease = lease;
    }

    public boolean holds() {
        return lease.holds(catalogue.confirmed()) && lease.holds(keys.ring().readAt());
    }

    /** How long it still holds, unless it is renewed. */
    public Duration left() {
        var ledger = lease.left(catalogue.confirmed());
        var siteKeys = lease.left(keys.ring().readAt());
        return ledger.compareTo(siteKeys) < 0 ? ledger : siteKeys;
    }

    /** What is told to whom nothing stale may be served. */
    public Refused over() {
        return lease.over().raise();
    }

    /** Whether it holds, or what is told is stale; a refusal where sites are to get nothing that is stale. */
    public boolean holdsOrRefuses() {
        boolean holds = holds();
        if (!holds && lease.refuses()) throw over();
        return holds;
    }

    @Override
    public Health health() {
        if (!catalogue.isOfThisReading())
            return Health.down()
                    .withDetail("error", "the publication ledger is being read anew")
                    .build();
        if (holds()) return Health.up().build();
        return Health.down()
                .withDetail(
                        "error",
                        "not confirmed for " + lease.lasts().minus(left()).toSeconds()
                                + " s what is published and which site keys are right; sites are "
                                + (lease.refuses() ? "refused" : "served what is stale"))
                .build();
    }
}
