// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.backup;

import dev.imprimatur.store.DataDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** The file with the private key that signs the ledger. A server that runs may have the data directory open. */
@Component
class KeyFile {
    private final Path file;

    /**
     * @param configured {@code imprimatur.signing.key-file}; if empty, the key is in the data directory
     * @param directory {@code imprimatur.data-dir}
     */
    KeyFile(
            @Value("${imprimatur.signing.key-file:}") String configured,
            @Value("${imprimatur.data-dir:./data}") Path directory) {
        file = configured.isEmpty() ? directory.resolve("signing-key.pem") : Path.of(configured);
    }

    String read() throws IOException {
        if (!Files.exists(file))
            throw new BackupFailure("there is no signing key at " + file + "; give the settings of the server");
        return Files.readString(file);
    }

    /** Throws a {@link BackupFailure} if there is another key. */
    void mustBeFreeFor(String key) throws IOException {
        if (Files.exists(file) && !Files.readString(file).strip().equals(key.strip()))
            throw new BackupFailure(
                    "there is another signing key at " + file + "; restore into an empty data directory");
    }

    void write(String key) throws IOException {
        if (Files.exists(file)) return;
        Path parent = file.toAbsolutePath().getParent();
        if (parent != null) Files.createDirectories(parent);
        DataDirectory.writeOwnerOnly(file, key);
    }
}
