// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import dev.imprimatur.store.UniqueInsert;
import java.util.List;
import java.util.Optional;
import org.bson.codecs.pojo.annotations.BsonId;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The collections of the rules by which tasks are assigned, one document, and of whose turn it is, one document for each role. */
@Component
class AssignmentRuleStore {
    private static final String ID = "rules";

    /** The rule of a role; a role that is missing has none. */
    public record RoleRule(String role, AssignmentRule rule) {}

    public record Row(@BsonId String id, List<RoleRule> rules, long version) {
        static Row of(List<RoleRule> rules, long version) {
            return new Row(ID, rules, version);
        }
    }

    /**
     * Whose turn it was last.
     *
     * @param person the username of the person whose turn it was
     * @param task the claim of the task for which it was
     */
    public record Turn(@BsonId String role, String person, String task, long number) {}

    private final MongoCollection<Row> rules;
    private final MongoCollection<Turn> turns;

    AssignmentRuleStore(MongoDatabase database) {
        rules = database.getCollection("assignment_rules", Row.class);
        turns = database.getCollection("assignment_turns", Turn.class);
    }

    Row rules() {
        var stored = rules.find(Filters.eq("_id", ID)).first();
        return stored == null ? Row.of(List.of(), 0) : stored;
    }

    /** Stores rules in place of those that were read; false if others were stored meanwhile. */
    boolean replace(Row read, Row next) {
        return read.version() == 0
                ? UniqueInsert.insert(rules, next)
                : rules.replaceOne(Filters.and(Filters.eq("_id", ID), Filters.eq("version", read.version())), next)
                                .getMatchedCount()
                        == 1;
    }

    Optional<Turn> turn(String role) {
        return Optional.ofNullable(turns.find(Filters.eq("_id", role)).first());
    }

    /** Takes the next turn after the one that was read; false if it was taken meanwhile. */
    boolean take(@Nullable Turn read, Turn next) {
        return read == null
                ? UniqueInsert.insert(turns, next)
                : turns.replaceOne(
                                        Filters.and(
                                                Filters.eq("_id", read.role()), Filters.eq("number", read.number())),
                                        next)
                                .getMatchedCount()
                        == 1;
    }
}
