// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.JarProcess;
import dev.imprimatur.testing.Load;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Stores;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Invariants 4 and 5 against SIGKILL: the built jar is killed at random moments under load and started again. Afterwards, everything
 * that was acknowledged is stored, nothing is published without an approval, no step took effect twice, and everything unfinished can
 * be finished.
 */
@Tag("long")
@Tag("store")
class CrashIT {
    private static final int KILLS = Integer.getInteger("crash.kills", 5);
    private static final long SEED = System.getProperty("crash.seed", "").isEmpty()
            ? System.nanoTime()
            : Long.parseLong(System.getProperty("crash.seed"));

    private final Map<String, Http> people = new HashMap<>();
    private JarProcess jar;
    private Http site;

    @Test
    void nothingAcknowledgedIsLostAndEverythingCanBeFinished() throws Exception {
        System.out.printf("crash test on %s: %d kills, seed %d%n", Stores.description(), KILLS, SEED);
        var random = new Random(SEED);
        try (var running = new JarProcess(Stores.fresh(), Node.PASSWORD)) {
            jar = running;
            var first = jar.start();
            makeTeam();
            var authorizations = new HashMap<String, String>();
            people.forEach((name, person) -> authorizations.put(name, person.authorization()));
            authorizations.put("site", site.authorization());
            var load = new Load(() -> List.of(jar.url()), authorizations);
            var restarts = new ArrayList<Duration>();
            for (int kill = 0; kill < KILLS; kill++) {
                load.begin(random.nextLong());
                Thread.sleep(200 + random.nextInt(2_000));
                jar.kill();
                restarts.add(jar.start());
                load.pause();
                check(load);
            }
            load.finish();
            var tally = check(load);
            jar.kill();
            assertThat(jar.check().lines()).anyMatch(line -> line.startsWith("0 violations"));
            System.out.printf(
                    "crash test on %s: %d kills, %s; first start %d ms, restart median %d ms%n",
                    Stores.description(),
                    KILLS,
                    tally,
                    first.toMillis(),
                    restarts.stream().sorted().toList().get(KILLS / 2).toMillis());
            assertThat(tally.acknowledged()).isGreaterThan(KILLS);
        }
    }

    private Load.Tally check(Load load) {
        var tally = load.compare();
        assertThat(tally.lost()).isEmpty();
        assertThat(tally.doubled()).isEmpty();
        assertThat(tally.wronglyServed()).isEmpty();
        var verification = person("admin").get("/ledger/verification").ok();
        assertThat(verification.has("broken")).as(verification.toString()).isFalse();
        return tally;
    }

    private void makeTeam() {
        var admin = person("admin");
        for (var member : Map.of("editor", "EDITOR", "reviewer", "REVIEWER", "publisher", "PUBLISHER")
                .entrySet()) {
            admin.post(
                            "/accounts",
                            Map.of(
                                    "username",
                                    member.getKey(),
                                    "displayName",
                                    member.getKey(),
                                    "password",
                                    Node.PASSWORD,
                                    "roles",
                                    List.of(member.getValue())))
                    .ok();
            person(member.getKey());
        }
        String key = admin.post("/api-keys", Map.of("name", "site", "scopes", List.of("delivery")))
                .ok()
                .get("key")
                .asString();
        site = new Http(jar.url() + "/api/delivery/v1", "Bearer " + key);
    }

    private Http person(String username) {
        return people.computeIfAbsent(username, name -> {
            String management = jar.url() + "/api/management/v1";
            String token = new Http(management, Node.basic(name, Node.PASSWORD))
                    .post("/tokens", Map.of("name", "crash"))
                    .ok()
                    .get("token")
                    .asString();
            return new Http(management, "Bearer " + token);
        });
    }
}
