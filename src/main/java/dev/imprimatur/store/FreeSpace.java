// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;

/**
 * How much of the disk of the data directory is free. Writes to the embedded stores end while a reserve is left, so that what must not
 * fail half-way, such as the engine's file and the index of the search, still has room.
 */
@Component
final class FreeSpace {
    private static final Logger log = LoggerFactory.getLogger(FreeSpace.class);
    private static final long LOOK_EVERY = TimeUnit.SECONDS.toNanos(1);

    private final FileStore disk;
    private final DataSize reserve;
    private final AtomicLong lookAt = new AtomicLong(System.nanoTime());
    private volatile boolean isShort;

    /** @param reserve {@code imprimatur.storage.min-free-space}; 0 for none */
    FreeSpace(DataDirectory data, @Value("${imprimatur.storage.min-free-space:64MB}") DataSize reserve)
            throws IOException {
        this.disk = Files.getFileStore(data.resolve(""));
        this.reserve = reserve;
    }

    /** Whether less than the reserve is free; the disk is asked at most once a second. */
    boolean isShort() {
        long at = lookAt.get();
        if (System.nanoTime() - at >= 0 && lookAt.compareAndSet(at, System.nanoTime() + LOOK_EVERY)) look();
        return isShort;
    }

    private void look() {
        try {
            long free = disk.getUsableSpace();
            boolean before = isShort;
            isShort = free < reserve.toBytes();
            if (isShort && !before)
                log.warn(
                        "{} KB are free on the disk of the data directory; nothing is saved until there are {} KB",
                        free / 1024,
                        reserve.toKilobytes());
            if (before && !isShort) log.info("there is room on the disk of the data directory again");
        } catch (IOException unknown) {
            log.debug("the disk does not tell how much of it is free; a write that fails will", unknown);
        }
    }
}
