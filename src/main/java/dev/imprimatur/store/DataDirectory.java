// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** The directory in which this process keeps its files. Only the owner can read the directory, and only one process at a time uses it. */
@Component
public class DataDirectory implements DisposableBean {
    private static final boolean POSIX =
            FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

    private final Path path;
    private final FileChannel lockFile;

    /** Opens the directory for this process alone. */
    DataDirectory(Path directory) throws IOException {
        this(directory, false, "");
    }

    /**
     * Opens the directory.
     *
     * @param directory {@code imprimatur.data-dir}; created if it is missing
     * @param isShared {@code imprimatur.data-dir-shared}: whether a server may have the directory open, which only a command beside it allows
     * @param uri {@code spring.mongodb.uri}; empty for the embedded store, which is in the directory and is never shared
     */
    @Autowired
    DataDirectory(
            @Value("${imprimatur.data-dir:./data}") Path directory,
            @Value("${imprimatur.data-dir-shared:false}") boolean isShared,
            @Value("${spring.mongodb.uri:}") String uri)
            throws IOException {
        this.path = directory.toAbsolutePath().normalize();
        Files.createDirectories(path.getParent() == null ? path : path.getParent());
        if (!Files.exists(path)) Files.createDirectory(path, ownerOnly("rwx------"));
        this.lockFile = FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (lock(lockFile) == null && (!isShared || uri.isEmpty()))
            throw new IllegalStateException("the data directory " + path + " is in use by another process");
    }

    private static @Nullable FileLock lock(FileChannel file) throws IOException {
        try {
            return file.tryLock();
        } catch (OverlappingFileLockException heldHere) {
            return null;
        }
    }

    public Path resolve(String name) {
        return path.resolve(name);
    }

    /** Returns the content of a file that only its owner can read. Creates the file with the content {@code fresh} if it is missing. */
    public String secret(String name, Supplier<String> fresh) {
        Path file = resolve(name);
        try {
            if (!Files.exists(file)) {
                Path partial = resolve(name + ".new");
                Files.deleteIfExists(partial);
                writeOwnerOnly(partial, fresh.get());
                Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
            }
            return Files.readString(file).strip();
        } catch (FileAlreadyExistsException race) {
            throw new IllegalStateException(file + " is being created by another process", race);
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot read or create " + file, failed);
        }
    }

    /** Writes a new file that only its owner can read. Returns when the content is on disk. */
    public static void writeOwnerOnly(Path file, String content) throws IOException {
        try (FileChannel out = FileChannel.open(
                file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly("rw-------"))) {
            out.write(ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8)));
            out.force(true);
        }
    }

    private static FileAttribute<?>[] ownerOnly(String permissions) {
        return POSIX
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    @Override
    public void destroy() throws IOException {
        lockFile.close();
    }
}
