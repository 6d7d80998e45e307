// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.editing;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Sorts;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.signing.SealedCollection;
import dev.imprimatur.signing.SealedCollection.Stored;
import dev.imprimatur.signing.Seals;
import dev.imprimatur.store.Index;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.bson.codecs.pojo.annotations.BsonId;
import org.springframework.stereotype.Component;

/** Stores the sets of translations. A unique index keeps each guide in at most one set. */
@Component
public class TranslationSets {
    public record Row(
            @BsonId String id, String source, List<TranslationSet.Member> members, List<String> left, boolean settled) {
        static Row of(TranslationSet set) {
            return new Row(set.id(), set.source(), set.members(), set.left(), set.settled());
        }

        TranslationSet set() {
            return new TranslationSet(id, source, members, left, settled);
        }
    }

    private static final String GUIDE = "members.guide";
    private static final int MOST_FOUND = 10_000;
    private static final Duration LOOKED_INTO = Duration.ofMinutes(1);

    private final SealedCollection<Row> sets;

    TranslationSets(MongoDatabase database, Seals seals) {
        sets = new SealedCollection<>(database, "translation_sets", Row.class, seals);
        Index.makeUnique(sets.documents(), Indexes.ascending(GUIDE));
        Index.make(sets.documents(), Indexes.ascending("settled"));
    }

    /** The set that the guide belongs to; empty if it stands alone. */
    public Optional<TranslationSet> of(String guide) {
        return stored(guide).map(TranslationSets::sound);
    }

    /** The sets with these guides, by each of their guides. */
    public Map<String, TranslationSet> of(Collection<String> guides) {
        if (guides.isEmpty()) return Map.of();
        var found = new HashMap<String, TranslationSet>();
        for (var stored : sets.find(Filters.in(GUIDE, guides), Sorts.ascending("_id"), guides.size()))
            for (var member : sound(stored).members()) found.put(member.guide(), sound(stored));
        return found;
    }

    /** Sets whose change a crash may have interrupted. */
    public List<TranslationSet> unsettled() {
        return sets.find(Filters.eq("settled", false), Sorts.ascending("_id"), MOST_FOUND).stream()
                .flatMap(stored -> stored.intact().stream())
                .map(Row::set)
                .toList();
    }

    /** Visits all stored sets by id; the set is empty if it was changed in the database. */
    void each(BiConsumer<String, Optional<TranslationSet>> visitor) {
        try (var all = sets.each(Filters.empty(), Sorts.ascending("_id"))) {
            all.forEachRemaining(
                    stored -> visitor.accept(stored.id(), stored.intact().map(Row::set)));
        }
    }

    private Optional<Stored<Row>> stored(String guide) {
        return sets.find(Filters.eq(GUIDE, guide), Sorts.ascending("_id"), 1).stream()
                .findFirst();
    }

    private static TranslationSet sound(Stored<Row> stored) {
        return stored.intact()
                .map(Row::set)
                .orElseThrow(() -> Refusal.unavailable(
                                "translations-damaged",
                                "the stored set of translations " + stored.id()
                                        + " was changed in the database, so nothing is built on it until it is restored",
                                LOOKED_INTO)
                        .raise());
    }

    /** Begins a set. Returns false if one of its guides is in a set already. */
    boolean insert(TranslationSet set) {
        return sets.insert(Row.of(set));
    }

    /**
     * Changes the set that the guide belongs to. If somebody else changes it meanwhile, the change is made anew.
     *
     * @return the set afterwards; empty if the guide stands alone
     */
    Optional<TranslationSet> change(String guide, UnaryOperator<TranslationSet> change) {
        for (; ; ) {
            var stored = stored(guide);
            if (stored.isEmpty()) return Optional.empty();
            var before = sound(stored.get());
            var after = change.apply(before);
            if (after.equals(before)) return Optional.of(before);
            if (sets.replace(stored.get(), Row.of(after)).isPresent()) return Optional.of(after);
        }
    }

    /** Notes that the cards and the ledger have what the set says, unless it has changed since. A set of one guide ends. */
    public void settle(TranslationSet set) {
        var stored = sets.find(set.id()).orElse(null);
        if (stored == null || !stored.intact().equals(Optional.of(Row.of(set)))) return;
        if (set.members().size() > 1) sets.replace(stored, Row.of(set.asSettled()));
        else sets.take(Filters.and(Filters.eq("_id", set.id()), Filters.eq("hash", stored.hash())));
    }
}
