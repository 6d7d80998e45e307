package dev.imprimatur;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.imprimatur.testing.Node;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The walk of the README does what it says. */
class ReadmeTest {
    @Test
    void theWalkLeadsFromADraftToAPulledGuide(@TempDir Path folder) throws Exception {
        assumeTrue(Files.exists(Path.of("/bin/bash")) && Files.exists(Path.of("/usr/bin/curl")), "needs bash and curl");
        var node = Node.shared();
        String key = node.site()
                .get("/role-guide")
                .response()
                .request()
                .headers()
                .firstValue("Authorization")
                .orElseThrow()
                .replace("Bearer ", "");
        String walk = Pattern.compile("```sh walk\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("README.md")))
                .results()
                .map(block -> block.group(1))
                .collect(Collectors.joining("\n"))
                .replaceFirst("IMPRIMATUR=.*", "IMPRIMATUR=" + node.url())
                .replaceFirst("PASSWORD=.*", "PASSWORD='" + Node.PASSWORD + "'")
                .replaceFirst("KEY=.*", "KEY='" + key + "'");
        var output = folder.resolve("output");

        var bash = new ProcessBuilder("/bin/bash", "-eu", "-o", "pipefail", "-c", walk)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();

        assertThat(bash.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(bash.exitValue()).as(Files.readString(output)).isZero();
        assertThat(Files.readString(output))
                .contains(
                        "<em>keeps the light</em>",
                        "\"slug\":\"lighthouse-keeper\"",
                        "\"kind\":\"publish\"",
                        "\"kty\":\"OKP\"");
    }
}
