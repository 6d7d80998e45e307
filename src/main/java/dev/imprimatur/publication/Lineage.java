// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import static java.util.Objects.requireNonNull;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.store.Unique;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.bson.codecs.pojo.annotations.BsonId;
import org.springframework.stereotype.Component;

/**
 * Which ledger this is: an opaque name that is stored beside it. A position means something only together with it, since another ledger
 * counts from 1 as well. It changes when an administrator decides that a ledger that has lost its end goes on without it.
 */
@Component
public class Lineage {
    private static final int ONLY = 1;

    public record Row(@BsonId int place, String lineage) {}

    /**
     * That a ledger goes on without what it has lost. Inserting it is the commit point; it is carried out once the ledger has the next
     * lineage.
     *
     * @param lineage the one that ends
     * @param next the one that begins
     * @param end the last position of which ledger and edition logs told the same; what was noted elsewhere of later ones is of entries
     *     that are lost, or is noted anew
     * @param at when it was decided
     * @param by the username of the administrator
     * @param message why, in their words
     * @param others lineages that what is kept outside the store remembered then: of what followed on an earlier decision that the store
     *     does not know
     */
    public record Decision(
            @BsonId String lineage,
            String next,
            long end,
            Instant at,
            String by,
            String message,
            List<String> others) {}

    private record Known(String id, List<Decision> decisions) {}

    private final MongoCollection<Row> rows;
    private final MongoCollection<Decision> decisions;
    private volatile Known known;

    /** Names the ledger if no node has yet; of two nodes that start at once, one names it and both read that. */
    Lineage(MongoDatabase database) {
        rows = database.getCollection("ledger_lineage", Row.class);
        decisions = database.getCollection("ledger_decisions", Decision.class);
        if (rows.find().first() == null)
            Unique.insert(rows, new Row(ONLY, UUID.randomUUID().toString()));
        known = read();
    }

    private Known read() {
        var all = decisions.find().into(new ArrayList<>());
        all.sort(Comparator.comparing(Decision::at));
        return new Known(
                requireNonNull(rows.find().first(), "the store has lost the ledger's lineage")
                        .lineage(),
                List.copyOf(all));
    }

    /** The same for as long as nobody decides that the ledger goes on without a part of it. */
    public String id() {
        return known.id();
    }

    /** The first name that the ledger had, which no decision changes. */
    public String first() {
        var now = known;
        return now.decisions().isEmpty() ? now.id() : now.decisions().getFirst().lineage();
    }

    /** What administrators decided, the first decision first; the last one may not be carried out yet. */
    public List<Decision> decisions() {
        return known.decisions();
    }

    /** Whether the ledger had that lineage once, or goes on in place of one that had it. */
    boolean isFormer(String lineage) {
        var now = known;
        return !lineage.equals(now.id())
                && now.decisions().stream()
                        .filter(it -> !it.lineage().equals(now.id()))
                        .anyMatch(it ->
                                it.lineage().equals(lineage) || it.others().contains(lineage));
    }

    /** Whether the position that an entry of a log names is of a ledger entry that is lost. */
    boolean isLost(LogEntry noted) {
        var position = noted.position();
        return position != null
                && decisions().stream()
                        .anyMatch(it -> position > it.end() && noted.at().isBefore(it.at()));
    }

    /** The decision that is not carried out yet. */
    Optional<Decision> pending() {
        var now = known;
        return now.decisions().stream()
                .filter(it -> it.lineage().equals(now.id()))
                .findFirst();
    }

    /** Looks at what other nodes did; whether the lineage is another one now. */
    boolean refresh() {
        var before = known;
        known = read();
        return !before.id().equals(known.id());
    }

    /** Records the decision about the present lineage; of two, the first one counts. Empty if another node has carried that out already. */
    Optional<Decision> decide(long end, Instant now, String by, String message, List<String> others) {
        Unique.insert(decisions, new Decision(id(), UUID.randomUUID().toString(), end, now, by, message, others));
        known = read();
        return pending();
    }

    void carriedOut(Decision decision) {
        rows.updateOne(
                Filters.and(Filters.eq("_id", ONLY), Filters.eq("lineage", decision.lineage())),
                Updates.set("lineage", decision.next()));
        known = read();
    }
}
