package dev.imprimatur.editing;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Updates;
import dev.imprimatur.store.Decoding;
import dev.imprimatur.store.Index;
import dev.imprimatur.store.Unique;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.bson.codecs.pojo.annotations.BsonId;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/** The drafts, one document an edition. A write replaces exactly the version it was made from. */
@Component
class WorkingCopies {
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

        WorkingCopy copy() {
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
                                    .map(it -> new Receipt(it.page(), it.upTo(), it.open()))
                                    .toList());
        }
    }

    private final MongoCollection<Row> copies;

    WorkingCopies(MongoDatabase database) {
        copies = database.getCollection("working_copies", Row.class);
        // the embedded server finds by a unique index over exactly the fields of the filter, or scans
        Index.makeUnique(copies, Indexes.ascending("_id", "version"));
    }

    Optional<WorkingCopy> find(EditionId edition) {
        return Optional.ofNullable(
                        copies.find(Filters.eq("_id", edition.toString())).first())
                .map(Row::copy);
    }

    /** Inserts the copy unless the edition has one. */
    void insert(WorkingCopy copy) {
        Unique.insert(copies, Row.of(copy));
    }

    /** Whether the version before {@code next} was still the current one. */
    boolean replace(WorkingCopy next) {
        return copies.replaceOne(
                                Filters.and(
                                        Filters.eq("_id", next.edition().toString()),
                                        Filters.eq("version", next.version() - 1)),
                                Row.of(next))
                        .getMatchedCount()
                == 1;
    }

    /**
     * Notes which revision this version was submitted as; the text and its version stay as they are.
     *
     * @return whether it was still the current version
     */
    boolean submittedAs(WorkingCopy copy, int revision) {
        return copies.updateOne(
                                Filters.and(
                                        Filters.eq("_id", copy.edition().toString()),
                                        Filters.eq("version", copy.version())),
                                Updates.set("parent", revision))
                        .getMatchedCount()
                == 1;
    }

    void forget(EditionId unborn) {
        copies.deleteOne(Filters.eq("_id", unborn.toString()));
    }

    /** Every working copy as it is stored, by id; empty for what cannot be read. */
    void each(BiConsumer<String, Optional<Row>> what) {
        Decoding.each(copies, what);
    }
}
