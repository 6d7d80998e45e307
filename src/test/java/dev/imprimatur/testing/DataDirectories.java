// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.util.FileSystemUtils;

/**
 * Creates data directories for the applications under test, which are deleted with the JVM. They are in memory if there is space;
 * durability on a disk has tests of its own, which kill the process.
 */
final class DataDirectories {
    private static final Path MEMORY = Path.of("/dev/shm");
    private static final long ROOM = 8L << 30;
    private static final Path ROOT = root();

    private DataDirectories() {}

    static Path create() {
        try {
            return Files.createTempDirectory(ROOT, "data");
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static Path root() {
        try {
            boolean roomy =
                    Files.isWritable(MEMORY) && Files.getFileStore(MEMORY).getUsableSpace() > ROOM;
            var root = roomy
                    ? Files.createTempDirectory(MEMORY, "imprimatur-test")
                    : Files.createTempDirectory("imprimatur-test");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(root)));
            return root;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static void delete(Path directory) {
        try {
            FileSystemUtils.deleteRecursively(directory);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
