package dev.imprimatur.publication;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Sorts;
import dev.imprimatur.store.Index;
import dev.imprimatur.store.Unique;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.bson.codecs.pojo.annotations.BsonId;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * What readers could see, in order. The unique position is the commit point; the unique cause makes a step that is
 * retried find its own entry.
 */
@Component
class Ledger {
    private static final int BATCH = 500;
    private static final int FIRST_READ = 4;
    private static final int GROWTH = 8;

    /** Makes the next entry, still unsealed, of the last one and of the guide's own last one. */
    interface Proposal {
        LedgerEntry after(long lastPosition, String lastHash, @Nullable LedgerEntry ofGuide);
    }

    public record Row(@BsonId long position, String cause, LedgerEntry entry) {}

    private final MongoCollection<Row> ledger;
    private final Seal seal;
    /** The position of each guide's last entry, as far as the ledger has been read. */
    private final Map<String, Long> lastOfGuide = new HashMap<>();

    private @Nullable LedgerEntry last;

    Ledger(MongoDatabase database, Seal seal) {
        this.seal = seal;
        ledger = database.getCollection("ledger", Row.class);
        Index.makeUnique(ledger, Indexes.ascending("cause"));
    }

    /**
     * Appends at the next position. A lost race reads on and asks the proposal again; a known cause returns its entry. The
     * cause is looked up after reading on, so that the proposal never judges an entry of its own cause.
     *
     * @param cause what made it, such as {@code publish:EDITION:REVISION}
     */
    synchronized LedgerEntry append(String cause, String guide, Proposal proposal) {
        for (; ; ) {
            var before = last();
            var done = byCause(cause);
            if (done.isPresent()) return done.get();
            var entry = seal.seal(proposal.after(
                    before.map(LedgerEntry::position).orElse(0L),
                    before.map(LedgerEntry::hash).orElse(Seal.GENESIS),
                    lastReadOf(List.of(guide)).get(guide)));
            if (Unique.insert(ledger, new Row(entry.position(), cause, entry))) return entry;
        }
    }

    private Optional<LedgerEntry> byCause(String cause) {
        return Optional.ofNullable(ledger.find(Filters.eq("cause", cause)).first())
                .map(Row::entry);
    }

    /** The last entry there is now; reading on to it folds the ledger to each guide's last entry. */
    synchronized Optional<LedgerEntry> last() {
        List<LedgerEntry> batch;
        do {
            batch = after(last == null ? 0 : last.position(), BATCH);
            for (var entry : batch) {
                lastOfGuide.put(entry.id(), entry.position());
                last = entry;
            }
        } while (batch.size() == BATCH);
        return Optional.ofNullable(last);
    }

    /** Each of these guides' last entry, as of one reading on. */
    synchronized Map<String, LedgerEntry> lastOf(Collection<String> guides) {
        last();
        return lastReadOf(guides);
    }

    /** The guide's last entry, as of the last reading on. */
    Optional<LedgerEntry> lastOf(String guide) {
        return Optional.ofNullable(lastOf(List.of(guide)).get(guide));
    }

    private Map<String, LedgerEntry> lastReadOf(Collection<String> guides) {
        var positions =
                guides.stream().map(lastOfGuide::get).filter(Objects::nonNull).toList();
        return positions.isEmpty()
                ? Map.of()
                : at(positions).stream().collect(Collectors.toMap(LedgerEntry::id, entry -> entry));
    }

    /** The entries at these positions, in order. */
    List<LedgerEntry> at(Collection<Long> positions) {
        return ledger.find(Filters.in("_id", positions))
                .sort(Sorts.ascending("_id"))
                .map(Row::entry)
                .into(new ArrayList<>());
    }

    /**
     * Entries above the position, in order. Positions have no gaps, so they are read by naming them: a few at first, since
     * whoever has read on before finds little new, then ever more.
     */
    List<LedgerEntry> after(long position, int limit) {
        var entries = new ArrayList<LedgerEntry>();
        for (int size = FIRST_READ; entries.size() < limit; size *= GROWTH) {
            long from = position + entries.size();
            int named = Math.min(size, limit - entries.size());
            var read = at(LongStream.rangeClosed(from + 1, from + named).boxed().toList());
            entries.addAll(read);
            if (read.size() < named) break;
        }
        return entries;
    }
}
