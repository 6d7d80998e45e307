// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The shell code blocks of a document, run as a reader would paste them. */
public final class ShellBlocks {
    private ShellBlocks() {}

    /** Joins all code blocks with this mark after their three backticks. */
    public static String in(String page, String mark) throws IOException {
        return Pattern.compile("```" + mark + "\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of(page)))
                .results()
                .map(block -> block.group(1))
                .collect(Collectors.joining("\n"));
    }

    /** Runs a script in the folder and returns its output. Every command of the script must succeed. */
    public static String run(String script, Map<String, String> environment, Path folder)
            throws IOException, InterruptedException {
        assumeTrue(Files.exists(Path.of("/bin/bash")) && Files.exists(Path.of("/usr/bin/curl")), "needs bash and curl");
        var output = folder.resolve("output");
        var bash = new ProcessBuilder("/bin/bash", "-eu", "-o", "pipefail", "-c", script)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        bash.environment().putAll(environment);
        var running = bash.start();
        assertThat(running.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(running.exitValue()).as(Files.readString(output)).isZero();
        return Files.readString(output);
    }
}
