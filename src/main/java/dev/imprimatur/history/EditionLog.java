// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.history;

import static java.util.Objects.requireNonNull;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.cursor.TimeoutMode;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.Sorts;
import dev.imprimatur.signing.Damage;
import dev.imprimatur.signing.Damages;
import dev.imprimatur.signing.SealedCollection;
import dev.imprimatur.signing.SealedCollection.Stored;
import dev.imprimatur.signing.Seals;
import dev.imprimatur.store.Index;
import dev.imprimatur.store.NumberedIds;
import dev.imprimatur.store.UnitOfWork;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bson.Document;
import org.bson.codecs.pojo.annotations.BsonId;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * The logs of all editions. The unique {@code _id} of an entry (edition and seq) is the commit point of every decision.
 *
 * <p>A log is a chain of sealed entries: each names the hash of the one before, the first of an edition that of an entry of the edition
 * before. Every read verifies the whole log. An edition ends before the first invalid entry and reports the fault
 * ({@link Edition#damage()}). Each node remembers the last verified entry of each log, so that it also notices a truncated log.
 */
@Component
public class EditionLog {
    public record Row(@BsonId String id, LogEntry entry) {}

    /** The last entry of a log that this node has verified. */
    private record Head(int entries, String hash) {}

    private static final Pattern ID = Pattern.compile("[^.#]+[.][1-9][0-9]{0,8}#[0-9]{6,9}");
    /** For how many guides and editions a node remembers the last verified log entry. */
    public static final int REMEMBERED = 20_000;

    /** How often a log is read again if it became shorter: after a failover, a store may return older data for a moment. */
    private static final int LOOKS = 10;

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);

    private final SealedCollection<Row> log;
    private final Damages damages;
    private final List<Consumer<LogEntry>> listeners = new CopyOnWriteArrayList<>();
    private final Map<EditionId, Head> heads = Collections.synchronizedMap(new LinkedHashMap<>(256, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<EditionId, Head> eldest) {
            return size() > REMEMBERED;
        }
    });

    public EditionLog(MongoDatabase database, Seals seals, Damages damages) {
        this.log = new SealedCollection<>(database, "edition_log", Row.class, seals);
        this.damages = damages;
        Index.makeWherePresent(this.log.documents(), Indexes.ascending("entry.position"));
        Index.make(this.log.documents(), Indexes.ascending("entry.at"));
    }

    /** The logs of a guide, as a unit of work has read them. */
    private record LogsOf(String guide) {}

    /** The edition. In a unit of work, the logs of its guide are read once. */
    public Edition edition(EditionId id) {
        return UnitOfWork.isActive()
                ? editions(id.guide()).stream()
                        .filter(edition -> edition.id().equals(id))
                        .findFirst()
                        .orElseGet(() -> verified(id, null, null))
                : verified(id, null, null);
    }

    /**
     * All editions of a guide, in ascending order. The last one is included even if none of its entries is valid. In a unit of work, the
     * logs are read once.
     */
    public List<Edition> editions(String guide) {
        return UnitOfWork.once(new LogsOf(guide), () -> read(guide));
    }

    /** All editions of a guide as they are stored now, also if the unit of work has read the logs before. */
    public List<Edition> editionsAnew(String guide) {
        UnitOfWork.forget(new LogsOf(guide));
        return editions(guide);
    }

    private List<Edition> read(String guide) {
        var stored = new StoredLogs(guide);
        var editions = new ArrayList<Edition>();
        var edition = verified(new EditionId(guide, 1), null, stored);
        while (edition.exists()) {
            editions.add(edition);
            edition = verified(edition.id().next(), edition, stored);
        }
        if (edition.damage().isPresent()) editions.add(edition);
        return List.copyOf(editions);
    }

    /** The first editions of these guides, by guide. One query reads all logs, unless a log is long. */
    public Map<String, Edition> firstEditions(Collection<String> guides) {
        var ids = guides.stream().map(guide -> new EditionId(guide, 1)).toList();
        // the remembered lengths come first, so the logs read afterwards are at least as long
        var known = new HashMap<EditionId, Head>();
        ids.forEach(id -> known.computeIfAbsent(id, heads::get));
        var stored = log.numbered(
                ids.stream()
                        .collect(Collectors.toMap(
                                EditionId::toString,
                                id -> known.containsKey(id)
                                        ? requireNonNull(known.get(id)).entries()
                                        : 0)),
                0);
        return ids.stream().collect(Collectors.toMap(EditionId::guide, id -> {
            var edition = folded(id, null, requireNonNull(stored.get(id.toString())));
            if (isShorter(edition, known.get(id))) return edition(id);
            report(edition, known.get(id));
            return edition;
        }));
    }

    /** The stored logs of a guide. One query reads the editions that this node knows and the next one, another query each edition after. */
    private final class StoredLogs {
        // the remembered lengths come first, so the logs read afterwards are at least as long
        private final Map<EditionId, Head> known = new HashMap<>();
        private final Map<String, List<Stored<Row>>> logs;

        StoredLogs(String guide) {
            var expected = new HashMap<String, Integer>();
            var id = new EditionId(guide, 1);
            for (var head = heads.get(id); head != null; head = heads.get(id)) {
                known.put(id, head);
                expected.put(id.toString(), head.entries());
                id = id.next();
            }
            expected.put(id.toString(), 0);
            logs = log.numbered(expected, 0);
        }

        private List<Stored<Row>> of(EditionId id) {
            var read = logs.get(id.toString());
            return read == null ? log.numbered(id.toString(), 0) : read;
        }
    }

    private Edition verified(EditionId id, @Nullable Edition before, @Nullable StoredLogs stored) {
        // the remembered length comes first, so the log read afterwards is at least as long
        var known = stored != null && stored.known.containsKey(id) ? stored.known.get(id) : heads.get(id);
        var edition = folded(id, before, stored == null ? log.numbered(id.toString(), 0) : stored.of(id));
        boolean isReported = damages.at(Damage.Kind.EDITION_LOG, id.toString()).isPresent();
        for (int look = 1; look < LOOKS && !isReported && isShorter(edition, known); look++) {
            LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
            edition = folded(id, before, log.numbered(id.toString(), 0));
        }
        if (edition.damage().isEmpty() && isShorter(edition, known))
            edition = edition.damaged("its end, from entry " + edition.log().size() + " on, is missing");
        report(edition, known);
        return edition;
    }

    private static boolean isShorter(Edition edition, @Nullable Head known) {
        return known != null
                && edition.log().size() < known.entries()
                && edition.damage().isEmpty();
    }

    private void report(Edition edition, @Nullable Head known) {
        var id = edition.id();
        if (edition.damage().isPresent()) {
            damages.found(damage(id, edition.damage().get()));
            return;
        }
        damages.right(Damage.Kind.EDITION_LOG, id.toString());
        if (edition.exists()
                && (known == null || known.entries() < edition.log().size())) remember(edition);
    }

    private void remember(Edition edition) {
        heads.put(edition.id(), new Head(edition.log().size(), edition.chain().last()));
    }

    private static Damage damage(EditionId id, String fault) {
        return new Damage(
                Damage.Kind.EDITION_LOG,
                id.toString(),
                id.guide(),
                "The log of edition %d of guide %s is not as it was written: %s."
                        .formatted(id.number(), id.guide(), fault));
    }

    private Edition folded(EditionId id, @Nullable Edition before, List<Stored<Row>> rows) {
        var entries = new ArrayList<LogEntry>();
        var hashes = new ArrayList<String>();
        String fault = null;
        for (var stored : rows) {
            fault = fault(stored, entries.size(), hashes, id, before);
            if (fault != null) break;
            entries.add(requireNonNull(stored.row()).entry());
            hashes.add(requireNonNull(stored.hash()));
        }
        var known = heads.get(id);
        if (fault == null
                && known != null
                && known.entries() <= hashes.size()
                && !hashes.get(known.entries() - 1).equals(known.hash()))
            fault = "entry " + (known.entries() - 1) + " is not the one that was verified";
        return Edition.of(id, entries, new Edition.Chain(hashes, fault));
    }

    private static @Nullable String fault(
            Stored<Row> stored, int place, List<String> hashes, EditionId id, @Nullable Edition before) {
        if (NumberedIds.number(stored.id()) != place) return "entry " + place + " is missing";
        if (stored.fault() != null) return "entry " + place + " " + stored.fault();
        boolean follows = place > 0
                ? hashes.getLast().equals(stored.previousHash())
                : id.number() == 1
                        ? SealedCollection.GENESIS.equals(stored.previousHash())
                        : before == null || before.chain().hashes().contains(stored.previousHash());
        return follows
                ? null
                : place == 0
                        ? "its first entry does not follow the edition before"
                        : "entry " + place + " does not name the hash of the entry before";
    }

    /** The approximate number of entries in all logs. It changes whenever an entry is logged. */
    public long size() {
        return log.documents().estimatedDocumentCount();
    }

    /** The end of the log of every edition. Only the id, the time and the kind of each entry are read. */
    public Map<EditionId, LogEnd> ends() {
        var ends = new HashMap<EditionId, LogEnd>();
        log.documents()
                .withDocumentClass(Document.class)
                .find()
                .timeoutMode(TimeoutMode.ITERATION)
                .projection(Projections.include("_id", "entry.at", "entry.kind"))
                .forEach(row -> {
                    // A document that somebody inserted by hand may have any id and any time.
                    if (row.get("_id") instanceof String id
                            && isId(id)
                            && row.get("entry") instanceof Document entry
                            && entry.get("at") instanceof Date at)
                        ends.merge(
                                EditionId.parse(NumberedIds.owner(id)),
                                LogEnd.at(NumberedIds.number(id), at.toInstant(), String.valueOf(entry.get("kind"))),
                                LogEnd::and);
                });
        return ends;
    }

    /** Calls the consumer with the intact entries that are as old as the instant or newer. */
    public void since(Instant from, Consumer<LogEntry> what) {
        try (var all = log.each(Filters.gte("entry.at", from), Sorts.ascending("_id"))) {
            all.forEachRemaining(stored -> stored.intact().map(Row::entry).ifPresent(what));
        }
    }

    /** The intact entries that name a ledger position above the given one. */
    public List<LogEntry> entriesBeyond(long position) {
        var entries = new ArrayList<LogEntry>();
        try (var all = log.each(Filters.gt("entry.position", position), Sorts.ascending("_id"))) {
            all.forEachRemaining(stored -> stored.intact().map(Row::entry).ifPresent(entries::add));
        }
        return entries;
    }

    private void eachId(Bson filter, Consumer<String> what) {
        log.documents()
                .withDocumentClass(Document.class)
                .find(filter)
                .timeoutMode(TimeoutMode.ITERATION)
                .projection(Projections.include("_id"))
                .map(row -> String.valueOf(row.get("_id")))
                .forEach(what);
    }

    /** Whether the text is a valid id of an entry. Documents that somebody inserted by hand may have other ids. */
    private static boolean isId(String id) {
        return ID.matcher(id).matches();
    }

    /**
     * Appends the entry that the rule returns for the current edition. If another writer appends first, the rule is evaluated again
     * on the new state. A damaged log refuses every entry.
     *
     * @return the edition with the entry, or the unchanged edition if the rule returns none
     */
    public Edition append(EditionId id, Function<Edition, Optional<LogEntry>> rule) {
        for (; ; ) {
            var edition = edition(id);
            edition.mustBeSound();
            var entry = rule.apply(edition);
            if (entry.isEmpty()) return edition;
            var hash = insert(entry.get(), edition.chain().last());
            if (hash.isPresent()) {
                var next = edition.with(entry.get(), hash.get());
                appended(next);
                return next;
            }
            // what was read together with the log may be outdated, too
            UnitOfWork.forgetAll();
        }
    }

    /** An edition without a log, to which {@link #appendAll} appends the opening entry. */
    public static Edition unopened(EditionId id) {
        return Edition.of(id, List.of(), new Edition.Chain(List.of(), null));
    }

    /** An edition and the sealed entries that its log is about to grow by. */
    private record Growth(Edition edition, List<SealedCollection.Sealed> entries) {}

    /**
     * Appends to many logs at once. The rules are applied in turn to each edition, and each adds one entry or none. The entries of an
     * edition are inserted in order, so that a crash leaves the first ones.
     *
     * @return the editions with their entries; without those to which another writer appended first, or whose log is damaged
     */
    public List<Edition> appendAll(Collection<Edition> editions, List<Function<Edition, Optional<LogEntry>>> rules) {
        var growths = editions.parallelStream()
                .filter(edition -> edition.damage().isEmpty())
                .map(edition -> grown(edition, rules))
                .toList();
        var overtaken = log.insertAll(
                growths.stream().flatMap(growth -> growth.entries().stream()).toList());
        return growths.stream()
                .map(Growth::edition)
                .filter(edition -> !overtaken.contains(edition.id().toString()))
                .toList();
    }

    private Growth grown(Edition before, List<Function<Edition, Optional<LogEntry>>> rules) {
        var edition = before;
        var sealed = new ArrayList<SealedCollection.Sealed>();
        for (var rule : rules) {
            var entry = rule.apply(edition);
            if (entry.isEmpty()) continue;
            String id = edition.id().toString();
            var next = log.seal(
                    new Row(NumberedIds.id(id, entry.get().seq()), entry.get()),
                    edition.chain().last(),
                    id);
            sealed.add(next);
            edition = edition.with(entry.get(), next.hash());
        }
        return new Growth(edition, sealed);
    }

    /**
     * Begins the log of an edition.
     *
     * @param before the edition before; null if the entry opens the first edition of a guide
     * @return whether the entry was appended; false if the edition was opened before
     */
    public boolean open(LogEntry opened, @Nullable Edition before) {
        var hash = insert(
                opened,
                before == null ? SealedCollection.GENESIS : before.chain().last());
        if (hash.isEmpty()) UnitOfWork.forgetAll();
        else appended(Edition.of(opened.edition(), List.of(opened), new Edition.Chain(List.of(hash.get()), null)));
        return hash.isPresent();
    }

    /** @return the hash of the new entry; empty if its place in the log is taken */
    private Optional<String> insert(LogEntry entry, String previousHash) {
        return log.insertAfter(
                previousHash, new Row(NumberedIds.id(entry.edition().toString(), entry.seq()), entry));
    }

    /** Calls the listener with each entry that this node appends from now on, one at a time. The listener must not wait and not fail. */
    public void onAppend(Consumer<LogEntry> listener) {
        listeners.add(listener);
    }

    /** Remembers an edition to which this node has just appended an entry. */
    private void appended(Edition edition) {
        remember(edition);
        listeners.forEach(listener -> listener.accept(edition.log().getLast()));
        if (!UnitOfWork.isActive()) return;
        var logs = new LogsOf(edition.id().guide());
        boolean isFirst = edition.id().number() == 1 && edition.log().size() == 1;
        List<Edition> known = isFirst ? List.of() : editions(edition.id().guide());
        UnitOfWork.keep(
                logs,
                Stream.concat(known.stream().filter(it -> !it.id().equals(edition.id())), Stream.of(edition))
                        .sorted(Comparator.comparingInt(it -> it.id().number()))
                        .toList());
    }

    /** Deletes the opening entry of a guide that could not be created because its slug was taken. */
    public void forget(EditionId unborn) {
        log.documents().deleteOne(Filters.eq("_id", NumberedIds.id(unborn.toString(), 0)));
        heads.remove(unborn);
        UnitOfWork.forget(new LogsOf(unborn.guide()));
    }

    /** Reports that logs of the guide have lost entries, or withdraws the report if {@code entries} is 0. */
    public void lost(String guide, int entries) {
        if (entries <= 0) damages.right(Damage.Kind.EDITION_LOG, guide);
        else
            damages.found(new Damage(
                    Damage.Kind.EDITION_LOG,
                    guide,
                    guide,
                    "The logs of guide %s have lost %d of the entries that they had.".formatted(guide, entries)));
    }

    /** Whether logs of the guide are known to have lost entries. */
    public boolean hasLost(String guide) {
        return damages.at(Damage.Kind.EDITION_LOG, guide).isPresent();
    }

    /**
     * Verifies all logs, including entries that a normal read never reaches.
     *
     * @param guide called once per guide, with all of its editions
     */
    public void verify(Consumer<Damage> wrong, Consumer<List<Edition>> guide) {
        var lengths = new HashMap<EditionId, Integer>();
        var lasts = new HashMap<EditionId, Integer>();
        eachId(Filters.empty(), id -> {
            if (!isId(id)) {
                wrong.accept(new Damage(
                        Damage.Kind.EDITION_LOG,
                        id,
                        null,
                        "The edition logs hold “%s”, which is no entry.".formatted(id)));
                return;
            }
            var edition = EditionId.parse(NumberedIds.owner(id));
            lengths.merge(edition, 1, Integer::sum);
            lasts.merge(edition, NumberedIds.number(id), Math::max);
        });
        var read = new HashSet<EditionId>();
        lengths.keySet().stream().map(EditionId::guide).distinct().sorted().forEach(id -> {
            var editions = editions(id);
            editions.forEach(edition -> {
                read.add(edition.id());
                edition.damage().ifPresent(fault -> wrong.accept(damage(edition.id(), fault)));
                int there = lengths.getOrDefault(edition.id(), 0);
                int last = lasts.getOrDefault(edition.id(), -1);
                if (edition.damage().isEmpty()
                        && (there > edition.log().size()
                                || last >= edition.log().size()))
                    wrong.accept(damage(edition.id(), "there is an entry " + last + " without those before it"));
            });
            guide.accept(editions);
        });
        lengths.keySet().stream()
                .filter(id -> !read.contains(id))
                .sorted(Comparator.comparing(EditionId::toString))
                .forEach(id -> wrong.accept(
                        damage(id, edition(id).damage().orElse("there is no right entry of an edition before it"))));
    }

    /** Calls the consumer with every stored entry and its id; the entry is empty if it cannot be read. */
    public void each(BiConsumer<String, Optional<Row>> what) {
        log.each(what);
    }
}
