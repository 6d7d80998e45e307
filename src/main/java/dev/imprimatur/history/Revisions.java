// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.history;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Sorts;
import dev.imprimatur.content.AssetIds;
import dev.imprimatur.content.ContentHash;
import dev.imprimatur.content.References;
import dev.imprimatur.diff.ItemIdRows;
import dev.imprimatur.media.AssetUses;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.signing.Damage;
import dev.imprimatur.signing.Damages;
import dev.imprimatur.signing.SealedCollection;
import dev.imprimatur.signing.SealedCollection.Stored;
import dev.imprimatur.signing.Seals;
import dev.imprimatur.store.NumberedIds;
import dev.imprimatur.store.UnitOfWork;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bson.codecs.pojo.annotations.BsonId;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/** Stores all submitted revisions. Each is inserted once, sealed, and never changed. */
@Component
public class Revisions {
    public record Row(
            @BsonId String id,
            int edition,
            String contentHash,
            JsonNode content,
            @Nullable JsonNode items,
            List<String> contributors,
            @Nullable Integer parent,
            String submittedBy,
            Instant at) {
        public static Row of(Revision r) {
            return new Row(
                    NumberedIds.id(r.guide(), r.number()),
                    r.edition(),
                    r.hash().value(),
                    r.content(),
                    ItemIdRows.written(r.items()),
                    r.contributors(),
                    r.parent(),
                    r.submittedBy(),
                    r.at());
        }

        public Revision revision() {
            return new Revision(
                    NumberedIds.owner(id),
                    NumberedIds.number(id),
                    edition,
                    new ContentHash(contentHash),
                    content,
                    ItemIdRows.read(items),
                    contributors,
                    parent,
                    submittedBy,
                    at);
        }
    }

    private static final Duration LOOKED_INTO = Duration.ofMinutes(1);

    private final SealedCollection<Row> revisions;
    private final Damages damages;
    private final AssetUses uses;
    private final ReferenceUses references;

    Revisions(MongoDatabase database, Seals seals, Damages damages, AssetUses uses, ReferenceUses references) {
        this.references = references;
        this.uses = uses;
        this.revisions = new SealedCollection<>(database, "revisions", Row.class, seals);
        this.damages = damages;
    }

    /** The revision; empty if it does not exist. Throws a refusal if the stored revision was altered. */
    public Optional<Revision> find(String guide, int number) {
        return stored(guide, number).map(this::right);
    }

    /** The key of a revision that a unit of work has read or inserted. */
    private record Kept(String id) {}

    /** The stored revision. A unit of work reads an intact one once, because a revision never changes. */
    private Optional<Stored<Row>> stored(String guide, int number) {
        var id = new Kept(NumberedIds.id(guide, number));
        Optional<Stored<Row>> stored = UnitOfWork.once(id, () -> revisions.find(id.id()));
        if (stored.filter(it -> it.fault() == null).isEmpty()) UnitOfWork.forget(id);
        return stored;
    }

    /** The revision. Throws a refusal if it does not exist or was altered. */
    public Revision require(String guide, int number) {
        return find(guide, number)
                .orElseThrow(() -> Refusal.missing("there is no revision " + number + " of this guide")
                        .raise());
    }

    /** The stored revisions with these numbers, by guide. Throws a refusal if one of them was altered. */
    public Map<String, Revision> find(Map<String, Integer> numbers) {
        return stored(numbers).map(this::right).collect(Collectors.toMap(Revision::guide, Function.identity()));
    }

    /** The stored revisions with these numbers, by guide; without those that were altered. */
    public Map<String, Revision> intact(Map<String, Integer> numbers) {
        return numbers.isEmpty()
                ? Map.of()
                : stored(numbers)
                        .filter(this::isRight)
                        .map(this::right)
                        .collect(Collectors.toMap(Revision::guide, Function.identity()));
    }

    /** A single revision may be known to the unit of work; many are read in one query. */
    private Stream<Stored<Row>> stored(Map<String, Integer> numbers) {
        return numbers.size() == 1
                ? numbers.entrySet().stream().flatMap(it -> stored(it.getKey(), it.getValue()).stream())
                : revisions
                        .find(numbers.entrySet().stream()
                                .map(it -> NumberedIds.id(it.getKey(), it.getValue()))
                                .toList())
                        .values()
                        .stream();
    }

