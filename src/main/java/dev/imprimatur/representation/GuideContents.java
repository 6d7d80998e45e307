// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.representation;

import static java.util.Objects.requireNonNull;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.imprimatur.content.Fields;
import dev.imprimatur.content.Format;
import dev.imprimatur.content.Rendering;
import dev.imprimatur.media.Library;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.publication.LedgerReader;
import dev.imprimatur.store.Failures;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The contents of the published guides. Contents that are requested often stay in memory, up to a set size; the others are read from the
 * store when they are requested. Each read compares the content with the content hash of the ledger entry.
 */
@Component
public class GuideContents {
    /** How long no content is read after a store was found unavailable, so that only one request in a while waits for it. */
    private static final Duration PAUSE = Duration.ofSeconds(1);
    /** The size in bytes of the objects around the bytes of a guide, roughly. */
    private static final int OBJECTS = 1_000;

    /** A failed read. */
    private record Outage(RuntimeException failure, long at) {
        boolean isRecent() {
            return System.nanoTime() - at < PAUSE.toNanos();
        }
    }

    private final LedgerReader ledger;
    private final JsonMapper json;
    private final Library library;
    private final long size;
    private final Cache<PublishedGuide, Representation> inMemory;
    /** The reads under way, so that requests for the same guide share one. */
    private final Map<PublishedGuide, CompletableFuture<@Nullable Representation>> loading = new ConcurrentHashMap<>();

    private final Set<PublishedGuide> damaged = ConcurrentHashMap.newKeySet();
    private final LongAdder reads = new LongAdder();
    private volatile @Nullable Outage outage;

    /**
     * Creates an empty cache.
     *
     * @param size the size of all guides in memory with their encoded forms, {@code imprimatur.delivery.guides}; three quarters of the
     *     largest heap by default
     */
    GuideContents(
            LedgerReader ledger,
            JsonMapper json,
            Library library,
            MeterRegistry meters,
            @Value("${imprimatur.delivery.guides:}") @Nullable DataSize size) {
        this.ledger = ledger;
        this.json = json;
        this.library = library;
        this.size = size == null ? Runtime.getRuntime().maxMemory() / 4 * 3 : size.toBytes();
        // maintenance in the calling thread costs less than handing it to another thread
        this.inMemory = Caffeine.newBuilder()
                .executor(Runnable::run)
                .maximumWeight(this.size)
                .weigher((PublishedGuide guide, Representation representation) -> weight(representation))
                .build();
        FunctionCounter.builder("imprimatur.delivery.guides.read", reads, LongAdder::sum)
                .description("contents of guides that were read from the store")
                .register(meters);
        Gauge.builder("imprimatur.delivery.guides", this, GuideContents::weight)
                .baseUnit("bytes")
                .description("size of the guides in memory")
                .register(meters);
    }

    /** Both encoded forms together are smaller than the plain one; with references, there is a second representation. */
    private static int weight(Representation representation) {
        int copies = representation.references().isEmpty() ? 2 : 4;
        return copies * representation.size() + OBJECTS;
    }

    private long weight() {
        return inMemory.policy()
                .eviction()
                .map(eviction -> eviction.weightedSize().orElse(0))
                .orElse(0L);
    }

    /** Whether another guide fits into memory without displacing one. */
    public boolean hasRoom() {
        return weight() < size - size / 16;
    }

    /** Returns the guide's representation if it is in memory; else null. Never waits. */
    public @Nullable Representation ready(PublishedGuide guide) {
        return inMemory.getIfPresent(guide);
    }

    /**
     * Fields of the guides that a guide refers to, by the id of the guide. A guide whose stored content is not the approved content has none.
     *
     * @param names of the fields
     */
    public Map<String, JsonNode> fields(LoadedGuide guide, List<String> names, Format format) {
        var resolved = guide.references();
        var fields = new HashMap<String, JsonNode>();
        if (resolved == null || names.isEmpty()) return fields;
        resolved.guides().forEach((id, referenced) -> {
            try {
                var content = Fields.of(of(referenced).content(), names);
                var pictures = DeliveredAsset.pictures(DeliveredAsset.in(content, library));
                fields.put(id, Rendering.render(referenced.type(), content, format, pictures, Map.of()));
            } catch (Refused damaged) {
                fields.remove(id);
            }
        });
        return fields;
    }

    /** The representation that shows the references of a guide in their places, as they are published. */
    public Representation resolved(PublishedGuide guide, Representation whole, ResolvedReferences references) {
        return new LoadedGuide(guide, whole, json, library)
                .with(references)
                .representation(Format.MARKDOWN, List.of(), Map.of());
    }

    /** Keeps the content of a guide in memory. The content must have been compared with the content hash. */
    public void put(PublishedGuide guide, JsonNode content) {
        inMemory.put(guide, LoadedGuide.of(guide, content, json, library).representation());
    }

