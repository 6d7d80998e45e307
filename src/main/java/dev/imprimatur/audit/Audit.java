// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.audit;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Sorts;
import dev.imprimatur.paging.Page;
import dev.imprimatur.paging.Place;
import dev.imprimatur.paging.Window;
import dev.imprimatur.problem.Audience;
import dev.imprimatur.problem.CleanText;
import dev.imprimatur.signing.Damage;
import dev.imprimatur.signing.SealedCollection;
import dev.imprimatur.signing.Seals;
import dev.imprimatur.store.Index;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.bson.codecs.pojo.annotations.BsonId;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/**
 * The audit: an append-only record of sign-ins, refusals and changes to accounts and keys. Records contain no secrets.
 *
 * <p>The records form one chain for all nodes: each record is sealed, has the next position, and names the hash of the record before it.
 * Positions are unique. A node that loses the race for a position reads the last record again and retries.
 */
@Component
public class Audit {
    /** @param position the position in the chain; null in records of releases without a chain, until they are sealed */
    public record Row(
            @BsonId String id,
            Instant at,
            @Nullable String actor,
            String action,
            @Nullable String target,
            @Nullable String source,
            @Nullable Long position) {}

    /**
     * One record.
     *
     * @param actor the account that acted; null if nobody was signed in
     * @param action the name of the action, such as {@code account-created} or {@code denied}
     * @param target what the action was done to
     * @param source the network address that the request came from
     * @param position the position in the chain of all records: 1, 2, 3… without gaps
     * @param hash the hash by which the next record names this one
     * @param damage what is wrong with the record, as the rest of a sentence that begins with the record; null if it is intact
     */
    public record Entry(
            String id,
            Instant at,
            @Nullable String actor,
            String action,
            @Nullable String target,
            @Nullable String source,
            @Nullable Long position,
            @Nullable String hash,
            @Nullable String damage) {}

    /** The last record of the chain, by its position and hash. */
    public record Head(long position, String hash) {}

    /**
     * The result of verifying the whole chain.
     *
     * @param records the number of records
     * @param position the position of the last record
     * @param hash the hash of the last record
     * @param broken the first {@value #MOST_FINDINGS} faults; empty if the chain is intact
     */
    public record Verification(long records, long position, String hash, List<String> broken) {}

    /** The request attribute that says that the refusal of the request is already recorded. */
    private static final String DENIED = Audit.class.getName() + ".denied";

    private static final int LONGEST = 200;
    private static final int MOST_AT_ONCE = 1_000_000;
    private static final int MOST_FINDINGS = 100;
    /** How long a record waits for its turn on this node. It is then appended out of turn, since the store may not be answering. */
    private static final Duration PATIENCE = Duration.ofMillis(50);

    private static final String POSITION = "position";
    private static final Head NONE = new Head(0, SealedCollection.GENESIS);

    private final SealedCollection<Row> audit;
    private final Clock clock;
    private final ReentrantLock turn = new ReentrantLock();
    /** The last record that this node has appended. */
    private volatile @Nullable Head head;

    private final AtomicLong made = new AtomicLong();
    private final Set<String> actions = new ConcurrentSkipListSet<>();
    private volatile boolean actionsAreRead;

    public Audit(MongoDatabase database, Seals seals, Clock clock) {
        this.audit = new SealedCollection<>(database, "audit", Row.class, seals);
        Index.make(audit.documents(), Indexes.ascending("actor", "_id"));
        Index.make(audit.documents(), Indexes.ascending("action", "_id"));
        Index.makeUniqueWherePresent(audit.documents(), Indexes.ascending(POSITION));
        this.clock = clock;
    }

    /** @param source the network address of the caller; null for the address of the current request, if there is one */
    public void record(@Nullable String actor, String action, @Nullable String target, @Nullable String source) {
        var now = clock.instant();
        // Within one millisecond, ids sort in the order in which this node made them.
        String id = "%s-%06d-%s".formatted(time(now), made.getAndIncrement() % MOST_AT_ONCE, UUID.randomUUID());
        String from = source == null ? remoteAddress() : source;
        inTurn(() -> append(new Row(id, now, actor, action, shortened(target), from, null)));
        actions.add(action);
    }

