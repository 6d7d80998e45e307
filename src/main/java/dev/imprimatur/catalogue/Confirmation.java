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
 * Says whether this node's data is fresh: MongoDB has confirmed the ledger and the site keys within the lease. Callers check this first
 * and take the snapshot afterwards, which is then at least as new as the confirmed state. It is also a health indicator, as part of readiness.
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

    /** The time until the confirmation expires if it is not renewed. */
    public Duration left() {
        var ledger = lease.left(catalogue.confirmed());
        var siteKeys = lease.left(keys.ring().readAt());
        return ledger.compareTo(siteKeys) < 0 ? ledger : siteKeys;
    }

    /** The refusal for requests that may not be served stale data. */
    public Refused over() {
        return lease.over().raise();
    }

    /**
     * Whether the data is fresh. If it is not, the configuration decides: this method returns false and stale data is served, or it throws
     * a refusal.
     */
    public boolean holdsOrRefuses() {
        boolean holds = holds();
        if (!holds && lease.refuses()) throw over();
        return holds;
    }

    @Override
    public Health health() {
        if (!catalogue.isOfThisReading())
            return Health.down()
                    .withDetail("error", "the publication ledger is being read again")
                    .build();
        if (holds()) return Health.up().build();
        return Health.down()
                .withDetail(
                        "error",
                        "MongoDB has not confirmed the ledger and the site keys for "
                                + lease.lasts().minus(left()).toSeconds()
                                + " s; requests of sites are "
                                + (lease.refuses() ? "refused" : "answered with stale data"))
                .build();
    }
}
