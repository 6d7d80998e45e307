// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.drafts;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Sorts;
import dev.imprimatur.content.AssetIds;
import dev.imprimatur.content.References;
import dev.imprimatur.diff.ItemIdRows;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.history.ReferenceUses;
import dev.imprimatur.media.AssetUses;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.signing.Damage;
import dev.imprimatur.signing.Damages;
import dev.imprimatur.signing.SealedCollection;
import dev.imprimatur.signing.SealedCollection.Stored;
import dev.imprimatur.signing.Seals;
import dev.imprimatur.store.Index;
import dev.imprimatur.store.UnitOfWork;
import dev.imprimatur.store.Uses;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.bson.codecs.pojo.annotations.BsonId;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;
import tools.jackson.databind.JsonNode;

/** The drafts, one document per edition. A write replaces exactly the version it is based on, and seals it with its contributors. */
@Component
public class WorkingCopies {
    public record Row(
            @BsonId String id,
            long version,
            JsonNode content,
            @Nullable JsonNode items,
            List<String> contributors,
            @Nullable Integer parent,
            String updatedBy,
            Instant updatedAt,
            @Nullable List<Received> receipts) {
        public record Received(String page, long upTo, List<Long> open) {}

        static Row of(WorkingCopy c) {
            return new Row(
                    c.edition().toString(),
                    c.version(),
                    c.content(),
                    ItemIdRows.written(c.items()),
                    c.contributors(),
                    c.parent(),
                    c.updatedBy(),
                    c.updatedAt(),
                    c.receipts().stream()
                            .map(it -> new Received(it.page(), it.upTo(), it.open()))
                            .toList());
        }

        public WorkingCopy copy(boolean altered) {
            return new WorkingCopy(
                    EditionId.parse(id),
                    version,
                    content,
                    ItemIdRows.read(items).orNumbered(content),
                    contributors,
                    parent,
                    updatedBy,
                    updatedAt,
                    receipts == null
                            ? List.of()
                            : receipts.stream()
                                    .map(it -> new EditReceipt(it.page(), it.upTo(), it.open()))
                                    .toList(),
                    altered);
        }
    }

    /** How long a client waits before it asks again for what somebody has to look into. */
    static final Duration LOOKED_INTO = Duration.ofMinutes(1);

    /** What a copy takes in memory beside its texts, and what each of its values and fields takes. */
    private static final int BYTES_OF_COPY = 1_000;

    private static final int BYTES_OF_VALUE = 100;

    /** The key of a copy that a unit of work has read or written. */
    private record Kept(EditionId edition) {}

    private final SealedCollection<Row> copies;
    private final Damages damages;
    private final DraftVersions versions;
    private final AssetUses uses;
    private final ReferenceUses references;
    private final Cache<EditionId, WorkingCopy> written;

    /** @param kept {@code imprimatur.drafts.kept}: the memory for the copies that this node wrote last */
    WorkingCopies(
            MongoDatabase database,
            Seals seals,
            Damages damages,
            DraftVersions versions,
            AssetUses uses,
            ReferenceUses references,
            @Value("${imprimatur.drafts.kept:16MB}") DataSize kept) {
        this.written = Caffeine.newBuilder()
                .maximumWeight(kept.toBytes())
                .weigher((EditionId edition, WorkingCopy copy) -> BYTES_OF_COPY + bytes(copy.content()))
                .build();
        this.copies = new SealedCollection<>(database, "working_copies", Row.class, seals);
        this.damages = damages;
        this.versions = versions;
        this.uses = uses;
        this.references = references;
        // The embedded server uses an index only if the index is unique and has exactly the fields of the filter;
        // otherwise it scans.
        Index.makeUnique(copies.documents(), Indexes.ascending("_id", "version"));
    }

    /** About the memory that a value takes. */
    private static int bytes(JsonNode value) {
        int bytes = BYTES_OF_VALUE + (value.isString() ? value.stringValue().length() : 0);
        for (var part : value.values()) bytes += bytes(part);
        return bytes;
    }

    /** The copy as it is stored. A unit of work reads it once, until a write shows that it has changed. */
    public Optional<WorkingCopy> find(EditionId edition) {
        return UnitOfWork.once(
                new Kept(edition), () -> copies.find(edition.toString()).map(this::copy));
    }

    /**
     * The copy that this node wrote last, or the stored one. It may be outdated. A replacement of an outdated copy fails, so a caller that
     * replaces nothing has to {@linkplain #find read} the copy.
     */
    public Optional<WorkingCopy> latestKnown(EditionId edition) {
        return known(edition).or(() -> find(edition));
    }

    /** The copy that this node wrote last, if it is remembered. It may be outdated. */
    public Optional<WorkingCopy> known(EditionId edition) {
        return Optional.ofNullable(written.getIfPresent(edition));
    }

    /** Whether this is the copy that this node wrote last, so that nobody has compared it with the stored one. */
    boolean isOnlyKnown(WorkingCopy copy) {
        return copy.equals(written.getIfPresent(copy.edition()));
    }

    private WorkingCopy copy(Stored<Row> stored) {
        boolean altered = !isRight(stored);
        var row = stored.row();
        if (row == null) throw altered().raise();
        if (altered) written.invalidate(EditionId.parse(row.id()));
        return row.copy(altered);
    }

