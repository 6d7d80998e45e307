// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** A file system of a few megabytes that a test can fill. If the user may not mount one, the test is skipped. */
public final class SmallDisk implements AutoCloseable {
    private static final int BLOCK = 4096;

    private final Path directory;

    private SmallDisk(Path directory) {
        this.directory = directory;
    }

    public static SmallDisk mounted(int megabytes) {
        try {
            var directory = Files.createTempDirectory("imprimatur-disk");
            String answer = run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", directory.toString());
            assumeTrue(answer.isEmpty(), () -> "a file system can be mounted: " + answer);
            return new SmallDisk(directory);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** The output of the command if it failed; otherwise empty. */
    private static String run(String... command) {
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? "" : said + " ";
        } catch (IOException notHere) {
            return Arrays.toString(command) + ": " + notHere.getMessage();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }

    public Path resolve(String name) {
        return directory.resolve(name);
    }

    /** Fills the disk except for this many kilobytes, even while others write. */
    public void fill(int left) {
        try (OutputStream out = Files.newOutputStream(resolve("filling"))) {
            long blocks = Files.getFileStore(directory).getUsableSpace() / BLOCK - left * 1024L / BLOCK;
            for (long block = 0; block < blocks; block++) out.write(new byte[BLOCK]);
        } catch (IOException failed) {
            // others may have used the remaining space
            if (!"No space left on device".equals(failed.getMessage())) throw new UncheckedIOException(failed);
        }
    }

    public void makeRoom() {
        try {
            Files.deleteIfExists(resolve("filling"));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public void close() {
        run("umount", "-l", directory.toString());
        directory.toFile().delete();
    }
}
