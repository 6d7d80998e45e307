// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * The format of the documents in the store. The store records its format. A program that knows a newer format migrates the store step by
 * step. A program that does not know the format of the store does not start.
 */
public final class StoreFormat {
    private static final Logger log = LoggerFactory.getLogger(StoreFormat.class);
    public static final String COLLECTION = "store_format";
    /** The id of the one document. */
    public static final String ID = "format";
    /** Set while a backup is being restored. */
    public static final String RESTORING = "restoring";

    /** The format of stores from before formats were numbered. */
    private static final int FIRST = 1;
    /** How often a node that runs a step sends a heartbeat. After fifteen missing heartbeats another node takes over. */
    static final Duration HEARTBEAT = Duration.ofSeconds(2);

    private static final int MISSING_HEARTBEATS = 15;
    private static final Duration PAUSE = Duration.ofMillis(250);

    private final MongoDatabase database;
    private final MongoCollection<Document> formats;
    /** The steps in order. The first one leads to format 2. */
    private final List<Migration> steps;

    private final int newest;
    private final Duration heartbeat;
    private final String node = UUID.randomUUID().toString();

    /** @param steps one step to each format from 2 on */
    StoreFormat(MongoDatabase database, List<Migration> steps, Duration heartbeat) {
        this.heartbeat = heartbeat;
        this.database = database;
        this.formats = database.getCollection(COLLECTION);
        this.steps =
                steps.stream().sorted(Comparator.comparingInt(Migration::to)).toList();
        this.newest = FIRST + steps.size();
        var formats = this.steps.stream().map(Migration::to).toList();
        if (!formats.equals(IntStream.rangeClosed(FIRST + 1, newest).boxed().toList()))
            throw new IllegalStateException("migrations lead to the formats " + formats
                    + "; there must be one migration to each format from 2 on");
    }

    /** The document of a store into which a backup is being restored: no program knows its format, so none starts with it. */
    public static Document whileRestoring() {
        return new Document("_id", ID).append("version", Integer.MAX_VALUE).append(RESTORING, true);
    }

    /** Migrates the store to the newest format, or waits until another node has migrated it. */
    void migrate(StartupWait waiting) {
        if (formatDocument().getInteger("version") != newest) waiting.during(this::runSteps);
    }

    /** Throws an exception if the store has another format than the newest. Changes nothing. */
    void mustBeNewest() {
        if (formats.find(Filters.eq("_id", ID)).first() == null)
            throw new IllegalStateException(
                    "the store is empty, or has lost its format: start the server with these settings once");
        String fault = fault();
        if (fault != null) throw new IllegalStateException(fault);
    }

    /** Returns what is wrong with the current format of the store; null if the format is the newest. */
    @Nullable
    String fault() {
        var document = formats.find(Filters.eq("_id", ID)).first();
        if (document == null) return "the store has lost its format";
        int version = document.getInteger("version");
        return version == newest ? null : new Unknown(document, newest).getMessage();
    }

    /** Returns the document that records the format. If it is missing, an empty store gets the newest format, and any other store the first. */
    private Document formatDocument() {
        for (; ; ) {
            var document = formats.find(Filters.eq("_id", ID)).first();
            if (document == null) {
                boolean empty = !database.listCollectionNames().iterator().hasNext();
                UniqueInsert.insert(formats, new Document("_id", ID).append("version", empty ? newest : FIRST));
                continue;
            }
            int version = document.getInteger("version");
            if (version > newest) throw new Unknown(document, newest);
            return document;
        }
    }

    private void runSteps() {
        var others = new Others();
        for (var current = formatDocument(); current.getInteger("version") < newest; current = formatDocument()) {
            var running = current.get("step", Document.class);
            if (running != null && !others.areSilent(running)) pause();
            else if (claim(current.getInteger("version"), running)) runStep(current.getInteger("version") + 1);
        }
    }

    /** Claims the next step for this node. Of all nodes that have read the same document, one succeeds. */
    private boolean claim(int version, @Nullable Document before) {
        return formats.updateOne(
                                Filters.and(
                                        Filters.eq("_id", ID),
                                        Filters.eq("version", version),
                                        before == null ? Filters.exists("step", false) : Filters.eq("step", before)),
                                Updates.set("step", new Document("by", node).append("beat", 0)))
                        .getMatchedCount()
                == 1;
    }

    private Bson claimedHere() {
        return Filters.and(Filters.eq("_id", ID), Filters.eq("step.by", node));
    }

    private void runStep(int to) {
        log.info("the store is being migrated to format {}", to);
        var heartbeats = Thread.ofVirtual().name("migration").start(this::sendHeartbeats);
        boolean isDone = false;
        try {
            steps.get(to - FIRST - 1).run();
            isDone = true;
        } catch (RuntimeException failed) {
            if (!Failures.isOutage(failed)) throw failed;
            log.warn("the migration to format {} is tried again: {}", to, failed.toString());
        } finally {
            heartbeats.interrupt();
            var unclaimed = Updates.unset("step");
            formats.updateOne(
                    claimedHere(), isDone ? Updates.combine(unclaimed, Updates.set("version", to)) : unclaimed);
        }
        if (isDone) log.info("the store has format {}", to);
        else pause();
    }

    private void sendHeartbeats() {
        try {
            for (; ; ) {
                Thread.sleep(heartbeat);
                try {
                    formats.updateOne(claimedHere(), Updates.inc("step.beat", 1));
                } catch (RuntimeException failed) {
                    if (!Failures.isOutage(failed)) throw failed;
                }
            }
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("stopped while the store was being migrated", stopped);
        }
    }

    /** Notices when the node that runs a step stops sending heartbeats. Uses only this node's clock, because clocks may differ. */
    private final class Others {
        private @Nullable Document last;
        private long since;

        boolean areSilent(Document step) {
            if (!step.equals(last)) {
                last = step;
                since = System.nanoTime();
            }
            return System.nanoTime() - since > MISSING_HEARTBEATS * heartbeat.toNanos();
        }
    }

    /** Stops the start with a message that says what is wrong. */
    static final class Unknown extends RuntimeException {
        private final boolean isRestoring;

        Unknown(Document format, int newest) {
            super(
                    format.getBoolean(RESTORING, false)
                            ? "a restore into this database did not end"
                            : "the store has format " + format.getInteger("version")
                                    + ", and this program knows the formats up to " + newest);
            isRestoring = format.getBoolean(RESTORING, false);
        }
    }

    /** Explains to an operator why a node did not start. */
    static final class Analyzer extends AbstractFailureAnalyzer<Unknown> {
        @Override
        protected FailureAnalysis analyze(Throwable root, Unknown cause) {
            return new FailureAnalysis(
                    "This node was not started, and nothing was changed: " + cause.getMessage() + ".",
                    cause.isRestoring
                            ? "Repeat the restore. See “Backup and restore” in docs/operations.md."
                            : "Start the release that this store was used with last, or a later one. See “Formats and upgrades” in"
                                    + " docs/operations.md.",
                    cause);
        }
    }
}
