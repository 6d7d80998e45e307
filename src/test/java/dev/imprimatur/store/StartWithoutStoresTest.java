// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.ProxiedStores;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A process that starts before its stores waits for them, and is alive but not ready meanwhile. */
@Tag("store")
@Tag("long")
class StartWithoutStoresTest {
    @Test
    void itIsAliveAndServesOnceMongoAnswersAndDecidesOnceTheEngineAnswers() throws Exception {
        int port = freePort();
        try (var stores = new ProxiedStores();
                var node = Node.start(stores.settings("server.port", Integer.toString(port)))) {
            var guides = node.guides();
            var live = guides.published();
            var waiting = guides.submitted();
            var site = node.site();
            var seen = new CompletableFuture<Void>();

            node.restart(() -> {
                stores.mongo().cut();
                stores.engine().cut();
                Thread.ofVirtual().start(() -> {
                    try {
                        isAliveAndNotReady(node.nobody(), site, live.slug());
                        seen.complete(null);
                    } catch (Throwable failed) {
                        seen.completeExceptionally(failed);
                    } finally {
                        stores.mongo().pass();
                    }
                });
            });

            seen.get(1, TimeUnit.SECONDS);
            assertThat(guides.read(live).status()).isEqualTo(200);
            assertThat(node.nobody().get("/actuator/health/liveness").status()).isEqualTo(200);
            assertThat(node.nobody().get("/actuator/health/readiness").status()).isEqualTo(503);
            var task = guides.task("reviewer", waiting);
            assertThat(task.get("fromLog").asBoolean()).isTrue();
            assertThat(guides.decide("reviewer", task, "approve").status()).isEqualTo(503);

            stores.engine().pass();

            await().atMost(Duration.ofSeconds(30))
                    .until(() -> guides.decide("reviewer", task, "approve").status() == 200);
            assertThat(guides.read(waiting).status()).isEqualTo(200);
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> node.nobody().get("/actuator/health/readiness").status() == 200);
        }
    }

    private static void isAliveAndNotReady(Http nobody, Http site, String slug) {
        await().atMost(Duration.ofSeconds(30))
                .ignoreExceptions()
                .until(() -> nobody.get("/actuator/health/liveness").status() == 200);
        assertThat(nobody.get("/actuator/health/readiness").status()).isEqualTo(503);
        var read = site.get("/role-guide/" + slug);
        assertThat(read.status()).isEqualTo(503);
        assertThat(read.problem()).isEqualTo("unavailable");
        assertThat(read.header("Retry-After")).isNotNull();
    }

    private static int freePort() {
        try (var any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return any.getLocalPort();
        } catch (IOException none) {
            throw new UncheckedIOException(none);
        }
    }
}
