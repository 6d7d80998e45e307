// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.drafts;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Sorts;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.signing.SealedCollection;
import dev.imprimatur.signing.SealedCollection.Stored;
import dev.imprimatur.signing.Seals;
import dev.imprimatur.store.Failures;
import dev.imprimatur.store.Index;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.bson.codecs.pojo.annotations.BsonId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Earlier versions of drafts: the last one of every few minutes of writing, and each one that something else was put in place of. They are
 * kept for some weeks, and are evidence of nothing.
 */
@Component
public class DraftVersions {
    private static final Logger log = LoggerFactory.getLogger(DraftVersions.class);
    /** How many versions of a guide are listed. */
    private static final int MOST_LISTED = 200;

    /**
     * @param guide the guide of the draft, by which its versions are found
     * @param keptAt when the version was replaced
     */
    public record Row(@BsonId String id, String guide, Instant keptAt, WorkingCopies.Row copy) {}

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
        if (every.isNegative() || !every.isZero() && every.toMillis() == 0)
            throw new IllegalArgumentException("imprimatur.drafts.version-every must be 0 or at least a millisecond");
        if (kept.isNegative())
            throw new IllegalArgumentException("imprimatur.drafts.versions-kept must not be negative");
        versions = new SealedCollection<>(database, "draft_versions", Row.class, seals);
        this.every = every;
        this.kept = kept;
        this.clock = clock;
        Index.make(versions.documents(), Indexes.ascending("guide", "copy.updatedAt"));
        Index.make(versions.documents(), Indexes.ascending("keptAt"));
    }

    /** The refusal to restore a version that somebody changed in the database. */
    public static Refusal altered() {
        return Refusal.unavailable(
                "content-damaged",
                "what is stored of this version is not what was saved: somebody changed it in the database, so it is not put into the draft",
                WorkingCopies.LOOKED_INTO);
    }

    private static String id(EditionId edition, long version) {
        return edition + "." + version;
    }

    /** Keeps the version if it is the last one of its stretch of time. It is kept before it is replaced, so that a crash loses nothing. */
    void keepIfLast(WorkingCopy version, WorkingCopy next) {
        if (every.isZero() || stretch(version.updatedAt()) != stretch(next.updatedAt())) keep(version);
    }

    private long stretch(Instant at) {
        return Math.floorDiv(at.toEpochMilli(), every.toMillis());
    }

    /** Keeps the version. A version that is kept already, or whose authors nobody knows, changes nothing. */
    public void keep(WorkingCopy version) {
        if (version.altered() || kept.isZero()) return;
        versions.insert(new Row(
                id(version.edition(), version.version()),
                version.edition().guide(),
                clock.instant(),
                WorkingCopies.Row.of(version)));
    }

    /** The versions that are kept of the guide's drafts, the newest first, at most 200. */
    public List<WorkingCopy> of(String guide) {
        return versions
                .find(Filters.eq("guide", guide), Sorts.descending("copy.updatedAt", "copy.version"), MOST_LISTED)
                .stream()
                .map(DraftVersions::copy)
                .flatMap(Optional::stream)
                .toList();
    }

    public Optional<WorkingCopy> find(EditionId edition, long version) {
        return versions.find(id(edition, version)).flatMap(DraftVersions::copy);
    }

    /** Empty for a document that is no version at all; the seal tells whether a version is what was saved. */
    private static Optional<WorkingCopy> copy(Stored<Row> stored) {
        return Optional.ofNullable(stored.row()).map(row -> row.copy().copy(stored.fault() != null));
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