    /** Keeps the content of a guide in memory as {@link #put}, and encodes it in every content coding. */
    public void prepare(PublishedGuide guide, JsonNode content) {
        var representation = LoadedGuide.of(guide, content, json, library).representation();
        representation.prepare();
        inMemory.put(guide, representation);
    }

    /** Returns the guide's content if it is in memory; else null. */
    public @Nullable JsonNode readyContent(PublishedGuide guide) {
        var representation = ready(guide);
        return representation == null ? null : new LoadedGuide(guide, representation, json, library).content();
    }

    /** Removes a guide from memory that is not published any more, so that it does not displace others. */
    public void forget(PublishedGuide guide) {
        inMemory.invalidate(guide);
    }

    /** Returns the guide with its content as {@link #of(Collection)} does. */
    public LoadedGuide of(PublishedGuide guide) {
        return of(List.of(guide)).getFirst();
    }

    /**
     * Returns the guides with their contents, in order. Reads those that are not in memory from the store. Throws a refusal if a content is
     * not the approved content.
     */
    public List<LoadedGuide> of(Collection<PublishedGuide> guides) {
        var found = new HashMap<PublishedGuide, Representation>();
        var missing = new LinkedHashMap<PublishedGuide, CompletableFuture<@Nullable Representation>>();
        for (var guide : guides) {
            var representation = ready(guide);
            if (representation != null) found.put(guide, representation);
            else missing.put(guide, new CompletableFuture<>());
        }
        if (!missing.isEmpty()) found.putAll(load(missing));
        return guides.stream()
                .map(guide -> new LoadedGuide(guide, requireNonNull(found.get(guide)), json, library))
                .toList();
    }

    /** Loads these guides, or waits for another thread that is loading them. */
    private Map<PublishedGuide, Representation> load(
            Map<PublishedGuide, CompletableFuture<@Nullable Representation>> missing) {
        var others = new HashMap<PublishedGuide, CompletableFuture<@Nullable Representation>>();
        missing.forEach((guide, mine) -> {
            var other = loading.putIfAbsent(guide, mine);
            if (other != null) others.put(guide, other);
        });
        missing.keySet().removeAll(others.keySet());
        try {
            var read = read(missing.keySet());
            missing.forEach((guide, mine) -> mine.complete(read.get(guide)));
        } catch (RuntimeException | Error failed) {
            missing.values().forEach(mine -> mine.completeExceptionally(failed));
            throw failed;
        } finally {
            missing.forEach(loading::remove);
        }
        missing.putAll(others);
        var loaded = new HashMap<PublishedGuide, Representation>();
        missing.forEach((guide, result) -> {
            var representation = Loads.joined(result);
            if (representation == null) throw ledger.guideNotServed().raise();
            loaded.put(guide, representation);
        });
        return loaded;
    }

    /** Reads those of these guides that are still missing. Leaves out those whose content is not the approved content. */
    private Map<PublishedGuide, Representation> read(Collection<PublishedGuide> guides) {
        var loaded = new HashMap<PublishedGuide, Representation>();
        var missing = new ArrayList<PublishedGuide>();
        for (var guide : guides) {
            // another thread may have finished loading it a moment ago
            var representation = ready(guide);
            if (representation == null) missing.add(guide);
            else loaded.put(guide, representation);
        }
        contents(missing).forEach((guide, content) -> {
            var representation = LoadedGuide.of(guide, content, json, library).representation();
            inMemory.put(guide, representation);
            loaded.put(guide, representation);
        });
        return loaded;
    }

    /**
     * Reads the contents of these guides from the store, without keeping them in memory. Leaves out those that are not the approved
     * contents, and notes them for {@link #takeDamaged()}.
     */
    public Map<PublishedGuide, JsonNode> contents(Collection<PublishedGuide> guides) {
        var contents = new HashMap<PublishedGuide, JsonNode>();
        if (guides.isEmpty()) return contents;
        var intact = read(() -> ledger.contents(
                guides.stream().map(PublishedGuide::entry).distinct().toList()));
        for (var guide : guides) {
            var content = intact.get(guide.entry().position());
            if (content != null) contents.put(guide, content);
            else {
                inMemory.invalidate(guide);
                damaged.add(guide);
            }
        }
        reads.add(guides.size());
        return contents;
    }

    private Map<Long, JsonNode> read(Supplier<Map<Long, JsonNode>> reader) {
        var recent = outage;
        if (recent != null && recent.isRecent()) throw recent.failure();
        try {
            return reader.get();
        } catch (RuntimeException failed) {
            if (Failures.isOutage(failed)) outage = new Outage(failed, System.nanoTime());
            throw failed;
        }
    }

    /** Returns the guides whose stored content was found not to be the approved content since the last call. */
    public Set<PublishedGuide> takeDamaged() {
        if (damaged.isEmpty()) return Set.of();
        var found = Set.copyOf(damaged);
        damaged.removeAll(found);
        return found;
    }

    /** Whether {@link #takeDamaged()} has guides to return. */
    public boolean hasDamaged() {
        return !damaged.isEmpty();
    }
}
