// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.webhooks;

import dev.imprimatur.publication.LedgerReader;
import dev.imprimatur.store.Failures;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** What monitoring sees of the webhooks, read at intervals. While MongoDB is away, there are no values. */
@Component
class WebhookMeters implements MeterBinder {
    private final Webhooks webhooks;
    private final LedgerReader ledger;
    private volatile @Nullable List<Webhook> all;

    WebhookMeters(Webhooks webhooks, LedgerReader ledger) {
        this.webhooks = webhooks;
        this.ledger = ledger;
    }

    @Scheduled(initialDelayString = "1s", fixedDelayString = "${imprimatur.metrics.every:15s}")
    void read() {
        try {
            all = webhooks.all();
        } catch (RuntimeException failed) {
            if (!Failures.isOutage(failed)) throw failed;
            all = null;
        }
    }

    private double value(ToDoubleFunction<List<Webhook>> of) {
        var now = all;
        return now == null ? Double.NaN : of.applyAsDouble(now);
    }

    private long backlog(List<Webhook> now) {
        long end = ledger.position();
        return now.stream().mapToLong(webhook -> end - webhook.position()).max().orElse(0);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("imprimatur.webhooks.backlog", () -> value(this::backlog))
                .description("ledger entries that the subscriber furthest behind has not been told of, wanted or not")
                .register(registry);
        Gauge.builder(
                        "imprimatur.webhooks.failing",
                        () -> value(now -> now.stream()
                                .filter(webhook -> webhook.failures() > 0)
                                .count()))
                .description("subscribers whose last attempt failed")
                .register(registry);
        Gauge.builder(
                        "imprimatur.webhooks.paused",
                        () -> value(now -> now.stream()
                                .filter(webhook -> webhook.paused() != null)
                                .count()))
                .description("subscribers that get nothing until somebody resumes them")
                .register(registry);
    }
}
