// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Projections;
import dev.imprimatur.store.Index;
import dev.imprimatur.store.UniqueInsert;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bson.Document;
import org.bson.codecs.pojo.annotations.BsonId;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The collection of claims, one document for each task that somebody has or gave back. */
@Component
class ClaimStore {
    public record Row(
            @BsonId String id,
            String edition,
            String guide,
            @Nullable String person,
            @Nullable String by,
            @Nullable String insteadOf,
            boolean returned,
            boolean isAssigned,
            Instant at,
            long version) {
        static Row of(Claim it) {
            return new Row(
                    it.id(),
                    it.edition(),
                    it.guide(),
                    it.person(),
                    it.by(),
                    it.insteadOf(),
                    it.returned(),
                    it.isAssigned(),
                    it.at(),
                    it.version());
        }

        Claim claim() {
            return new Claim(id, edition, guide, person, by, insteadOf, returned, isAssigned, at, version);
        }
    }

    private final MongoCollection<Row> claims;

    ClaimStore(MongoDatabase database) {
        claims = database.getCollection("claims", Row.class);
        Index.make(claims, Indexes.ascending("guide"));
        Index.make(claims, Indexes.ascending("edition"));
        Index.make(claims, Indexes.ascending("at"));
    }

    Optional<Claim> find(TaskId task) {
        return Optional.ofNullable(
                        claims.find(Filters.eq("_id", Claim.id(task))).first())
                .map(Row::claim);
    }

    /** The claims of these tasks, in whatever round; the names are those of {@link Claim#step}. */
    List<Claim> ofSteps(Collection<String> steps) {
        return steps.isEmpty()
                ? List.of()
                : claims.find(Filters.in("edition", steps)).map(Row::claim).into(new ArrayList<>());
    }

    List<Claim> ofGuide(String guide) {
        return claims.find(Filters.eq("guide", guide)).map(Row::claim).into(new ArrayList<>());
    }

    /** The guides of which somebody has a task. */
    Set<String> guidesWithClaims() {
        return guides(Filters.ne("person", null));
    }

    /** Those of the guides that have claims. */
    Set<String> amongGuides(Collection<String> guides) {
        return guides(Filters.in("guide", guides));
    }

    private Set<String> guides(Bson which) {
        return claims.withDocumentClass(Document.class)
                .find(which)
                .projection(Projections.include("guide"))
                .map(claim -> claim.getString("guide"))
                .into(new LinkedHashSet<>());
    }

    /** The claims that were made at this instant or later by giving a task to somebody. */
    List<Claim> assignedSince(Instant from) {
        return claims.find(Filters.and(Filters.gte("at", from), Filters.eq("isAssigned", true)))
                .map(Row::claim)
                .into(new ArrayList<>());
    }

    /** Stores a claim in place of the one that was read; false if another one was stored meanwhile. */
    boolean replace(@Nullable Claim read, Claim next) {
        return read == null
                ? UniqueInsert.insert(claims, Row.of(next))
                : claims.replaceOne(
                                        Filters.and(
                                                Filters.eq("_id", read.id()), Filters.eq("version", read.version())),
                                        Row.of(next))
                                .getMatchedCount()
                        == 1;
    }

    void remove(Claim read) {
        claims.deleteOne(Filters.and(Filters.eq("_id", read.id()), Filters.eq("version", read.version())));
    }
}
