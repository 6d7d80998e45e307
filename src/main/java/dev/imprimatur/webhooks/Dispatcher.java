// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.webhooks;

import dev.imprimatur.catalogue.ReadPosition;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.publication.LedgerEntry;
import dev.imprimatur.publication.LedgerReader;
import dev.imprimatur.publication.Lineage;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/**
 * Sends ledger entries to every webhook: in order, at least once, and only up to the position that sites can read. If there are several
 * nodes, the node that holds a webhook's lease sends. After a crash, a message that may not have arrived is sent again with the same id.
 */
@Component
class Dispatcher implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);
    private static final int BATCH = 100;
    private static final int GONE = 410;
    private static final Duration CHECK_EVERY = Duration.ofMillis(500);
    private static final Duration LEASE = Duration.ofMinutes(1);

    private final Webhooks webhooks;
    private final WebhookAttempts attempts;
    private final Courier courier;
    private final LedgerReader ledger;
    private final Lineage lineage;
    private final ReadPosition readPosition;
    private final JsonMapper json;
    private final Clock clock;
    private final Duration firstRetry;
    private final Duration giveUpAfter;
    private final String node = UUID.randomUUID().toString();
    private final Set<String> busy = ConcurrentHashMap.newKeySet();
    private volatile boolean running;
    private volatile @Nullable Thread thread;
    private @Nullable ExecutorService senders;

    /**
     * Takes the retry limits from the configuration.
     *
     * @param firstRetry the wait after the first failure; each further failure makes the wait four times as long, up to eight hours,
     *     {@code imprimatur.webhooks.first-retry}
     * @param giveUpAfter how long a webhook may fail before it is paused, {@code imprimatur.webhooks.give-up-after}
     */
    Dispatcher(
            Webhooks webhooks,
            WebhookAttempts attempts,
            Courier courier,
            LedgerReader ledger,
            Lineage lineage,
            ReadPosition readPosition,
            JsonMapper json,
            Clock clock,
            @Value("${imprimatur.webhooks.first-retry:5s}") Duration firstRetry,
            @Value("${imprimatur.webhooks.give-up-after:3d}") Duration giveUpAfter) {
        this.webhooks = webhooks;
        this.attempts = attempts;
        this.courier = courier;
        this.ledger = ledger;
        this.lineage = lineage;
        this.readPosition = readPosition;
        this.json = json;
        this.clock = clock;
        this.firstRetry = firstRetry;
        this.giveUpAfter = giveUpAfter;
    }

    /** Sends the entry once, independent of the webhook's position. */
    Attempt send(Webhook to, LedgerEntry entry) {
        return recorded(courier.send(to, message(to, entry)));
    }

    /** Sends a test message, which describes no ledger entry. */
    Attempt test(Webhook to) {
        var body = Map.of("type", "test", "timestamp", clock.instant(), "data", Map.of("webhook", to.id()));
        return recorded(courier.send(
                to, new Courier.Message("msg_test_" + UUID.randomUUID(), 0, "test", json.writeValueAsString(body))));
    }

    private Attempt recorded(Attempt attempt) {
        attempts.insert(attempt);
        return attempt;
    }

    record Payload(String type, Instant timestamp, String lineage, LedgerEntry data) {}

    private Courier.Message message(Webhook to, LedgerEntry entry) {
        return new Courier.Message(
                "msg_" + to.id() + "_" + lineage.id() + "_" + entry.position(),
                entry.position(),
                entry.kind().spelling(),
                json.writeValueAsString(new Payload(entry.kind().spelling(), entry.at(), lineage.id(), entry)));
    }

    private void run() {
        while (running) {
            try {
                long position = readPosition.position();
                // while the ledger is behind, nobody knows yet which entries these positions will have
                var due = ledger.isBehind() ? List.<Webhook>of() : webhooks.due(position, clock.instant());
                for (var webhook : due)
                    if (busy.add(webhook.id())) Objects.requireNonNull(senders).execute(() -> sendDue(webhook.id()));
                readPosition.await(position + 1, CHECK_EVERY);
            } catch (InterruptedException stopped) {
                return;
            } catch (RuntimeException down) {
                log.warn("the webhooks could not be read: {}", down.toString());
                pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(CHECK_EVERY);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Claims the webhook, and sends the entries that are due. */
    private void sendDue(String id) {
        try {
            var now = clock.instant();
            var held = webhooks.claim(id, node, now, now.plus(LEASE));
            while (running && held.isPresent() && !ledger.isBehind()) held = Optional.ofNullable(sendNext(held.get()));
        } catch (Refused damaged) {
            // the ledger is damaged, which is logged where it is found; the webhook is tried again when the lease ends
            log.debug("webhook {} waits: {}", id, damaged.getMessage());
        } catch (RuntimeException failed) {
            log.warn("messages to webhook {} could not be sent: {}", id, failed.toString());
        } finally {
            busy.remove(id);
        }
    }

    /** Sends the next entry that the webhook wants, or skips a batch without one. Returns null if there is nothing more to do for now. */
    private @Nullable Webhook sendNext(Webhook held) {
        long reached = readPosition.position();
        var batch = ledger.after(held.position(), BATCH).stream()
                .takeWhile(entry -> entry.position() <= reached)
                .toList();
        if (batch.isEmpty()) {
            webhooks.release(held, clock.instant());
            return null;
        }
        var next = batch.stream().filter(held::wants).findFirst();
        if (next.isPresent()) {
            var attempt = send(held, next.get());
            if (!attempt.succeeded()) {
                failed(held, attempt);
                return null;
            }
        }
        long position = next.orElse(batch.getLast()).position();
        boolean isStillHeld = webhooks.advance(held, position, clock.instant().plus(LEASE));
        return isStillHeld ? webhooks.find(held.id()).orElse(null) : null;
    }

    private void failed(Webhook held, Attempt attempt) {
        var now = clock.instant();
        var since = held.failingSince() == null ? now : held.failingSince();
        String why = null;
        if (Integer.valueOf(GONE).equals(attempt.status()))
            why = "the subscriber answered 410 Gone: it wants no more messages";
        else if (Duration.between(since, now).compareTo(giveUpAfter) >= 0)
            why = "the subscriber has accepted no message since " + since + "; last: " + result(attempt);
        if (why != null) log.warn("webhook {} is paused: {}", held.id(), why);
        var next = RetryDelay.notBefore(now.plus(wait(held.failures())), attempt.retryAfter());
        webhooks.failed(held, since, next, why, now);
    }

    private static String result(Attempt attempt) {
        return attempt.status() == null ? String.valueOf(attempt.error()) : "status " + attempt.status();
    }

    /** Returns the wait before the next attempt: longer after each failure, and varied at random by up to 20 %. */
    private Duration wait(int failuresBefore) {
        double millis = RetryDelay.after(firstRetry, failuresBefore).toMillis();
        return Duration.ofMillis(Math.round(millis * ThreadLocalRandom.current().nextDouble(0.8, 1.2)));
    }

    @Override
    public void start() {
        running = true;
        senders = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("webhook-", 0).factory());
        thread = Thread.ofPlatform().daemon().name("webhooks").start(this::run);
    }

    @Override
    public void stop() {
        running = false;
        var last = thread;
        if (last != null) last.interrupt();
        if (senders != null) senders.shutdownNow();
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