    private boolean isRight(Stored<Row> stored) {
        if (stored.fault() == null) damages.right(Damage.Kind.WORKING_COPY, stored.id());
        else damages.found(damage(stored));
        return stored.fault() == null;
    }

    private static Damage damage(Stored<Row> stored) {
        // A document that somebody inserted by hand may have any id.
        if (!stored.id().matches("[^.]+[.][1-9][0-9]{0,8}"))
            return new Damage(
                    Damage.Kind.WORKING_COPY,
                    stored.id(),
                    null,
                    "The drafts hold “%s”, which is none.".formatted(stored.id()));
        var id = EditionId.parse(stored.id());
        return new Damage(
                Damage.Kind.WORKING_COPY,
                stored.id(),
                id.guide(),
                "The draft of edition %d of guide %s %s.".formatted(id.number(), id.guide(), stored.fault()));
    }

    /** The refusal for building on an altered draft without taking it over first. */
    public static Refusal altered() {
        return Refusal.unavailable(
                "content-damaged",
                "what is stored of this draft is not what was saved last: somebody changed it in the database. Read it, and take it over by"
                        + " saving it with its ETag, or restore a revision in its place; until then nothing is built on it",
                LOOKED_INTO);
    }

    /** Inserts the copy unless the edition has one. */
    public void insert(WorkingCopy copy) {
        recordUses(copy);
        if (copies.insert(Row.of(copy))) wrote(copy);
        else lost(copy);
    }

    /**
     * Replaces a copy by its next version. If the copy is the last one of its stretch of time, it is kept in {@link DraftVersions}. Returns
     * false if the stored copy is another one.
     *
     * @param before the {@linkplain #latestKnown latest known} copy
     */
    public boolean replace(WorkingCopy before, WorkingCopy next) {
        recordUses(next);
        versions.keepIfLast(before, next);
        return replaced(next, isOnlyKnown(before) ? copies.is(Row.of(before)) : version(before, before.version()));
    }

    /** Inserts the copies of editions that have none. */
    public void insertAll(List<WorkingCopy> all) {
        all.forEach(this::recordUses);
        copies.insertAll(all.parallelStream()
                .map(copy -> copies.seal(Row.of(copy), null, copy.edition().toString()))
                .toList());
    }

    private void recordUses(WorkingCopy copy) {
        String guide = copy.edition().guide();
        uses.record(AssetIds.in(copy.content()), guide, Uses.DRAFT);
        references.record(References.mentioned(copy.content()), guide, Uses.DRAFT);
    }

    /** The working copies of these editions. */
    public List<WorkingCopy> find(Collection<EditionId> editions) {
        return copies.find(editions.stream().map(EditionId::toString).toList()).values().stream()
                .map(this::copy)
                .toList();
    }

    /** Records which revision each version was submitted as. Returns false if one of the versions is no longer the current one. */
    public boolean submittedAs(List<WorkingCopy> versions, Map<EditionId, Integer> revisions) {
        versions.forEach(this::lost);
        return copies.replaceAll(
                versions,
                copy -> version(copy, copy.version()),
                copy -> Row.of(copy.submittedAs(Objects.requireNonNull(revisions.get(copy.edition())))));
    }

    /**
     * Records which revision this version was submitted as. The content and the version number stay the same.
     *
     * @return false if the version is no longer the current one
     */
    public boolean submittedAs(WorkingCopy copy, int revision) {
        return replaced(copy.submittedAs(revision), version(copy, copy.version()));
    }

    private boolean replaced(WorkingCopy next, Bson filter) {
        boolean done = copies.replace(filter, Row.of(next));
        if (done) wrote(next);
        else lost(next);
        return done;
    }

    private void wrote(WorkingCopy copy) {
        damages.right(Damage.Kind.WORKING_COPY, copy.edition().toString());
        written.put(copy.edition(), copy);
        UnitOfWork.keep(new Kept(copy.edition()), Optional.of(copy));
    }

    /** Forgets the copy of this edition, because somebody else has changed the stored one. */
    private void lost(WorkingCopy copy) {
        written.invalidate(copy.edition());
        UnitOfWork.forget(new Kept(copy.edition()));
    }

    private static Bson version(WorkingCopy copy, long version) {
        return Filters.and(Filters.eq("_id", copy.edition().toString()), Filters.eq("version", version));
    }

    public void forget(EditionId unborn) {
        copies.documents().deleteOne(Filters.eq("_id", unborn.toString()));
        written.invalidate(unborn);
        UnitOfWork.forget(new Kept(unborn));
    }

    /** Verifies all stored working copies and reports the damaged ones. */
    public void verify(Consumer<Damage> wrong) {
        try (var all = copies.each(Filters.empty(), Sorts.ascending("_id"))) {
            all.forEachRemaining(stored -> {
                if (!isRight(stored)) wrong.accept(damage(stored));
            });
        }
    }

    /** Visits all stored working copies by id; the row is empty if the document cannot be read. */
    public void each(BiConsumer<String, Optional<Row>> what) {
        copies.each(what);
    }
}
