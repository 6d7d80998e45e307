// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.delivery;

import dev.imprimatur.catalogue.Catalogue;
import dev.imprimatur.catalogue.Confirmation;
import dev.imprimatur.credentials.SiteKey;
import dev.imprimatur.credentials.SiteKeys;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.publication.LedgerEntry;
import dev.imprimatur.publication.Lineage;
import dev.imprimatur.publication.Publication;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The ledger as server-sent events (WHATWG HTML, 9.2): the id of an event is its position, so that a browser or a site that
 * comes back goes on where it was.
 */
@Component
class LedgerEventStream implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(LedgerEventStream.class);
    private static final int BATCH = 100;

    private final Publication publication;
    private final Lineage lineage;
    private final Catalogue catalogue;
    private final Confirmation confirmation;
    private final SiteKeys keys;
    private final JsonMapper json;
    private final Duration heartbeat;
    private final Duration longest;
    private final Semaphore free;
    private final ExecutorService streams = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("ledger-events-", 0).factory());

    /**
     * Reads the limits.
     *
     * @param most how many streams this node holds at once, {@code imprimatur.delivery.streams}
     * @param heartbeat how often a stream says that it is alive, {@code imprimatur.delivery.heartbeat}
     * @param longest after what time a stream ends, for the site to come back with a key that still holds,
     *     {@code imprimatur.delivery.stream-lasts}
     */
    LedgerEventStream(
            Publication publication,
            Lineage lineage,
            Catalogue catalogue,
            Confirmation confirmation,
            SiteKeys keys,
            JsonMapper json,
            @Value("${imprimatur.delivery.streams:200}") int most,
            @Value("${imprimatur.delivery.heartbeat:15s}") Duration heartbeat,
            @Value("${imprimatur.delivery.stream-lasts:10m}") Duration longest) {
        this.publication = publication;
        this.lineage = lineage;
        this.catalogue = catalogue;
        this.confirmation = confirmation;
        this.keys = keys;
        this.json = json;
        this.free = new Semaphore(most);
        this.heartbeat = heartbeat;
        this.longest = longest;
    }

    /**
     * A stream of the entries above the position that pass the filter, for as long as the site listens, its key holds, and this node learns
     * what is new: a stream that has nothing to tell says that there is nothing.
     */
    SseEmitter open(HttpServletRequest request, long after, SiteKey key, Predicate<LedgerEntry> wanted) {
        if (!confirmation.holds()) throw confirmation.over();
        // refuses what cannot be told while there is an answer to refuse it with
        publication.after(after, 1);
        if (!free.tryAcquire())
            throw Refusal.unavailable("too-many-streams", "this node holds as many streams as it may", heartbeat)
                    .raise();
        var emitter = new SseEmitter(0L);
        streams.execute(() -> {
            try {
                send(emitter, after, key, entry -> key.reads(entry.type()) && wanted.test(entry));
                emitter.complete();
            } catch (IOException | IllegalStateException left) {
                log.debug("a site left its stream: {}", left.toString());
                end(request);
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
                emitter.complete();
            } catch (Refused damaged) {
                // logged where it was found; whoever comes back is refused in words
                emitter.complete();
            } catch (RuntimeException failed) {
                log.warn("a stream of the ledger ended: {}", failed.toString());
                emitter.complete();
            } finally {
                free.release();
            }
        });
        return emitter;
    }

    /**
     * Ends the request of a site that left. An emitter whose last write failed leaves that to the server, and the server waits for
     * whoever writes: the request would be under way until the node stops, and hold that up.
     */
    private static void end(HttpServletRequest request) {
        try {
            if (request.isAsyncStarted()) request.getAsyncContext().complete();
        } catch (IllegalStateException ended) {
            log.debug("the server ended the stream itself: {}", ended.toString());
        }
    }

    private void send(SseEmitter emitter, long after, SiteKey key, Predicate<LedgerEntry> wanted)
            throws IOException, InterruptedException {
        long read = after;
        long until = System.nanoTime() + longest.toNanos();
        int reading = catalogue.now().reading();
        // tells the position at once, so that whoever opens a quiet stream knows that it works
        emitter.send(SseEmitter.event().id(Long.toString(read)));
        // of another ledger the site is told when it comes back
        while (System.nanoTime() < until && catalogue.now().reading() == reading) {
            boolean moved = catalogue.at(read + 1, patience()).isPresent();
            if (!confirmation.holds() || !keys.ring().has(key)) return;
            long reached = catalogue.now().position();
            boolean told = false;
            while (moved && read < reached) {
                for (var entry : publication.after(read, BATCH)) {
                    if (entry.position() > reached) break;
                    read = entry.position();
                    if (!wanted.test(entry)) continue;
                    told = true;
                    emitter.send(SseEmitter.event()
                            .id(Long.toString(read))
                            .name(entry.kind().spelling())
                            .data(told(entry)));
                }
            }
            // an event without data is not dispatched, but moves the listener's last id on
            if (!told) emitter.send(SseEmitter.event().id(Long.toString(read)));
        }
    }

    /** Until something is to be said, or is not to be said any more. */
    private Duration patience() {
        var left = confirmation.left().plusMillis(1);
        return left.compareTo(heartbeat) < 0 ? left : heartbeat;
    }

    /** The entry with the lineage beside its members, which is no part of what its hash is made of. */
    private String told(LedgerEntry entry) {
        ObjectNode told = json.valueToTree(entry);
        return json.writeValueAsString(told.put("lineage", lineage.id()));
    }

    @Override
    public void start() {}

    /** Streams end before the server waits for what is under way. */
    @Override
    public void stop() {
        streams.shutdownNow();
    }

    @Override
    public boolean isRunning() {
        return !streams.isShutdown();
    }
}
