// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import static java.util.Objects.requireNonNull;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.store.UniqueInsert;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.bson.codecs.pojo.annotations.BsonId;
import org.springframework.stereotype.Component;

/**
 * The identity of the ledger: an opaque name that is stored beside the entries. A position has a meaning only together with the lineage,
 * because every ledger counts from 1. The lineage changes when an administrator decides that a ledger continues without its lost end.
 */
@Component
public class Lineage {
    private static final int ONLY = 1;

    public record Row(@BsonId int place, String lineage) {}

    /**
     * An administrator's decision that the ledger continues without its lost entries. Inserting the decision is the commit point. The
     * decision is carried out once the ledger has the next lineage.
     *
     * @param lineage the lineage that ends
     * @param next the lineage that begins
     * @param end the last position up to which the ledger and the edition logs agree; a log entry from before the decision that names a
     *     later position belongs to a lost ledger entry
     * @param at when the administrator decided
     * @param by the username of the administrator
     * @param message why, in their words
     * @param others lineages that the marks outside the store named at that time and that the store does not know: they come from an
     *     earlier decision that the store has lost
     */
    public record Decision(
            @BsonId String lineage,
            String next,
            long end,
            Instant at,
            String by,
            String message,
            List<String> others) {}

    private record State(String id, List<Decision> decisions) {}

    private final MongoCollection<Row> rows;
    private final MongoCollection<Decision> decisions;
    /** The state of the store when this node last read it. */
    private volatile State state;

    /** Names the ledger if it has no name yet. If two nodes start at once, one of them names the ledger and both read that name. */
    Lineage(MongoDatabase database) {
        rows = database.getCollection("ledger_lineage", Row.class);
        decisions = database.getCollection("ledger_decisions", Decision.class);
        if (rows.find().first() == null)
            UniqueInsert.insert(rows, new Row(ONLY, UUID.randomUUID().toString()));
        state = read();
    }

    /** Reads the state of the store. One thread reads at a time: a state that was read earlier must not replace one that was read later. */
    private synchronized State reread() {
        var read = read();
        state = read;
        return read;
    }

    /** Reads the lineage first: then the decision that led to it is among those that are read. */
    private State read() {
        var row = requireNonNull(rows.find().first(), "the store has lost the ledger's lineage");
        var all = decisions.find().into(new ArrayList<>());
        all.sort(Comparator.comparing(Decision::at));
        return new State(row.lineage(), List.copyOf(all));
    }

    /** The current lineage. It stays the same until an administrator decides that the ledger continues without its lost end. */
    public String id() {
        return state.id();
    }

    /** The first lineage of the ledger, which no decision changes. */
    public String first() {
        var current = state;
        return current.decisions().isEmpty()
                ? current.id()
                : current.decisions().getFirst().lineage();
    }

    /** The administrators' decisions, oldest first. The last decision may not be carried out yet. */
    public List<Decision> decisions() {
        return state.decisions();
    }

    /** Whether this ledger had that lineage before, or replaced a ledger that had it. */
    boolean isFormer(String lineage) {
        var current = state;
        return !lineage.equals(current.id())
                && current.decisions().stream()
                        .filter(it -> !it.lineage().equals(current.id()))
                        .anyMatch(it ->
                                it.lineage().equals(lineage) || it.others().contains(lineage));
    }

    /** Whether this log entry names the position of a lost ledger entry. */
    boolean isLost(LogEntry logged) {
        var position = logged.position();
        return position != null
                && decisions().stream()
                        .anyMatch(it -> position > it.end() && logged.at().isBefore(it.at()));
    }

    /** Returns the decision that is not carried out yet, if there is one. */
    Optional<Decision> pending() {
        var current = state;
        return current.decisions().stream()
                .filter(it -> it.lineage().equals(current.id()))
                .findFirst();
    }

    /** Reads the lineage and the decisions again, since other nodes may have changed them. Returns whether the lineage has changed. */
    synchronized boolean refresh() {
        String before = state.id();
        return !reread().id().equals(before);
    }

    /**
     * Records a decision about the current lineage and returns the pending decision. If two are recorded at once, the first one counts.
     * Returns empty if another node has already carried out the decision.
     */
    Optional<Decision> decide(long end, Instant at, String by, String message, List<String> others) {
        UniqueInsert.insert(decisions, new Decision(id(), UUID.randomUUID().toString(), end, at, by, message, others));
        reread();
        return pending();
    }

    /** Gives the ledger the next lineage, which completes the decision. */
    void carriedOut(Decision decision) {
        rows.updateOne(
                Filters.and(Filters.eq("_id", ONLY), Filters.eq("lineage", decision.lineage())),
                Updates.set("lineage", decision.next()));
        reread();
    }
}
