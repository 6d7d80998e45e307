// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.mongodb.client.MongoDatabase;
import dev.imprimatur.testing.Http.Answer;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Stores;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A site learns the lineage of its position, and a site with a position of another lineage has to start over. */
@Tag("store")
class LineageTest {
    private static final String[] AS_STREAM = {"Accept", "text/event-stream"};

    private final Node node = Node.shared();

    private String lineage() {
        return node.site().get("/ledger").ok().get("lineage").asString();
    }

    private long end() {
        return Long.parseLong(node.site().get("/role-guide?limit=1").header("Imprimatur-Position"));
    }

    private void assertLedgerChanged(Answer answer) {
        assertThat(answer.status()).as(answer::toString).isEqualTo(409);
        assertThat(answer.problem()).isEqualTo("ledger-changed");
        assertThat(answer.json().get("lineage").asString()).isEqualTo(lineage());
        assertThat(answer.json().get("position").asLong()).isBetween(1L, end());
        assertThat(answer.json().get("detail").asString()).contains("after=0&compact=true");
    }

    @Test
    void aClientBeyondTheEndOfTheLedgerStartsOver() {
        node.guides().published();
        long beyond = end() + 1_000;
        assertLedgerChanged(node.site().get("/ledger?after=" + beyond));
        assertLedgerChanged(node.site().get("/ledger?compact=true&after=" + Long.MAX_VALUE));
        assertLedgerChanged(node.site().get("/ledger?after=" + beyond, AS_STREAM));
        assertLedgerChanged(node.site()
                .get("/ledger?after=0", "Accept", "text/event-stream", "Last-Event-ID", Long.toString(beyond)));
    }

    @Test
    void aClientOfAnotherLedgerStartsOver() {
        node.guides().published();
        assertLedgerChanged(node.site().get("/ledger?after=0&lineage=another"));
        assertLedgerChanged(node.site().get("/ledger?after=0&lineage=another", AS_STREAM));
        assertThat(node.site()
                        .get("/ledger?after=" + end() + "&lineage=" + lineage())
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aPageHasNextWhileMoreEntriesFollow() {
        node.guides().published();
        node.guides().published();
        assertThat(node.site().get("/ledger?limit=1&after=0").ok().get("next").asLong())
                .isEqualTo(1);
        assertThat(node.site().get("/ledger?after=" + end()).ok().has("next")).isFalse();
    }

    @Test
    void nodesOfOneStoreHaveTheSameLineage() {
        assumeFalse(Stores.areEmbedded(), "two nodes need stores that both can reach");
        try (var other = node.beside()) {
            assertThat(other.site().get("/ledger").ok().get("lineage").asString())
                    .isEqualTo(lineage());
        }
        assertThat(node.bean(MongoDatabase.class)
                        .getCollection("ledger_lineage")
                        .countDocuments())
                .isEqualTo(1);
    }

    @Test
    void anEventCarriesTheLineage() throws Exception {
        long before = end();
        node.guides().published();
        var request = HttpRequest.newBuilder(URI.create(node.delivery() + "/ledger?after=" + before))
                .header("Authorization", node.site().authorization())
                .header("Accept", "text/event-stream")
                .timeout(Duration.ofSeconds(20))
                .build();
        try (var client = HttpClient.newHttpClient()) {
            var answer = client.send(request, BodyHandlers.ofLines());
            assertThat(answer.body()
                            .filter(line -> line.startsWith("data:"))
                            .findFirst()
                            .orElseThrow())
                    .contains("\"lineage\":\"" + lineage() + "\"");
            client.shutdownNow();
        }
    }
}
