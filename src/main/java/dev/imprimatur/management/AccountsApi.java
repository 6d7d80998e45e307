// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.access.NeedsScope;
import dev.imprimatur.accounts.Account;
import dev.imprimatur.accounts.Accounts;
import dev.imprimatur.accounts.PasswordReset;
import dev.imprimatur.accounts.Role;
import dev.imprimatur.credentials.Scope;
import dev.imprimatur.people.Grant;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.publication.WorksReadOnly;
import dev.imprimatur.review.HandOvers;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Lets administrators create, change, deactivate and reactivate accounts, and reset passwords. */
@RestController
@RequestMapping(Api.ROOT + "/accounts")
@PreAuthorize("hasRole('ADMIN')")
@NeedsScope(Scope.ADMIN)
class AccountsApi {
    private static final Set<String> FIELDS = Set.of("displayName", "title", "email", "roles", "grants", "groups");

    private static final Set<String> GRANT = Set.of("role", "types", "locales", "tags");

    private final Accounts accounts;
    private final PasswordReset reset;
    private final HandOvers handOvers;

    AccountsApi(Accounts accounts, PasswordReset reset, HandOvers handOvers) {
        this.handOvers = handOvers;
        this.accounts = accounts;
        this.reset = reset;
    }

    @GetMapping
    PageView<Account> list() {
        return new PageView<>(accounts.accounts(), null);
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    Account create(@RequestBody Accounts.NewAccount body, Person me) {
        return accounts.create(body, me);
    }

    @DeleteMapping("/{username}")
    @WorksReadOnly
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void deactivate(@PathVariable String username, Person me) {
        accounts.deactivate(username, me.account());
    }

    /** Takes a JSON Merge Patch (RFC 7396): an absent field stays unchanged, null removes a title or an address. */
    @PatchMapping(
            path = "/{username}",
            consumes = {"application/merge-patch+json", "application/json"})
    Account change(@PathVariable String username, @RequestBody ObjectNode patch, Person me) {
        var now = accounts.known(username);
        patch.propertyNames().forEach(name -> {
            if (!FIELDS.contains(name))
                throw Refusal.malformed(
                                "/" + name,
                                "unknown field; the fields are displayName, email, grants, groups, roles, title")
                        .raise();
        });
        var roles = patch.has("roles") ? roles(patch.get("roles")) : now.roles();
        var name = text(patch, "displayName", now.displayName());
        if (name == null)
            throw Refusal.malformed("/displayName", "a name of 1 to 100 characters")
                    .raise();
        if (patch.has("displayName") || patch.has("title") || patch.has("email"))
            accounts.rename(
                    username, name, text(patch, "title", now.title()), text(patch, "email", now.email()), me.account());
        accounts.setRights(
                username,
                patch.has("roles") ? roles : null,
                patch.has("grants") ? grants(patch.get("grants")) : null,
                patch.has("groups") ? texts("/groups", patch.get("groups")) : null,
                me.account());
        return accounts.known(username);
    }

    private static @Nullable String text(ObjectNode patch, String field, @Nullable String now) {
        if (!patch.has(field)) return now;
        var value = patch.get(field);
        if (value.isNull()) return null;
        if (!value.isString())
            throw Refusal.malformed("/" + field, "a value of the wrong type").raise();
        return value.stringValue();
    }

    private static List<Grant> grants(JsonNode given) {
        if (given.isNull()) return List.of();
        if (!given.isArray())
            throw Refusal.malformed("/grants", "a list of grants").raise();
        var grants = new ArrayList<Grant>();
        for (var grant : given.values()) {
            String at = "/grants/" + grants.size();
            if (!(grant instanceof ObjectNode) || !GRANT.containsAll(grant.propertyNames()))
                throw Refusal.malformed(at, "an object with role and, optionally, types, locales and tags")
                        .raise();
            grants.add(new Grant(
                    grant.path("role").asString(""),
                    texts(at + "/types", grant.path("types")),
                    texts(at + "/locales", grant.path("locales")),
                    texts(at + "/tags", grant.path("tags"))));
        }
        return grants;
    }

    private static List<String> texts(String pointer, JsonNode given) {
        if (given.isMissingNode() || given.isNull()) return List.of();
        if (!given.isArray() || !given.values().stream().allMatch(JsonNode::isString))
            throw Refusal.malformed(pointer, "a list of texts").raise();
        return given.values().stream().map(JsonNode::stringValue).toList();
    }

    private static Set<Role> roles(JsonNode named) {
        var roles = EnumSet.noneOf(Role.class);
        for (var role : named.values())
            Arrays.stream(Role.values())
                    .filter(it -> it.name().equals(role.asString("")))
                    .findFirst()
                    .ifPresent(roles::add);
        if (!named.isArray() || roles.size() != named.size())
            throw Refusal.malformed("/roles", "a list of these, each once: " + List.of(Role.values()))
                    .raise();
        return roles;
    }

    @PostMapping("/{username}/reactivate")
    Account reactivate(@PathVariable String username, Person me) {
        return accounts.reactivate(username, me.account());
    }

    /** What of an account is left to hand over. */
    @GetMapping("/{username}/hand-over")
    HandOvers.Held held(@PathVariable String username) {
        return handOvers.held(username);
    }

    /** @param to the username of whoever has it next */
    record HandOver(String to) {}

    @PostMapping("/{username}/hand-over")
    HandOvers.HandedOver handOver(@PathVariable String username, @RequestBody HandOver body, Person me) {
        return handOvers.handOver(username, body.to(), me);
    }

    /** @param path the path of the page on which whoever has the link chooses a new password */
    record ResetView(String path, Instant expiresAt) {
        @Override
        public String toString() {
            return "ResetView[…]";
        }
    }

    @PostMapping("/{username}/password-reset")
    @ResponseStatus(HttpStatus.CREATED)
    ResetView reset(@PathVariable String username, Person me) {
        var fresh = reset.make(username, me.account());
        return new ResetView(fresh.path(), fresh.expiresAt());
    }
}
