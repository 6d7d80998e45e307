// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.backup;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.springframework.stereotype.Component;

/** Makes, verifies and restores backups. */
@Component
class BackupFile {
    private static final int BUFFER = 1 << 16;

    private final StoreCopy store;
    private final KeyFile key;

    BackupFile(StoreCopy store, KeyFile key) {
        this.store = store;
        this.key = key;
    }

    /** Makes a backup and reads it again. A file of this name appears only when it is whole and on disk. */
    Summary make(Path file, char[] passphrase) throws IOException {
        if (Files.exists(file)) throw new BackupFailure(file + " exists already; name a new file");
        Path partial = file.resolveSibling(file.getFileName() + ".part");
        try {
            var made = write(partial, passphrase);
            if (!verify(partial, passphrase).equals(made))
                throw new BackupFailure("the file has other documents than were written; look at the disk");
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
            return made;
        } finally {
            Files.deleteIfExists(partial);
        }
    }

    private Summary write(Path file, char[] passphrase) throws IOException {
        Summary made;
        try (var out = new DataOutputStream(new BufferedOutputStream(
                new GZIPOutputStream(
                        Envelope.to(
                                new BufferedOutputStream(Files.newOutputStream(
                                        file,
                                        StandardOpenOption.CREATE,
                                        StandardOpenOption.TRUNCATE_EXISTING,
                                        StandardOpenOption.WRITE)),
                                passphrase),
                        BUFFER),
                BUFFER))) {
            out.writeUTF(key.read());
            made = store.write(out);
        }
        try (var written = FileChannel.open(file, StandardOpenOption.WRITE)) {
            written.force(true);
        }
        return made;
    }

    /** Reads a backup to its end. Throws a {@link BackupFailure} if it is not what was written. */
    static Summary verify(Path file, char[] passphrase) throws IOException {
        try (var in = open(file, passphrase)) {
            in.readUTF();
            var summary = StoreCopy.read(in, (collection, document) -> {});
            if (in.read() >= 0) throw new BackupFailure("the backup goes on behind its end");
            return summary;
        } catch (EOFException cutOff) {
            throw new BackupFailure("the backup ends too early", cutOff);
        }
    }

    private static DataInputStream open(Path file, char[] passphrase) throws IOException {
        if (!Files.isReadable(file)) throw new BackupFailure("there is no file " + file + " that can be read");
        return new DataInputStream(new BufferedInputStream(
                new GZIPInputStream(
                        Envelope.from(new BufferedInputStream(Files.newInputStream(file)), passphrase), BUFFER),
                BUFFER));
    }

    /**
     * Restores a backup into an empty database. The whole file is verified first. Until the last step, no server starts with the database; a
     * restore that was interrupted can be repeated.
     */
    Summary restore(Path file, char[] passphrase) throws IOException {
        var summary = verify(file, passphrase);
        try (var in = open(file, passphrase)) {
            String pem = in.readUTF();
            key.mustBeFreeFor(pem);
            store.begin();
            var inserts = store.new Inserts();
            StoreCopy.read(in, inserts);
            key.write(pem);
            inserts.finish(summary.position());
        }
        return summary;
    }
}
