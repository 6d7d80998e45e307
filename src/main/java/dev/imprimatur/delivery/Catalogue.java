package dev.imprimatur.delivery;

import dev.imprimatur.content.ContentHash;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.publication.LedgerEntry;
import dev.imprimatur.publication.Publication;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Everything that is live, in memory: the ledger folded up to a position. A request takes one state and answers from it
 * alone, so its answer and the position it names agree.
 */
@Component
class Catalogue implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(Catalogue.class);
    private static final int BATCH = 500;

    /** How a guide is addressed. */
    record Address(String type, String slug, String locale) {
        static Address of(LedgerEntry entry) {
            return new Address(entry.type(), entry.slug(), entry.locale());
        }
    }

    /**
     * The fold up to a position; never changed once made.
     *
     * @param gone guides that were live once, by the entry that took them away
     */
    record State(long position, Map<Address, Delivered> live, Map<Address, LedgerEntry> gone) {
        Collection<Delivered> guides() {
            return live.values();
        }

        Optional<Delivered> find(Address address) {
            return Optional.ofNullable(live.get(address));
        }
    }

    private final Publication publication;
    private final ContentTypes types;
    private final Duration poll;
    private volatile State state = new State(0, Map.of(), Map.of());
    private final Object moved = new Object();
    private volatile @Nullable Thread tail;

    /** @param poll how often the ledger is looked at for what other nodes appended, {@code imprimatur.delivery.poll} */
    Catalogue(Publication publication, ContentTypes types, @Value("${imprimatur.delivery.poll:50ms}") Duration poll) {
        this.publication = publication;
        this.types = types;
        this.poll = poll;
        advance();
        publication.onAppend(this::advanceQuietly);
    }

    State now() {
        return state;
    }

    /** The state once it has reached the position, or empty if it does not in time. */
    Optional<State> at(long position, Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        synchronized (moved) {
            while (now().position() < position) {
                long left = (deadline - System.nanoTime()) / 1_000_000;
                if (left <= 0) return Optional.empty();
                moved.wait(left);
            }
        }
        return Optional.of(now());
    }

    /** Reads on to the end of the ledger. */
    synchronized void advance() {
        List<LedgerEntry> batch;
        do {
            var before = now();
            batch = publication.after(before.position(), BATCH);
            if (batch.isEmpty()) return;
            var live = new HashMap<>(before.live());
            var gone = new HashMap<>(before.gone());
            batch.forEach(entry -> fold(entry, live, gone));
            state = new State(batch.getLast().position(), live, gone);
            synchronized (moved) {
                moved.notifyAll();
            }
        } while (batch.size() == BATCH);
    }

    private void fold(LedgerEntry entry, Map<Address, Delivered> live, Map<Address, LedgerEntry> gone) {
        var address = Address.of(entry);
        if (!entry.isLive()) {
            live.remove(address);
            gone.put(address, entry);
            return;
        }
        var before = live.get(address);
        var content = before != null && before.entry().contentHash().equals(entry.contentHash())
                ? before.content()
                : publication.content(entry);
        if (content == null || !ContentHash.of(content).value().equals(entry.contentHash())) {
            log.error("what is stored of {} is not what was approved; it is not delivered", address);
            live.remove(address);
            return;
        }
        live.put(address, new Delivered(entry, types.require(entry.type()), content));
        gone.remove(address);
    }

    private void advanceQuietly() {
        try {
            advance();
        } catch (RuntimeException down) {
            log.warn("the ledger could not be read: {}", down.toString());
        }
    }

    @Override
    public void start() {
        tail = Thread.ofPlatform().daemon().name("ledger-tail").start(() -> {
            while (isRunning()) {
                advanceQuietly();
                try {
                    Thread.sleep(poll);
                } catch (InterruptedException stopped) {
                    return;
                }
            }
        });
    }

    @Override
    public void stop() {
        var running = tail;
        tail = null;
        if (running != null) running.interrupt();
    }

    @Override
    public boolean isRunning() {
        return tail != null;
    }
}
