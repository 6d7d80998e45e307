// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Yaml;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The meters for operators, as Prometheus reads them, and the alert rules and the dashboard that use them. */
class MetersTest {
    private static final Pattern LINE = Pattern.compile("(?m)^([a-z_]+[a-z])(?:\\{[^}]*})? (\\S+)$");
    private static final Pattern NAME =
            Pattern.compile("(?:imprimatur|hikaricp|http|jvm|mongodb|process|system)_[a-z_]+");
    private static final int COLUMNS = 24;

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
                        assertThat(values.keySet())
                                .containsAll(namesIn(rule.get("expr").asString()));
                        assertThat(rule.at("/annotations/summary").asString()).isNotBlank();
                    });
            dashboardShows(values.keySet());
        }
    }

    private static List<String> namesIn(String expression) {
        return NAME.matcher(expression).results().map(MatchResult::group).toList();
    }

    private static void dashboardShows(Set<String> meters) throws IOException {
        var panels = Yaml.list(Yaml.documents(Path.of("deploy/monitoring/dashboard.json"))
                .getFirst()
                .get("panels"));
        assertThat(panels).extracting(panel -> panel.get("id").asInt()).doesNotHaveDuplicates();
        var taken = new HashSet<String>();
        var shown = new TreeSet<String>();
        for (var panel : panels) {
            var place = panel.get("gridPos");
            int right = place.get("x").asInt() + place.get("w").asInt();
            assertThat(right).isLessThanOrEqualTo(COLUMNS);
            for (int x = place.get("x").asInt(); x < right; x++)
                for (int y = place.get("y").asInt();
                        y < place.get("y").asInt() + place.get("h").asInt();
                        y++) assertThat(taken.add(x + " " + y)).as("%s", panel).isTrue();
            if (panel.get("type").asString().equals("row")) continue;
            var names = Yaml.list(panel.get("targets")).stream()
                    .flatMap(target -> namesIn(target.get("expr").asString()).stream())
                    .toList();
            if (!panel.at("/targets/0/expr").asString().startsWith("sum(up{"))
                assertThat(names).as("%s", panel).isNotEmpty();
            shown.addAll(names);
        }
        assertThat(meters).containsAll(shown);
        assertThat(shown)
                .containsAll(meters.stream()
                        .filter(name -> name.startsWith("imprimatur_"))
                        .toList());
    }
}
