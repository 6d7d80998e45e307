// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.drafts;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Sorts;
import dev.imprimatur.diff.ItemIdRows;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.signing.SealedCollection;
import dev.imprimatur.signing.SealedCollection.Stored;
import dev.imprimatur.signing.Seals;
import dev.imprimatur.store.Failures;
import dev.imprimatur.store.Index;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.bson.codecs.pojo.annotations.BsonId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/**
 * Earlier versions of drafts: the last one of every few minutes of writing, and each one that something else was put in place of. They are
 * kept for some weeks, and are evidence of nothing.
 */
@Component
public class DraftVersions {
    private static final Logger log = LoggerFactory.getLogger(DraftVersions.class);
    /** How many versions of a guide are listed. */
    private static final int MOST_LISTED = 200;

    public record Row(
            @BsonId String id,
            String guide,
            int edition,
            long version,
            JsonNode content,
            @Nullable JsonNode items,
            List<String> contributors,
            @Nullable Integer parent,
            String updatedBy,
            Instant updatedAt,
            Instant keptAt) {
        static Row of(WorkingCopy c, Instant now) {
            return new Row(
                    named(c.edition(), c.version()),
                    c.edition().guide(),
                    c.edition().number(),
                    c.version(),
                    c.content(),
                    ItemIdRows.written(c.items()),
                    c.contributors(),
                    c.parent(),
                    c.updatedBy(),
                    c.updatedAt(),
                    now);
        }

        WorkingCopy copy(boolean altered) {
            return new WorkingCopy(
                    new EditionId(guide, edition),
                    version,
                    content,
                    ItemIdRows.read(items).orNumbered(content),
                    contributors,
                    parent,
                    updatedBy,
                    updatedAt,
                    List.of(),
                    altered);
        }
    }

    private final SealedCollection<Row> versions;
    private final Duration every;
    private final Duration kept;
    private final Clock clock;

    /**
     * @param every {@code imprimatur.drafts.version-every}: of each such stretch of time, the last version is kept; zero keeps every version
     * @param kept {@code imprimatur.drafts.versions-kept}: how long a version is kept after it was replaced
     */
    DraftVersions(
            MongoDatabase database,
            Seals seals,
            Clock clock,
            @Value("${imprimatur.drafts.version-every:5m}") Duration every,
            @Value("${imprimatur.drafts.versions-kept:30d}") Duration kept) {
        if (every.isNegative()) throw new IllegalArgumentException("imprimatur.drafts.version-every is not negative");
        if (kept.isNegative()) throw new IllegalArgumentException("imprimatur.drafts.versions-kept is not negative");
        versions = new SealedCollection<>(database, "draft_versions", Row.class, seals);
        this.every = every;
        this.kept = kept;
        this.clock = clock;
        Index.make(versions.documents(), Indexes.ascending("guide", "updatedAt"));
        Index.make(versions.documents(), Indexes.ascending("keptAt"));
    }

    private static String named(EditionId edition, long version) {
        return edition + "." + version;
    }

    /** Keeps the version if it is the last one of its stretch of time. It is kept before it is replaced, so that a crash loses nothing. */
    void keepIfLast(WorkingCopy version, WorkingCopy next) {
        if (stretch(version.updatedAt()) != stretch(next.updatedAt()) || every.isZero()) keep(version);
    }

    private long stretch(Instant at) {
        return every.isZero() ? 0 : Math.floorDiv(at.toEpochMilli(), Math.max(1, every.toMillis()));
    }

    /** Keeps the version. A version that is kept already, or whose authors nobody knows, changes nothing. */
    public void keep(WorkingCopy version) {
        if (!version.altered() && !kept.isZero()) versions.insert(Row.of(version, clock.instant()));
    }

    /** The versions that are kept of the guide's drafts, the newest first, at most 200. */
    public List<WorkingCopy> of(String guide) {
        return versions.find(Filters.eq("guide", guide), Sorts.descending("updatedAt", "version"), MOST_LISTED).stream()
                .map(DraftVersions::copy)
                .flatMap(Optional::stream)
                .toList();
    }

    public Optional<WorkingCopy> find(EditionId edition, long version) {
        return versions.find(named(edition, version)).flatMap(DraftVersions::copy);
    }

    /** A document that somebody put into the store by hand may have the id of one version and the content of another. */
    private static Optional<WorkingCopy> copy(Stored<Row> stored) {
        return Optional.ofNullable(stored.row())
                .map(row -> row.copy(stored.fault() != null
                        || !Objects.equals(
                                stored.id(), named(new EditionId(row.guide(), row.edition()), row.version()))));
    }

    /** Deletes the versions that were replaced so long ago that they are not kept any more. */
    @Scheduled(initialDelayString = "1m", fixedDelayString = "1h")
    void clean() {
        try {
            versions.documents().deleteMany(Filters.lt("keptAt", clock.instant().minus(kept)));
        } catch (RuntimeException failed) {
            if (!Failures.isOutage(failed)) throw failed;
            log.debug("old versions of drafts are deleted later: {}", failed.toString());
        }
    }
}
