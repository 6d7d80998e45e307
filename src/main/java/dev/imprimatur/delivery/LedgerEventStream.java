// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.delivery;

import dev.imprimatur.catalogue.Catalogue;
import dev.imprimatur.catalogue.Confirmation;
import dev.imprimatur.credentials.SiteKey;
import dev.imprimatur.credentials.SiteKeys;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.publication.LedgerEntry;
import dev.imprimatur.publication.LedgerReader;
import dev.imprimatur.publication.Lineage;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Sends the ledger as server-sent events (WHATWG HTML, 9.2). The id of an event is its ledger position, so that a client that reconnects
 * continues where it stopped.
 */
@Component
class LedgerEventStream implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(LedgerEventStream.class);
    private static final int BATCH = 100;

    private final LedgerReader ledger;
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
     * Reads the limits from the configuration.
     *
     * @param most the number of streams that this node holds at once, {@code imprimatur.delivery.streams}
     * @param heartbeat the longest time without an event, {@code imprimatur.delivery.heartbeat}
     * @param longest after what time a stream ends, so that the client reconnects and its key is checked again,
     *     {@code imprimatur.delivery.stream-lasts}
     */
    LedgerEventStream(
            LedgerReader ledger,
            Lineage lineage,
            Catalogue catalogue,
            Confirmation confirmation,
            SiteKeys keys,
            JsonMapper json,
            @Value("${imprimatur.delivery.streams:200}") int most,
            @Value("${imprimatur.delivery.heartbeat:15s}") Duration heartbeat,
            @Value("${imprimatur.delivery.stream-lasts:10m}") Duration longest) {
        this.ledger = ledger;
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
     * Opens a stream of the entries after the position that pass the filter. The stream ends when the client leaves, its key is revoked,
     * this node's data is no longer fresh, or the longest time has passed. A stream without new entries sends heartbeats.
     */
    SseEmitter open(HttpServletRequest request, long after, SiteKey key, Predicate<LedgerEntry> filter) {
        if (!confirmation.holds()) throw confirmation.over();
        // reads an entry now, because a refusal must be sent before the stream begins
        ledger.after(after, 1);
        if (!free.tryAcquire())
            throw Refusal.unavailable("too-many-streams", "this node has as many open streams as it allows", heartbeat)
                    .raise();
        var emitter = new SseEmitter(0L);
        streams.execute(() -> {
            try {
                send(emitter, after, key, entry -> key.reads(entry.type()) && filter.test(entry));
                emitter.complete();
            } catch (IOException | IllegalStateException left) {
                log.debug("a site left its stream: {}", left.toString());
                complete(request);
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
                emitter.complete();
            } catch (Refused damaged) {
                // the ledger has logged the damage; a client that reconnects gets a refusal
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

    /** Whether the client prefers events to a JSON page; among equal weights, the media type named first wins. */
    static boolean isPreferredBy(HttpServletRequest request) {
        try {
            return MediaType.parseMediaTypes(Collections.list(request.getHeaders(HttpHeaders.ACCEPT))).stream()
                    .filter(accepted -> accepted.getQualityValue() > 0)
                    .sorted(Comparator.comparingDouble(MediaType::getQualityValue)
                            .reversed())
                    .filter(accepted -> accepted.includes(MediaType.TEXT_EVENT_STREAM)
                            || accepted.includes(MediaType.APPLICATION_JSON))
                    .findFirst()
                    .filter(accepted -> !accepted.includes(MediaType.APPLICATION_JSON))
                    .isPresent();
        } catch (InvalidMediaTypeException wrong) {
            throw Refusal.malformed("the header “Accept” is no list of media types", List.of())
                    .raise();
        }
    }

    /**
     * The last event that a reconnecting client received. It takes precedence over {@code after}, since the client reconnects with its
     * first URL.
     */
    static Optional<Long> lastEventId(HttpServletRequest request) {
        String id = request.getHeader("Last-Event-ID");
        if (id == null) return Optional.empty();
        if (!id.matches("[0-9]{1,18}"))
            throw Refusal.malformed("Last-Event-ID is the id of an event, which is a position", List.of())
                    .raise();
        return Optional.of(Long.parseLong(id));
    }

    /**
     * Ends the request of a client that left. An emitter whose last write failed leaves that to the server, and the server waits for the
     * writer: without this call, the request would stay open and delay the shutdown of the node.
     */
    private static void complete(HttpServletRequest request) {
        try {
            if (request.isAsyncStarted()) request.getAsyncContext().complete();
        } catch (IllegalStateException ended) {
            log.debug("the server ended the stream itself: {}", ended.toString());
        }
    }

    private void send(SseEmitter emitter, long after, SiteKey key, Predicate<LedgerEntry> filter)
            throws IOException, InterruptedException {
        long read = after;
        long until = System.nanoTime() + longest.toNanos();
        int reading = catalogue.now().reading();
        // sends the position at once, so that the client of a quiet stream knows that the stream works
        emitter.send(SseEmitter.event().id(Long.toString(read)));
        // if the ledger was read anew, the stream ends, and the client learns about the new ledger when it reconnects
        while (System.nanoTime() < until && catalogue.now().reading() == reading) {
            boolean moved = catalogue.at(read + 1, patience()).isPresent();
            if (!confirmation.holds() || !keys.ring().has(key)) return;
            long reached = catalogue.now().position();
            boolean sent = false;
            while (moved && read < reached) {
                for (var entry : ledger.after(read, BATCH)) {
                    if (entry.position() > reached) break;
                    read = entry.position();
                    if (!filter.test(entry)) continue;
                    sent = true;
                    emitter.send(SseEmitter.event()
                            .id(Long.toString(read))
                            .name(entry.kind().spelling())
                            .data(entryJson(entry)));
                }
            }
            // clients do not dispatch an event without data, but they remember its id
            if (!sent) emitter.send(SseEmitter.event().id(Long.toString(read)));
        }
    }

    /** How long to wait for new entries: until the next heartbeat, or until the data is no longer fresh. */
    private Duration patience() {
        var left = confirmation.left().plusMillis(1);
        return left.compareTo(heartbeat) < 0 ? left : heartbeat;
    }

    /** The JSON of an entry with the lineage as a further member, which is not covered by the hash of the entry. */
    private String entryJson(LedgerEntry entry) {
        ObjectNode members = json.valueToTree(entry);
        return json.writeValueAsString(members.put("lineage", lineage.id()));
    }

    @Override
    public void start() {}

    /** Ends all streams, before the server waits for open requests. */
    @Override
    public void stop() {
        streams.shutdownNow();
    }

    @Override
    public boolean isRunning() {
        return !streams.isShutdown();
    }
}