    /** Runs appends of this node one after another, so that they seldom compete for the same position. */
    private void inTurn(Runnable appending) {
        boolean mine = false;
        try {
            mine = turn.tryLock(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
        try {
            appending.run();
        } finally {
            if (mine) turn.unlock();
        }
    }

    private void append(Row open) {
        var known = head;
        for (var last = known == null ? newest() : known; ; last = newest()) {
            long position = last.position() + 1;
            var row =
                    new Row(open.id(), open.at(), open.actor(), open.action(), open.target(), open.source(), position);
            var hash = audit.insertAfter(last.hash(), row);
            if (hash.isEmpty()) continue;
            advance(new Head(position, hash.get()));
            return;
        }
    }

    private synchronized void advance(Head next) {
        if (head == null || head.position() < next.position()) head = next;
    }

    private Head newest() {
        return audit.newest(Filters.gt(POSITION, 0L), Sorts.descending(POSITION))
                .map(Audit::head)
                .orElse(NONE);
    }

    /**
     * The position and hash of a stored record. A damaged record does not stop the audit: its damage is reported when the chain is
     * verified, and new records are appended after it.
     */
    private static Head head(SealedCollection.Stored<Row> stored) {
        var row = stored.row();
        return new Head(
                row == null || row.position() == null ? 0 : row.position(),
                Objects.requireNonNullElse(stored.hash(), SealedCollection.GENESIS));
    }

    /** The last record that this node knows; empty if nothing was ever recorded. */
    public Optional<Head> head() {
        var known = head;
        return known == null ? lastHead() : Optional.of(known);
    }

    /** The last record in the store, whichever node appended it. */
    public Optional<Head> lastHead() {
        return audit.find(Filters.gt(POSITION, 0L), Sorts.descending(POSITION), 1).stream()
                .findFirst()
                .map(Audit::head);
    }

    /** The hashes of the intact records at these positions. */
    public Map<Long, String> hashes(Collection<Long> positions) {
        var found = new HashMap<Long, String>();
        if (positions.isEmpty()) return found;
        for (var stored : audit.find(Filters.in(POSITION, positions), Sorts.ascending(POSITION), positions.size()))
            stored.intact()
                    .map(Row::position)
                    .ifPresent(position -> found.put(position, Objects.requireNonNull(stored.hash())));
        return found;
    }

    /** Verifies every record, its position and its link to the record before it. */
    public Verification verify() {
        var broken = new ArrayList<String>();
        long records = 0;
        var last = NONE;
        try (var strays = audit.each(Filters.not(Filters.gt(POSITION, 0L)), Sorts.ascending("_id"))) {
            while (strays.hasNext()) {
                records++;
                addFinding(broken, "record " + strays.next().id() + " has no place in the chain");
            }
        }
        try (var all = audit.each(Filters.gt(POSITION, 0L), Sorts.ascending(POSITION))) {
            while (all.hasNext()) {
                var stored = all.next();
                records++;
                var row = stored.row();
                if (row == null || row.position() == null) {
                    addFinding(broken, "record " + stored.id() + " cannot be read");
                    continue;
                }
                if (row.position() > last.position() + 1)
                    addFinding(broken, missing(last.position() + 1, row.position() - 1));
                if (stored.fault() != null) addFinding(broken, "record " + row.position() + " " + stored.fault());
                else if (row.position() == last.position() + 1 && !last.hash().equals(stored.previousHash()))
                    addFinding(broken, "record " + row.position() + " does not name the hash of the record before");
                last = new Head(row.position(), Objects.requireNonNullElse(stored.hash(), SealedCollection.GENESIS));
            }
        }
        var known = head;
        if (known != null && known.position() > last.position())
            addFinding(broken, missing(last.position() + 1, known.position()));
        return new Verification(records, last.position(), last.hash(), broken);
    }

    private static void addFinding(List<String> broken, String what) {
        if (broken.size() < MOST_FINDINGS) broken.add(what);
    }

    private static String missing(long from, long to) {
        return from == to ? "record " + from + " is missing" : "records " + from + " to " + to + " are missing";
    }

    /** The damage to report for a fault of the audit. */
    public static Damage damage(String what) {
        return new Damage(Damage.Kind.AUDIT, "audit", null, "The audit is not as it was written: %s.".formatted(what));
    }

    /** The prefix of the ids of all records of an instant. */
    static String time(Instant instant) {
        return "%013d".formatted(instant.toEpochMilli());
    }

    private static @Nullable String remoteAddress() {
        return RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes attributes
                ? attributes.getRequest().getRemoteAddr()
                : null;
    }

    /**
     * Records once that a request of a signed-in caller was refused, whichever filter or handler refuses it first. Requests without a
     * caller are not recorded, because they are only asked to sign in.
     */
    public void denied(HttpServletRequest request) {
        var who = SecurityContextHolder.getContext().getAuthentication();
        if (who == null || who instanceof AnonymousAuthenticationToken || request.getAttribute(DENIED) != null) return;
        request.setAttribute(DENIED, true);
        record(who.getName(), "denied", request.getMethod() + " " + Audience.path(request), request.getRemoteAddr());
    }

    private static @Nullable String shortened(@Nullable String text) {
        return text == null ? null : CleanText.start(text, LONGEST);
    }

    /**
     * The records that match the query, newest first.
     *
     * @param window a page of the query
     */
    public Page<Entry> page(AuditQuery query, Window window) {
        return window.page((from, back, most) -> rows(query, from, back, most), entry -> Place.of(entry.id()));
    }

    private List<Entry> rows(AuditQuery query, @Nullable Place from, boolean back, int most) {
        var wanted = filter(query);
        if (from != null)
            wanted = Filters.and(wanted, back ? Filters.gt("_id", from.id()) : Filters.lt("_id", from.id()));
        return audit.find(wanted, back ? Sorts.ascending("_id") : Sorts.descending("_id"), most).stream()
                .map(Audit::entry)
                .toList();
    }

    private static Entry entry(SealedCollection.Stored<Row> stored) {
        var row = stored.row();
        if (row == null) throw new IllegalStateException("record " + stored.id() + " of the audit cannot be read");
        return new Entry(
                row.id(),
                row.at(),
                row.actor(),
                row.action(),
                row.target(),
                row.source(),
                row.position(),
                stored.hash(),
                stored.fault());
    }

    private static Bson filter(AuditQuery query) {
        var filters = new ArrayList<Bson>();
        if (query.person() != null)
            filters.add(Filters.or(
                    Filters.eq("actor", query.person()),
                    Filters.eq("target", query.person()),
                    Filters.regex("target", "^" + Pattern.quote(query.person()) + " ")));
        if (query.action() != null) filters.add(Filters.eq("action", query.action()));
        if (query.target() != null)
            filters.add(
                    Filters.regex("target", Pattern.compile(Pattern.quote(query.target()), Pattern.CASE_INSENSITIVE)));
        // Ids begin with the time.
        if (query.from() != null) filters.add(Filters.gte("_id", time(query.from())));
        if (query.to() != null) filters.add(Filters.lt("_id", time(query.to())));
        return filters.isEmpty() ? Filters.empty() : Filters.and(filters);
    }

    /** Calls the consumer with every record that matches the query, newest first. */
    void each(AuditQuery query, Consumer<Entry> what) {
        try (var found = audit.each(filter(query), Sorts.descending("_id"))) {
            while (found.hasNext()) what.accept(entry(found.next()));
        }
    }

    /** The actions that occur in the audit. */
    public List<String> actions() {
        if (!actionsAreRead) {
            audit.documents().distinct("action", String.class).forEach(actions::add);
            actionsAreRead = true;
        }
        return List.copyOf(actions);
    }
}
