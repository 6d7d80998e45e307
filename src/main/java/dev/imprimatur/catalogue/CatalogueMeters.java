// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.catalogue;

import dev.imprimatur.publication.Integrity;
import dev.imprimatur.publication.LedgerReader;
import dev.imprimatur.representation.PublishedGuide;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.Predicate;
import org.springframework.stereotype.Component;

/** What monitoring sees of the ledger and of the published guides. All of it is in memory, so nothing is asked of a store. */
@Component
final class CatalogueMeters implements MeterBinder {
    private final Catalogue catalogue;
    private final Confirmation confirmation;
    private final LedgerReader ledger;
    private final Integrity integrity;

    CatalogueMeters(Catalogue catalogue, Confirmation confirmation, LedgerReader ledger, Integrity integrity) {
        this.catalogue = catalogue;
        this.confirmation = confirmation;
        this.ledger = ledger;
        this.integrity = integrity;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("imprimatur.ledger.position", ledger, LedgerReader::position)
                .description("position of the last ledger entry that this node knows")
                .register(registry);
        Gauge.builder("imprimatur.delivery.position", catalogue, Catalogue::position)
                .description("position of the last ledger entry that sites can read from this node")
                .register(registry);
        Gauge.builder(
                        "imprimatur.delivery.lease.left",
                        () -> confirmation.left().toMillis() / 1000.0)
                .baseUnit("seconds")
                .description(
                        "time until requests of sites are refused or answered with stale data, if MongoDB confirms nothing")
                .register(registry);
        Gauge.builder(
                        "imprimatur.ledger.unverified",
                        () -> ledger.verifying()
                                .map(rest -> rest.end() - rest.position())
                                .orElse(0L))
                .description("ledger entries from checkpoints that this node has not verified since its start")
                .register(registry);
        Gauge.builder(
                        "imprimatur.ledger.damages",
                        () -> integrity.failures().size()
                                + integrity.lost().stream().count())
                .description("entries and contents that differ from what was signed, and one if entries are lost")
                .register(registry);
        Gauge.builder("imprimatur.guides.published", () -> count(guide -> true))
                .description("guides that sites can read, each language by itself")
                .register(registry);
        Gauge.builder("imprimatur.guides.overdue", () -> count(PublishedGuide::isOverdue))
                .description("published guides whose review, as a whole or of a part, is overdue")
                .register(registry);
    }

    private long count(Predicate<PublishedGuide> wanted) {
        return catalogue.now().guides().filter(wanted).count();
    }
}
