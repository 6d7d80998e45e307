// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Yaml;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The meters for operators, as Prometheus reads them, and the alert rules that use them. */
class MetersTest {
    private static final Pattern LINE = Pattern.compile("(?m)^(imprimatur_[a-z_]+)(?:\\{[^}]*})? (\\S+)$");
    private static final Pattern NAME = Pattern.compile("imprimatur_[a-z_]+");

    private static Map<String, Double> read(Node node) {
        var values = new TreeMap<String, Double>();
        String page = new Http(node.url(), node.as("admin").authorization())
                .get("/actuator/prometheus")
                .body();
        LINE.matcher(page).results().forEach(line -> values.put(line.group(1), Double.valueOf(line.group(2))));
        return values;
    }

    @Test
    void whatOperatorsWatchIsMeasured() throws IOException {
        try (var node = Node.start("imprimatur.metrics.every", "100ms")) {
            node.guides().published();
            node.guides().submitted();
            node.as("admin")
                    .post("/webhooks", Map.of("url", "https://example.org/hook"))
                    .ok();
            node.guides().published();

            await().untilAsserted(() -> assertThat(read(node))
                    .containsEntry("imprimatur_guides_published", 2.0)
                    .containsEntry("imprimatur_guides_overdue", 0.0)
                    .containsEntry("imprimatur_tasks_open", 1.0)
                    .containsEntry("imprimatur_timers_late", 0.0)
                    .containsEntry("imprimatur_jobs_dead", 0.0)
                    .containsEntry("imprimatur_ledger_damages", 0.0)
                    .containsEntry("imprimatur_ledger_unverified", 0.0)
                    .containsEntry("imprimatur_webhooks_paused", 0.0)
                    .hasEntrySatisfying(
                            "imprimatur_tasks_oldest_seconds",
                            age -> assertThat(age).isPositive())
                    .hasEntrySatisfying(
                            "imprimatur_delivery_lease_left_seconds",
                            left -> assertThat(left).isPositive())
                    .hasEntrySatisfying(
                            "imprimatur_ledger_position", end -> assertThat(end).isGreaterThanOrEqualTo(2)));
            var values = read(node);
            assertThat(values.get("imprimatur_delivery_position")).isEqualTo(values.get("imprimatur_ledger_position"));
            var file = Yaml.documents(Path.of("deploy/monitoring/alerts.yaml")).getFirst();
            assertThat(Yaml.list(file.at("/groups/0/rules")))
                    .hasSizeGreaterThan(9)
                    .allSatisfy(rule -> {
                        var names = NAME.matcher(rule.get("expr").asString())
                                .results()
                                .map(it -> it.group())
                                .toList();
                        assertThat(values.keySet()).containsAll(names);
                        assertThat(rule.at("/annotations/summary").asString()).isNotBlank();
                    });
        }
    }
}
