// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.invitations;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.Updates;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.history.Revision;
import dev.imprimatur.store.Index;
import dev.imprimatur.store.UniqueInsert;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bson.codecs.pojo.annotations.BsonId;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Stores invitations. None is ever deleted, because logs name experts by them. */
@Component
class InvitationStore {
    public record Row(
            @BsonId String id,
            String guide,
            int edition,
            int revision,
            String contentHash,
            String account,
            String name,
            @Nullable String title,
            String email,
            String by,
            Instant createdAt,
            Instant expiresAt,
            @Nullable Instant revokedAt) {
        Invitation invitation() {
            return new Invitation(
                    id,
                    new EditionId(guide, edition),
                    new Revision.Ref(revision, contentHash),
                    account,
                    name,
                    title,
                    email,
                    by,
                    createdAt,
                    expiresAt,
                    revokedAt);
        }
    }

    private final MongoCollection<Row> invitations;

    InvitationStore(MongoDatabase database) {
        invitations = database.getCollection("invitations", Row.class);
        Index.make(invitations, Indexes.ascending("guide", "createdAt"));
        Index.make(invitations, Indexes.ascending("account"));
        Index.make(invitations, Indexes.ascending("by"));
    }

    /** Stores an invitation; one with this id that is stored already stays. Returns the one that is stored. */
    Invitation insert(Invitation made) {
        UniqueInsert.insert(
                invitations,
                new Row(
                        made.id(),
                        made.edition().guide(),
                        made.edition().number(),
                        made.revision().number(),
                        made.revision().contentHash(),
                        made.account(),
                        made.name(),
                        made.title(),
                        made.email(),
                        made.by(),
                        made.createdAt(),
                        made.expiresAt(),
                        null));
        return find(made.id()).orElseThrow();
    }

    Optional<Invitation> find(String id) {
        return first(Filters.eq("_id", id));
    }

    /** An invitation of the expert. */
    Optional<Invitation> ofExpert(String account) {
        return first(Filters.eq("account", account));
    }

    private Optional<Invitation> first(Bson filter) {
        return Optional.ofNullable(invitations.find(filter).first()).map(Row::invitation);
    }

    /** The invitations to revisions of the guide, newest first. */
    List<Invitation> of(String guide) {
        return invitations
                .find(Filters.eq("guide", guide))
                .sort(Sorts.descending("createdAt"))
                .map(Row::invitation)
                .into(new ArrayList<>());
    }

    /** Returns false if the guide has no such invitation. Revoking again changes nothing. */
    boolean revoke(String guide, String id, Instant now) {
        var which = Filters.and(Filters.eq("_id", id), Filters.eq("guide", guide));
        invitations.updateOne(Filters.and(which, Filters.eq("revokedAt", null)), Updates.set("revokedAt", now));
        return first(which).isPresent();
    }

    void revokeAllBy(String account, Instant now) {
        invitations.updateMany(
                Filters.and(Filters.eq("by", account), Filters.eq("revokedAt", null)), Updates.set("revokedAt", now));
    }
}
