package dev.imprimatur.delivery;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.imprimatur.content.ContentHash;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.publication.LedgerEntry;
import dev.imprimatur.publication.Publication;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/**
 * Everything that is live, in memory: the ledger folded up to a position. A request takes one state and answers from it
 * alone, so its answer and the position it names agree.
 */
@Component
class Catalogue implements SmartLifecycle, Reach {
    private static final Logger log = LoggerFactory.getLogger(Catalogue.class);
    private static final int BATCH = 500;
    private static final int MOST_PASTS = 16;

    /** How a guide is addressed. */
    record Address(String type, String slug, String locale) {
        static Address of(LedgerEntry entry) {
            return new Address(entry.type(), entry.slug(), entry.locale());
        }
    }

    /** When a ledger entry about a guide was appended. */
    record Moment(long position, Instant at) {}

    /**
     * The fold up to a position; never changed once made.
     *
     * @param gone guides that were live once, by the entry that took them away
     * @param history when what readers saw of a guide changed, in order
     */
    record State(
            long position,
            Map<Address, Delivered> live,
            Map<Address, LedgerEntry> gone,
            Map<Address, List<Moment>> history) {
        Collection<Delivered> guides() {
            return live.values();
        }

        Optional<Delivered> find(Address address) {
            return Optional.ofNullable(live.get(address));
        }

        /** When guides of that type last changed for readers; the epoch if none ever did. */
        Instant lastChange(String type) {
            return history.entrySet().stream()
                    .filter(it -> it.getKey().type().equals(type))
                    .map(it -> it.getValue().getLast().at())
                    .max(Comparator.naturalOrder())
                    .orElse(Instant.EPOCH);
        }
    }

    /** What readers could see then, asked now: what was taken from them since is gone from then too. */
    private record Past(long now, long then) {}

    private final Publication publication;
    private final ContentTypes types;
    private final JsonMapper json;
    private final Duration poll;
    private volatile State state = new State(0, Map.of(), Map.of(), Map.of());
    private final Cache<Past, State> pasts =
            Caffeine.newBuilder().maximumSize(MOST_PASTS).build();
    private final Object moved = new Object();
    private volatile boolean running;
    private volatile @Nullable Thread tail;

    /** @param poll how often the ledger is looked at for what other nodes appended, {@code imprimatur.delivery.poll} */
    Catalogue(
            Publication publication,
            ContentTypes types,
            JsonMapper json,
            @Value("${imprimatur.delivery.poll:50ms}") Duration poll) {
        this.publication = publication;
        this.types = types;
        this.json = json;
        this.poll = poll;
        advance();
        publication.onAppend(this::advanceQuietly);
    }

    State now() {
        return state;
    }

    @Override
    public long position() {
        return state.position();
    }

    @Override
    public boolean awaits(long position, Duration patience) throws InterruptedException {
        return at(position, patience).isPresent();
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

    /**
     * What readers could see at that instant. A guide that has been taken from readers since is not told of: withdrawn is
     * withdrawn.
     */
    State asOf(State now, Instant instant) {
        var last = new HashMap<Address, Moment>();
        now.history()
                .forEach((address, moments) -> moments.stream()
                        .takeWhile(moment -> !moment.at().isAfter(instant))
                        .reduce((earlier, later) -> later)
                        .ifPresent(moment -> last.put(address, moment)));
        long then = last.values().stream().mapToLong(Moment::position).max().orElse(0);
        return pasts.get(new Past(now.position(), then), past -> {
            last.keySet().retainAll(now.live().keySet());
            var live = new HashMap<Address, Delivered>();
            publication.at(last.values().stream().map(Moment::position).toList()).stream()
                    .filter(LedgerEntry::isLive)
                    .forEach(entry -> delivered(entry, now.live().get(Address.of(entry)))
                            .ifPresent(guide -> live.put(Address.of(entry), guide)));
            return new State(then, live, now.gone(), now.history());
        });
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
            var history = new HashMap<>(before.history());
            for (var entry : batch) {
                fold(entry, live, gone);
                history.merge(
                        Address.of(entry),
                        List.of(new Moment(entry.position(), entry.at())),
                        (earlier, now) ->
                                Stream.concat(earlier.stream(), now.stream()).toList());
            }
            state = new State(batch.getLast().position(), live, gone, history);
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
        var delivered = delivered(entry, live.get(address));
        if (delivered.isEmpty()) {
            live.remove(address);
            return;
        }
        live.put(address, delivered.get());
        gone.remove(address);
    }

    /** The guide as the entry has it, its content checked against the hash that was approved. */
    private Optional<Delivered> delivered(LedgerEntry entry, @Nullable Delivered known) {
        var content = known != null && known.entry().contentHash().equals(entry.contentHash())
                ? known.content()
                : publication.content(entry);
        if (content == null || !ContentHash.of(content).value().equals(entry.contentHash())) {
            log.error("what is stored of {} is not what was approved; it is not delivered", Address.of(entry));
            return Optional.empty();
        }
        return Optional.of(new Delivered(entry, types.require(entry.type()), content, json));
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
        // said before the thread can ask: one that asks too soon would end for good
        running = true;
        tail = Thread.ofPlatform().daemon().name("ledger-tail").start(() -> {
            while (running) {
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
        running = false;
        var last = tail;
        tail = null;
        if (last != null) last.interrupt();
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
