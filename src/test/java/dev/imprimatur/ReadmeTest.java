// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.ShellBlocks;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of the README do what the README says. */
class ReadmeTest {
    @Test
    void theWalkLeadsFromADraftToAPulledGuideEachTime(@TempDir Path folder) throws Exception {
        var node = Node.shared();
        String key = node.site()
                .get("/role-guide")
                .response()
                .request()
                .headers()
                .firstValue("Authorization")
                .orElseThrow()
                .replace("Bearer ", "");
        String walk = ShellBlocks.in("README.md", "sh walk")
                .replaceFirst("IMPRIMATUR=.*", "IMPRIMATUR=" + node.url())
                .replaceFirst("PASSWORD=.*", "PASSWORD='" + Node.PASSWORD + "'")
                .replaceFirst("KEY=.*", "KEY='" + key + "'");

        for (int time = 1; time <= 2; time++) {
            long second = Instant.now().getEpochSecond();
            assertThat(ShellBlocks.run(walk, Map.of(), folder))
                    .contains(
                            "<em>keeps the light</em>",
                            "\"slug\":\"lighthouse-keeper-",
                            "\"kind\":\"publish\"",
                            "\"kty\":\"OKP\"");
            // the script names its guide after the second in which it runs
            await().until(() -> Instant.now().getEpochSecond() > second);
        }
    }
}
