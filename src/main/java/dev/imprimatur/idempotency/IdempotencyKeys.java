// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.idempotency;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Updates;
import dev.imprimatur.store.Index;
import dev.imprimatur.store.UniqueInsert;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.bson.codecs.pojo.annotations.BsonId;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * The requests of the last day that had an idempotency key. The unique {@code _id} decides which of several runs executes a request. A run
 * has a lease, so that another run can take over after a node has crashed.
 */
@Component
class IdempotencyKeys {
    private static final Logger log = LoggerFactory.getLogger(IdempotencyKeys.class);

    /**
     * A request.
     *
     * @param id the hash of the account and its key
     * @param fingerprint the hash of the method, the path and the body
     * @param run the run that may store the answer
     * @param leaseUntil when another run may take over
     * @param answer the encrypted answer; null until there is one
     */
    public record Row(
            @BsonId String id,
            String fingerprint,
            String run,
            Instant leaseUntil,
            Instant expiresAt,
            @Nullable String answer) {}

    private final MongoCollection<Row> requests;
    private final Clock clock;
    private final Duration kept;
    private final Duration lease;

    /**
     * Keeps requests.
     *
     * @param kept how long a request is answered the same, {@code imprimatur.idempotency.kept}
     * @param lease how long a run may take before another takes over, {@code imprimatur.idempotency.lease}
     */
    IdempotencyKeys(
            MongoDatabase database,
            Clock clock,
            @Value("${imprimatur.idempotency.kept:24h}") Duration kept,
            @Value("${imprimatur.idempotency.lease:60s}") Duration lease) {
        requests = database.getCollection("idempotency_keys", Row.class);
        Index.make(requests, Indexes.ascending("expiresAt"));
        this.clock = clock;
        this.kept = kept;
        this.lease = lease;
    }

    /** Claims the request for a new run, or returns the state of an earlier run. */
    Claim begin(String id, String fingerprint) {
        for (; ; ) {
            var now = clock.instant();
            String run = UUID.randomUUID().toString();
            var fresh = new Row(id, fingerprint, run, now.plus(lease), now.plus(kept), null);
            if (UniqueInsert.insert(requests, fresh)) return new Claim.Begun(run, false);
            var stored = find(id);
            if (stored.isEmpty()) continue;
            var row = stored.get();
            if (!row.expiresAt().isAfter(now)) {
                if (requests.replaceOne(ofRun(id, row.run()), fresh).getMatchedCount() == 1)
                    return new Claim.Begun(run, false);
            } else if (!row.fingerprint().equals(fingerprint)) {
                return new Claim.Reused();
            } else if (row.answer() != null) {
                return new Claim.Answered(row.answer());
            } else if (row.leaseUntil().isAfter(now)) {
                return new Claim.Running();
            } else if (takeOver(row, run, now)) {
                return new Claim.Begun(run, true);
            }
        }
    }

    private Optional<Row> find(String id) {
        return Optional.ofNullable(requests.find(Filters.eq("_id", id)).first());
    }

    private boolean takeOver(Row row, String run, Instant now) {
        return requests.updateOne(
                                ofRun(row.id(), row.run()),
                                Updates.combine(Updates.set("run", run), Updates.set("leaseUntil", now.plus(lease))))
                        .getMatchedCount()
                == 1;
    }

    /** Stores the answer, unless another run has taken over. */
    void answered(String id, String run, String answer) {
        requests.updateOne(ofRun(id, run), Updates.set("answer", answer));
    }

    /** Ends the lease, so that the next run can begin at once. The record that a run began is kept. */
    void release(String id, String run) {
        requests.updateOne(ofRun(id, run), Updates.set("leaseUntil", clock.instant()));
    }

    /** Forgets a request that had no effect. */
    void forget(String id, String run) {
        requests.deleteOne(ofRun(id, run));
    }

    /** Forgets an answer that cannot be read any more, so that the request runs again. */
    void forgetAnswer(String id, String answer) {
        requests.updateOne(
                Filters.and(Filters.eq("_id", id), Filters.eq("answer", answer)),
                Updates.combine(Updates.set("answer", null), Updates.set("leaseUntil", clock.instant())));
    }

    private static Bson ofRun(String id, String run) {
        return Filters.and(Filters.eq("_id", id), Filters.eq("run", run));
    }

    @Scheduled(fixedDelayString = "${imprimatur.idempotency.clean-every:10m}")
    void removeExpired() {
        try {
            requests.deleteMany(Filters.lte("expiresAt", clock.instant()));
        } catch (RuntimeException down) {
            log.warn("expired idempotency keys could not be removed: {}", down.toString());
        }
    }
}
