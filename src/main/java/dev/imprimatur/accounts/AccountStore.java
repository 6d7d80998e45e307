// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.accounts;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.Updates;
import dev.imprimatur.people.Grant;
import dev.imprimatur.store.Decoding;
import dev.imprimatur.store.RecentReads;
import dev.imprimatur.store.UniqueInsert;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.bson.codecs.pojo.annotations.BsonId;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The accounts; a username is taken for good. */
@Component
class AccountStore {
    public record Row(
            @BsonId String username,
            String displayName,
            @Nullable String title,
            @Nullable String email,
            List<Role> roles,
            boolean active,
            String passwordHash,
            Instant createdAt,
            @Nullable String request,
            @Nullable String publicId,
            @Nullable List<Grant> grants,
            @Nullable List<String> groups) {
        Account account() {
            return new Account(
                    username,
                    publicId,
                    displayName,
                    title,
                    email,
                    new HashSet<>(roles),
                    grants == null ? List.of() : grants,
                    groups == null ? new TreeSet<>() : new TreeSet<>(groups),
                    active,
                    createdAt);
        }
    }

    /** An account with the hash that its password is compared with. */
    record Credentials(Account account, String passwordHash) {}

    private final MongoCollection<Row> accounts;
    private final RecentReads<Account> recent = new RecentReads<>();

    AccountStore(MongoDatabase database) {
        accounts = database.getCollection("accounts", Row.class);
        // accounts of releases without public ids
        for (var row : accounts.find(Filters.eq("publicId", null)).into(new ArrayList<>()))
            accounts.updateOne(
                    Filters.and(Filters.eq("_id", row.username()), Filters.eq("publicId", null)),
                    Updates.set("publicId", UUID.randomUUID().toString()));
    }

    /**
     * Whether the username was free.
     *
     * @param request what the request that makes it is known by; null if it carries no idempotency key
     */
    boolean insert(Account a, String passwordHash, @Nullable String request) {
        return UniqueInsert.insert(
                accounts,
                new Row(
                        a.username(),
                        a.displayName(),
                        a.title(),
                        a.email(),
                        List.copyOf(a.roles()),
                        a.active(),
                        passwordHash,
                        a.createdAt(),
                        request,
                        a.publicId(),
                        a.grants(),
                        List.copyOf(a.groups())));
    }

    /** The account of that name, if that request made it. */
    Optional<Account> madeIn(@Nullable String request, String username) {
        if (request == null) return Optional.empty();
        return Optional.ofNullable(accounts.find(Filters.eq("_id", username)).first())
                .filter(row -> request.equals(row.request()))
                .map(Row::account);
    }

    boolean isEmpty() {
        return accounts.find().limit(1).first() == null;
    }

    Optional<Account> find(String username) {
        return credentials(username).map(Credentials::account);
    }

    /** The account as this node read it at most half a second ago. Another node may have changed it since. */
    Optional<Account> findRecent(String username) {
        return recent.find(username, this::find);
    }

    Optional<Credentials> credentials(String username) {
        return Optional.ofNullable(accounts.find(Filters.eq("_id", username)).first())
                .map(row -> new Credentials(row.account(), row.passwordHash()));
    }

    List<Account> all() {
        return accounts.find().sort(Sorts.ascending("_id")).map(Row::account).into(new ArrayList<>());
    }

    void active(String username, boolean active) {
        change(username, Updates.set("active", active));
    }

    void roles(String username, Set<Role> roles) {
        rights(username, roles, null, null);
    }

    /** Sets what the account may do in one step; null leaves a part as it is. */
    void rights(
            String username, @Nullable Set<Role> roles, @Nullable List<Grant> grants, @Nullable Set<String> groups) {
        var changes = new ArrayList<Bson>();
        if (roles != null) changes.add(Updates.set("roles", List.copyOf(roles)));
        if (grants != null) changes.add(Updates.set("grants", grants));
        if (groups != null) changes.add(Updates.set("groups", List.copyOf(groups)));
        if (!changes.isEmpty()) change(username, Updates.combine(changes));
    }

    void rename(String username, String displayName, @Nullable String title, @Nullable String email) {
        change(
                username,
                Updates.combine(
                        Updates.set("displayName", displayName),
                        Updates.set("title", title),
                        Updates.set("email", email)));
    }

    void email(String username, @Nullable String email) {
        change(username, Updates.set("email", email));
    }

    void password(String username, String passwordHash) {
        change(username, Updates.set("passwordHash", passwordHash));
    }

    private void change(String username, Bson change) {
        recent.changing(() -> accounts.updateOne(Filters.eq("_id", username), change));
    }

    /** Every account as it is stored, by id; empty for what cannot be read. */
    void each(BiConsumer<String, Optional<Row>> what) {
        Decoding.each(accounts, what);
    }
}
