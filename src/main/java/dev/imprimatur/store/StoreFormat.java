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
 * The format of the documents in the store. The store says which one it has; a program that knows newer ones brings it there step by step,
 * and one that does not know it does not start.
 */
final class StoreFormat {
    private static final Logger log = LoggerFactory.getLogger(StoreFormat.class);
    private static final String COLLECTION = "store_format";
    private static final String ID = "format";
    /** Of stores from before formats were numbered. */
    private static final int FIRST = 1;
    /** How often a node that takes a step says so; after fifteen times as long a silence another one takes over. */
    static final Duration BEAT = Duration.ofSeconds(2);

    private static final int SILENT_BEATS = 15;
    private static final Duration PAUSE = Duration.ofMillis(250);

    private final MongoDatabase database;
    private final MongoCollection<Document> formats;
    /** In order: the first leads to format 2. */
    private final List<Migration> steps;

    private final int newest;
    private final Duration beat;
    private final String node = UUID.randomUUID().toString();

    /** @param steps one to each format from 2 on */
    StoreFormat(MongoDatabase database, List<Migration> steps, Duration beat) {
        this.beat = beat;
        this.database = database;
        this.formats = database.getCollection(COLLECTION);
        this.steps =
                steps.stream().sorted(Comparator.comparingInt(Migration::to)).toList();
        this.newest = FIRST + steps.size();
        var formats = this.steps.stream().map(Migration::to).toList();
        if (!formats.equals(IntStream.rangeClosed(FIRST + 1, newest).boxed().toList()))
            throw new IllegalStateException(
                    "migrations lead to the formats " + formats + "; there has to be one to each from 2 to the last");
    }

    /** Returns once the store has the newest format, which another node may bring about. */
    void bring(StartupWait waiting) {
        if (found().getInteger("version") != newest) waiting.during(this::takeSteps);
    }

    /** Refuses a store that has another format than the newest, and leaves it as it is. */
    void mustBeNewest() {
        String fault = fault();
        if (fault != null) throw new IllegalStateException(fault);
    }

    /** What is wrong with the format that the store has now; null if nothing is. */
    @Nullable
    String fault() {
        var document = formats.find(Filters.eq("_id", ID)).first();
        if (document == null) return "the store has lost its format";
        int version = document.getInteger("version");
        return version == newest ? null : new Unknown(version, newest).getMessage();
    }

    /** The document that names the format; a store without one is told apart by whether it holds anything. */
    private Document found() {
        for (; ; ) {
            var document = formats.find(Filters.eq("_id", ID)).first();
            if (document == null) {
                boolean empty = !database.listCollectionNames().iterator().hasNext();
                UniqueInsert.insert(formats, new Document("_id", ID).append("version", empty ? newest : FIRST));
                continue;
            }
            int version = document.getInteger("version");
            if (version > newest) throw new Unknown(version, newest);
            return document;
        }
    }

    private void takeSteps() {
        var others = new Others();
        for (var now = found(); now.getInteger("version") < newest; now = found()) {
            var taken = now.get("step", Document.class);
            if (taken != null && !others.areSilent(taken)) pause();
            else if (claim(now.getInteger("version"), taken)) takeStep(now.getInteger("version") + 1);
        }
    }

    /** Only one node changes the document that all of them have read. */
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

    private Bson own() {
        return Filters.and(Filters.eq("_id", ID), Filters.eq("step.by", node));
    }

    private void takeStep(int to) {
        log.info("the store is brought to format {}", to);
        var beating = Thread.ofVirtual().name("migration").start(this::beat);
        boolean done = false;
        try {
            steps.get(to - FIRST - 1).run();
            done = true;
        } catch (RuntimeException failed) {
            if (!Failures.isOutage(failed)) throw failed;
            log.warn("the step to format {} is tried again: {}", to, failed.toString());
        } finally {
            beating.interrupt();
            var over = Updates.unset("step");
            formats.updateOne(own(), done ? Updates.combine(over, Updates.set("version", to)) : over);
        }
        if (done) log.info("the store has format {}", to);
        else pause();
    }

    private void beat() {
        try {
            for (; ; ) {
                Thread.sleep(beat);
                try {
                    formats.updateOne(own(), Updates.inc("step.beat", 1));
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
            throw new IllegalStateException("stopped while the store was brought to another format", stopped);
        }
    }

    /** The nodes that take a step while this one waits; by this node's clock alone, since others may differ. */
    private final class Others {
        private @Nullable Document last;
        private long since;

        boolean areSilent(Document step) {
            if (!step.equals(last)) {
                last = step;
                since = System.nanoTime();
            }
            return System.nanoTime() - since > SILENT_BEATS * beat.toNanos();
        }
    }

    /** Stops a start, in words that say what to do. */
    static final class Unknown extends RuntimeException {
        Unknown(int found, int newest) {
            super("the store has format " + found + ", and this program knows the formats up to " + newest);
        }
    }

    /** Tells an operator why a node did not start. */
    static final class Analyzer extends AbstractFailureAnalyzer<Unknown> {
        @Override
        protected FailureAnalysis analyze(Throwable root, Unknown cause) {
            return new FailureAnalysis(
                    "This node was not started, and nothing was changed: " + cause.getMessage() + ".",
                    "Start the release that this store was used with last, or a later one. See “Formats and upgrades” in"
                            + " docs/operations.md.",
                    cause);
        }
    }
}
