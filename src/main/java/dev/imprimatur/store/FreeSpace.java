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
 * The free space on the disk of the data directory. Writes to the embedded stores are refused while less than a reserve is free. The reserve
 * is for writes that must not fail half-way, such as those to the engine's file and to the search index.
 */
@Component
final class FreeSpace {
    private static final Logger log = LoggerFactory.getLogger(FreeSpace.class);
    private static final long MEASURE_EVERY = TimeUnit.SECONDS.toNanos(1);

    private final FileStore disk;
    private final DataSize reserve;
    private final AtomicLong nextMeasurement = new AtomicLong(System.nanoTime());
    private volatile boolean isShort;

    /** @param reserve {@code imprimatur.storage.min-free-space}; 0 for none */
    FreeSpace(DataDirectory data, @Value("${imprimatur.storage.min-free-space:64MB}") DataSize reserve)
            throws IOException {
        this.disk = Files.getFileStore(data.resolve(""));
        this.reserve = reserve;
    }

    /** Whether less than the reserve is free. The free space is measured at most once a second. */
    boolean isShort() {
        long due = nextMeasurement.get();
        if (System.nanoTime() - due >= 0 && nextMeasurement.compareAndSet(due, System.nanoTime() + MEASURE_EVERY))
            measure();
        return isShort;
    }

    private void measure() {
        try {
            long free = disk.getUsableSpace();
            boolean before = isShort;
            isShort = free < reserve.toBytes();
            if (isShort && !before)
                log.warn(
                        "{} KB are free on the disk of the data directory; nothing is saved until {} KB are free",
                        free / 1024,
                        reserve.toKilobytes());
            if (before && !isShort) log.info("the disk of the data directory has enough free space again");
        } catch (IOException unknown) {
            log.debug("the free space of the disk is unknown", unknown);
        }
    }
}