    /** Whether the revision is stored, intact or not. */
    public boolean exists(String guide, int number) {
        return revisions.exists(NumberedIds.id(guide, number));
    }

    /** The revision if it exists and is intact; otherwise empty. */
    public Optional<Revision> findIntact(String guide, int number) {
        return stored(guide, number).filter(this::isRight).map(this::right);
    }

    /** The number of a guide's last revision (0 if there is none), and that revision if it is intact. */
    public record Last(int number, Optional<Revision> revision) {}

    public Last last(String guide) {
        return last(revisions.numbered(guide, 1));
    }

    /** The last revision of each of these guides. */
    public Map<String, Last> last(Collection<String> guides) {
        var last = new HashMap<String, Last>();
        revisions
                .numbered(guides.stream().collect(Collectors.toMap(Function.identity(), guide -> 0)), 1)
                .forEach((guide, stored) -> last.put(guide, last(stored)));
        return last;
    }

    private Last last(List<Stored<Row>> stored) {
        return stored.isEmpty()
                ? new Last(0, Optional.empty())
                : new Last(
                        NumberedIds.number(stored.getLast().id()),
                        Optional.of(stored.getLast()).filter(this::isRight).map(this::right));
    }

    /** All revisions of a guide, the newest first. Throws a refusal if one of them was altered. */
    public List<Revision> of(String guide) {
        return revisions.numbered(guide, 1).reversed().stream().map(this::right).toList();
    }

    /** The intact revisions of a guide, the oldest first. */
    public List<Revision> intact(String guide) {
        return revisions.numbered(guide, 1).stream()
                .filter(this::isRight)
                .map(this::right)
                .toList();
    }

    private Revision right(Stored<Row> stored) {
        if (!isRight(stored)) throw damaged(stored).raise();
        return stored.intact().orElseThrow().revision();
    }

    private boolean isRight(Stored<Row> stored) {
        if (stored.fault() == null) damages.right(Damage.Kind.REVISION, stored.id());
        else damages.found(damage(stored));
        return stored.fault() == null;
    }

    private static Damage damage(Stored<Row> stored) {
        // A document that somebody inserted by hand may have any id.
        if (!stored.id().matches(".+#[0-9]{6,9}"))
            return new Damage(
                    Damage.Kind.REVISION,
                    stored.id(),
                    null,
                    "The revisions hold “%s”, which is none.".formatted(stored.id()));
        String guide = NumberedIds.owner(stored.id());
        return new Damage(
                Damage.Kind.REVISION,
                stored.id(),
                guide,
                "Revision %d of guide %s %s.".formatted(NumberedIds.number(stored.id()), guide, stored.fault()));
    }

    private static Refusal damaged(Stored<Row> stored) {
        return Refusal.unavailable(
                "content-damaged",
                "what is stored of revision " + NumberedIds.number(stored.id())
                        + " is not what was submitted, so it is not shown, decided on or published until it is repaired; administrators"
                        + " see what is wrong",
                LOOKED_INTO);
    }

    /** Inserts a revision. Returns false if its number is taken. */
    public boolean insert(Revision revision) {
        recordUses(revision);
        return revisions.insert(Row.of(revision));
    }

    /** Inserts the revisions. Returns the guides of those whose number is taken. */
    public Set<String> insertAll(List<Revision> all) {
        all.forEach(this::recordUses);
        return revisions.insertAll(all.parallelStream()
                .map(revision -> revisions.seal(Row.of(revision), null, revision.guide()))
                .toList());
    }

    private void recordUses(Revision revision) {
        uses.record(AssetIds.in(revision.content()), revision.guide(), revision.number());
        references.record(References.mentioned(revision.content()), revision.guide(), revision.number());
    }

    /** Verifies all stored revisions and reports the damaged ones. */
    public void verify(Consumer<Damage> wrong) {
        try (var all = revisions.each(Filters.empty(), Sorts.ascending("_id"))) {
            all.forEachRemaining(stored -> {
                if (!isRight(stored)) wrong.accept(damage(stored));
            });
        }
    }

    /** Visits all stored revisions by id; the row is empty if the document cannot be read. */
    public void each(BiConsumer<String, Optional<Row>> what) {
        revisions.each(what);
    }
}
