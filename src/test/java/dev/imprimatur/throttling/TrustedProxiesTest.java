// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.throttling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Node;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The client address of a request: the peer, or the address that a trusted proxy names. */
class TrustedProxiesTest {
    @Test
    void nobodySaysWhoTheyAreWhereNoProxyIsNamed() {
        assertThat(source(Node.shared(), "X-Forwarded-For", "203.0.113.9")).isEqualTo("127.0.0.1");
    }

    @Test
    void theRightmostAddressThatIsNoProxyCounts() {
        try (var node = Node.start("imprimatur.trusted-proxies", "127.0.0.1,192.0.2.0/24")) {
            assertThat(source(node)).isEqualTo("127.0.0.1");
            assertThat(source(node, "X-Forwarded-For", "203.0.113.9")).isEqualTo("203.0.113.9");
            assertThat(source(node, "X-Forwarded-For", "198.51.100.1, 203.0.113.9, 192.0.2.7"))
                    .isEqualTo("203.0.113.9");
            assertThat(source(node, "X-Forwarded-For", "198.51.100.1", "X-Forwarded-For", "203.0.113.8:4711"))
                    .isEqualTo("203.0.113.8");
            assertThat(source(node, "X-Forwarded-For", "2001:db8::7")).isEqualTo("2001:db8:0:0:0:0:0:7");
            assertThat(source(node, "X-Forwarded-For", "[2001:db8::8]:99")).isEqualTo("2001:db8:0:0:0:0:0:8");
            assertThat(source(node, "X-Forwarded-For", "203.0.113.9, not.an.address"))
                    .isEqualTo("127.0.0.1");
        }
    }

    @Test
    void aProxyMayNameAnotherHostThanItsOwnRequest() {
        try (var node = Node.start("imprimatur.trusted-proxies", "127.0.0.1")) {
            String[] forwarded = {"X-Forwarded-Host", "cms.example.org", "X-Forwarded-Proto", "https"};
            var studio = node.nobody().get("/studio", forwarded);
            assertThat(studio.status()).as(studio.body()).isEqualTo(302);
            assertThat(studio.header("Location")).endsWith("/login");
            assertThat(node.nobody().get("/login", forwarded).status()).isEqualTo(200);
            assertThat(node.nobody()
                            .get("/login", "X-Forwarded-Host", "cms.example.org:8443")
                            .status())
                    .isEqualTo(200);
            assertThat(node.nobody().get("/actuator/health/liveness", forwarded).status())
                    .isEqualTo(200);
            assertThat(node.site().get("/role-guide", forwarded).status()).isEqualTo(200);
            assertThat(node.as("editor").get("/tasks", forwarded).status()).isEqualTo(200);
            assertThat(node.nobody()
                            .get("/login", "X-Forwarded-Host", "no host")
                            .status())
                    .isEqualTo(400);
        }
    }

    @Test
    void aPeerThatIsNoProxyIsNotBelieved() {
        try (var node = Node.start("imprimatur.trusted-proxies", "192.0.2.1")) {
            assertThat(source(node, "X-Forwarded-For", "203.0.113.9")).isEqualTo("127.0.0.1");
        }
    }

    /** The source of a sign-in, as the audit records it. */
    private static String source(Node node, String... headers) {
        String name = "from " + String.join(" ", headers);
        new Http(node.management(), Node.basic("editor", Node.PASSWORD))
                .post("/tokens", Map.of("name", name), headers)
                .ok();
        return node.as("admin").get("/audit?action=signed-in&person=editor").ok().get("items").values().stream()
                .findFirst()
                .orElseThrow()
                .get("source")
                .asString()
                .replaceAll("^\\[|]$", "");
    }
}
