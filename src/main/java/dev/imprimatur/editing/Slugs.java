// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.editing;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.ReplaceOptions;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.store.UniqueInsert;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.bson.codecs.pojo.annotations.BsonId;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Stores the former slugs of published guides, which stay reserved for their guides, and the renames that are in progress. The current
 * slugs are in the cards ({@link Guides}).
 *
 * <p>A former slug is stored before the card of its guide gets the new slug. Whoever wants a slug looks for it in the cards first and then
 * among the former slugs, and so finds it in one of them while it becomes a former one.
 */
@Component
public class Slugs {
    private final MongoCollection<Former> former;
    private final MongoCollection<Rename> renames;

    /**
     * A slug that a guide had.
     *
     * @param reserved whether the guide was published under it, so that no other guide can have it
     */
    public record Former(@BsonId String id, String guide, boolean reserved) {
        static String id(String type, String locale, String slug) {
            return type + "/" + locale + "/" + slug;
        }
    }

    /**
     * A change of a guide's slug that is not recorded everywhere yet. A guide has at most one at a time.
     *
     * @param key identifies the rename; the cause of its ledger entry contains it
     * @param at when it began
     */
    public record Rename(@BsonId String guide, String from, String to, Person by, Instant at, String key) {}

    Slugs(MongoDatabase database) {
        former = database.getCollection("former_slugs", Former.class);
        renames = database.getCollection("renames", Rename.class);
    }

    /** The guide that the slug is reserved for, because the guide was published under this slug before. */
    public Optional<String> guideOf(String type, String locale, String slug) {
        return Optional.ofNullable(former.find(Filters.eq("_id", Former.id(type, locale, slug)))
                        .first())
                .filter(Former::reserved)
                .map(Former::guide);
    }

    /** Throws a refusal if the slug is reserved for another guide than this one. */
    public void mustBeFreeFor(@Nullable String guide, String type, String locale, String slug) {
        if (guideOf(type, locale, slug).filter(owner -> !owner.equals(guide)).isPresent())
            throw reserved().raise();
    }

    /** Throws a refusal if the slug of one of these guides is reserved for another guide. */
    public void mustBeFreeForThese(Collection<Guide> guides) {
        var ids = guides.stream()
                .collect(Collectors.toMap(guide -> Former.id(guide.type(), guide.locale(), guide.slug()), Guide::id));
        for (var other : former.find(Filters.in("_id", ids.keySet())))
            if (other.reserved() && !other.guide().equals(ids.get(other.id())))
                throw reserved().raise();
    }

    static Refusal reserved() {
        return Refusal.conflict(
                "slug-reserved",
                "a guide of this type and locale was published under this slug, which redirects its readers now; choose another slug");
    }

    /**
     * Notes that the guide has, or is about to get, another slug than this one.
     *
     * @param isReserved whether the guide was published under the slug, so that no other guide can have it
     */
    public void leave(Guide guide, String slug, boolean isReserved) {
        String id = Former.id(guide.type(), guide.locale(), slug);
        former.replaceOne(
                Filters.eq("_id", id), new Former(id, guide.id(), isReserved), new ReplaceOptions().upsert(true));
    }

    /** Whether a guide had the slug before, so that no import creates that guide again. */
    public Predicate<Address> formerAddresses() {
        var all = former.find().map(Former::id).into(new HashSet<>());
        return address -> all.contains(Former.id(address.type(), address.locale(), address.slug()));
    }

    /** The slug of a guide within its type and locale. */
    public record Address(String type, String locale, String slug) {}

    /** Begins a rename. Returns false if another rename of the guide is in progress. */
    public boolean begin(Rename rename) {
        return UniqueInsert.insert(renames, rename);
    }

    public Optional<Rename> inProgress(String guide) {
        return Optional.ofNullable(renames.find(Filters.eq("_id", guide)).first());
    }

    /** All renames that are in progress, including those that a crash interrupted. */
    public List<Rename> inProgress() {
        return renames.find().into(new ArrayList<>());
    }

    public void end(Rename rename) {
        renames.deleteOne(Filters.and(Filters.eq("_id", rename.guide()), Filters.eq("key", rename.key())));
    }
}
