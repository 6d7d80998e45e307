// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The built jar, extracted as in the image, in a process that a test can kill and start again on the same stores. */
public final class JarProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Path directory;
    private final List<String> command = new ArrayList<>();
    private final int port;
    private Process process;

    public JarProcess(Map<String, String> settings, String password) throws IOException {
        directory = Files.createTempDirectory("built.jar");
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        var file = directory.resolve("password");
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, password);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx384m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-jar",
                extracted().toString(),
                "--server.address=127.0.0.1",
                "--server.port=" + port,
                "--imprimatur.data-dir=" + directory.resolve("data"),
                "--imprimatur.admin-password-file=" + file,
                "--imprimatur.review.reconcile-every=5s",
                "--imprimatur.idempotency.lease=3s"));
        settings.forEach((name, value) -> command.add("--" + name + "=" + value));
    }

    /** Extracts the jar: with nested jars, a start takes twice as long. */
    private Path extracted() throws IOException {
        var jar = Path.of(System.getProperty("built.jar"));
        var layout = directory.resolve("application");
        try {
            int status = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Djarmode=tools",
                            "-jar",
                            jar.toString(),
                            "extract",
                            "--destination",
                            layout.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(log())
                    .start()
                    .waitFor();
            if (status != 0)
                throw new IllegalStateException("the jar cannot be extracted: " + Files.readString(log().toPath()));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
        return layout.resolve(jar.getFileName());
    }

    public String url() {
        return "http://127.0.0.1:" + port;
    }

    /** Starts the process and returns the time until it was ready. */
    public Duration start() throws IOException, InterruptedException {
        var begun = Instant.now();
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log()))
                .start();
        var health = new Http(url(), null);
        while (true) {
            if (!process.isAlive())
                throw new AssertionError("the process ended; its log:\n" + Files.readString(log().toPath()));
            if (Duration.between(begun, Instant.now()).compareTo(PATIENCE) > 0) {
                process.destroyForcibly();
                throw new AssertionError("not ready in time; its log:\n" + Files.readString(log().toPath()));
            }
            try {
                if (health.get("/actuator/health/readiness").status() == 200)
                    return Duration.between(begun, Instant.now());
            } catch (UncheckedIOException notYet) {
                // the server does not listen yet
            }
            Thread.sleep(50);
        }
    }

    /**
     * Runs the check command on the stores while the server is stopped.
     *
     * @return the output, whose last line counts the violations
     */
    public String check() throws IOException, InterruptedException {
        var checking = new ArrayList<>(command);
        checking.add(checking.indexOf("-jar") + 2, "check");
        var out = directory.resolve("check");
        new ProcessBuilder(checking)
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start()
                .waitFor();
        return Files.readString(out);
    }

    private File log() {
        return directory.resolve("log").toFile();
    }

    /** Kills the process with SIGKILL, so that it cannot clean up. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Resident memory in MiB; 0 where the platform does not report it. */
    public long residentMiB() throws IOException {
        var status = Path.of("/proc/" + process.pid() + "/status");
        if (!Files.exists(status)) return 0;
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                .findFirst()
                .orElse(0);
    }

    @Override
    public void close() throws InterruptedException {
        if (process != null) kill();
    }
}
