// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import dev.imprimatur.Imprimatur;
import dev.imprimatur.catalogue.Catalogue;
import dev.imprimatur.publication.LedgerEntry.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import org.springframework.boot.SpringApplication;

/**
 * One of several nodes that append to the same ledger. It writes to a file when each of its appends began and was acknowledged, and when it
 * had each position ready for sites, whichever node appended it. The moments are those of {@link System#nanoTime}, which the processes of a
 * Linux machine share. Used by {@code bench/nodes/run}.
 */
final class LedgerAppends {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private LedgerAppends() {}

    /** Arguments: the file, and the settings of the server. Reads the number of writers, their rate and their seconds from its input. */
    public static void main(String[] arguments) throws Exception {
        var settings = List.of(arguments).subList(1, arguments.length).toArray(String[]::new);
        try (var server = SpringApplication.run(Imprimatur.class, settings)) {
            var ledger = server.getBean(Ledger.class);
            var catalogue = server.getBean(Catalogue.class);
            var input = new java.util.Scanner(System.in);
            System.out.println("ready");
            while (input.hasNextInt()) {
                int writers = input.nextInt();
                double perSecond = input.nextDouble();
                int seconds = input.nextInt();
                Queue<String> lines = new ConcurrentLinkedQueue<>();
                long first = catalogue.position() + 1;
                long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
                try (var threads = Executors.newFixedThreadPool(writers + 1)) {
                    var reader = threads.submit(() -> read(catalogue, first, end, lines));
                    for (int writer = 0; writer < writers; writer++)
                        threads.submit(() -> write(ledger, perSecond / writers, end, lines));
                    reader.get();
                }
                Files.write(Path.of(arguments[0]), lines);
                System.out.println("done");
            }
        }
    }

    private static Void write(Ledger ledger, double perSecond, long end, Queue<String> lines) {
        long pause = perSecond == 0 ? 0 : (long) (1e9 / perSecond);
        for (long due = System.nanoTime() + (long) (Math.random() * pause); due < end; due = pause == 0 ? System.nanoTime() : due + pause) {
            while (System.nanoTime() < due) LockSupport.parkNanos(due - System.nanoTime());
            String guide = UUID.randomUUID().toString();
            try {
                var entry = ledger.append("bench:" + guide, guide, (position, hash, before) -> entry(guide, position, hash));
                lines.add("append %d %d %d".formatted(entry.position(), due, System.nanoTime()));
            } catch (RuntimeException failed) {
                lines.add("failed " + failed.toString().lines().findFirst().orElse(""));
            }
        }
        return null;
    }

    private static LedgerEntry entry(String guide, long lastPosition, String lastHash) {
        return LedgerEntry.of(
                Kind.UNPUBLISH,
                new LedgerEntry.Subject(guide, "role-guide", guide, "en-US"),
                new LedgerEntry.PublishedRevision(1, 1, "sha256:" + "0".repeat(64), Instant.EPOCH, Instant.EPOCH),
                null,
                null,
                Instant.now().truncatedTo(ChronoUnit.MILLIS),
                LedgerEntry.Link.unsealed(lastPosition + 1, lastHash));
    }

    /** Notes when each position is ready, until no more come. */
    private static Void read(Catalogue catalogue, long first, long end, Queue<String> lines) throws InterruptedException {
        for (long next = first; ; next++) {
            var patience = Duration.ofNanos(Math.max(0, end - System.nanoTime())).plusSeconds(1);
            if (catalogue.at(next, patience.compareTo(PATIENCE) < 0 ? patience : PATIENCE).isEmpty()) {
                if (System.nanoTime() > end) return null;
                next--;
            } else lines.add("ready %d %d".formatted(next, System.nanoTime()));
        }
    }
}
