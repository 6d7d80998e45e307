// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.people;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A person who acts, with the name, title and roles that they have at that moment.
 *
 * @param account the username of the account; rules compare people by it
 * @param name the name that readers and colleagues see
 * @param title the job title, such as “Senior editor”; null if the person gave none
 * @param roles the roles of the account
 * @param publicId the id that readers see, which stays the same when the name changes; null if the person has none
 * @param request the id of the request in which the person acts; null if the request has no idempotency key. Changes store this id, so
 *     that a repeated request finds its own effect after its answer was lost
 * @param means how the person was authenticated; null outside of a request
 * @param groups the groups of the account, such as {@code pay}; null if it has none
 * @param grants the limits of the roles; null if no role is limited
 * @param invitedBy the account of the colleague who invited this person by a link; null for people with an account of their own
 */
public record Person(
        String account,
        String name,
        @Nullable String title,
        Set<String> roles,
        @Nullable String publicId,
        @Nullable String request,
        @Nullable AuthenticationMethod means,
        @Nullable Set<String> groups,
        @Nullable List<Grant> grants,
        @Nullable String invitedBy) {
    /** The application itself, for facts that no person caused. */
    public static final Person SYSTEM = new Person("imprimatur", "Imprimatur", null, Set.of());

    public Person {
        roles = Set.copyOf(roles);
        groups = groups == null || groups.isEmpty() ? null : Set.copyOf(groups);
        grants = grants == null || grants.isEmpty() ? null : List.copyOf(grants);
    }

    public Person(String account, String name, @Nullable String title, Set<String> roles) {
        this(account, name, title, roles, null, null, null, null, null, null);
    }

    /** The same person, acting in a request. */
    public Person in(@Nullable String request) {
        return new Person(account, name, title, roles, publicId, request, means, groups, grants, invitedBy);
    }

    /** The same person, authenticated in this way. */
    public Person by(@Nullable AuthenticationMethod how) {
        return new Person(account, name, title, roles, publicId, request, how, groups, grants, invitedBy);
    }

    /** The id of an object that the person creates: a new one, but the same one when the same request is repeated. */
    public String idOfNew() {
        return request == null
                ? UUID.randomUUID().toString()
                : UUID.nameUUIDFromBytes(request.getBytes(StandardCharsets.UTF_8))
                        .toString();
    }

    /** The same person without the limits of the roles, which are not part of what a log records. */
    public Person withoutGrants() {
        return grants == null
                ? this
                : new Person(account, name, title, roles, publicId, request, means, groups, null, invitedBy);
    }

    /** Whether the person has no account here, and acts by a link that a colleague gave them. */
    public boolean isExternal() {
        return invitedBy != null;
    }

    /**
     * The account that answers for what the person approves: their own, or that of the colleague who invited them. Two approvals that
     * the same account answers for count as one.
     */
    public String answerable() {
        return invitedBy == null ? account : invitedBy;
    }

    /** Whether the person, or the colleague who invited them, is among these accounts. */
    public boolean isAmong(Collection<String> accounts) {
        return accounts.contains(account) || accounts.contains(answerable());
    }

    public boolean isIn(String group) {
        return groups != null && groups.contains(group);
    }

    /** The limits of a role; empty if the role holds for all guides. */
    public List<Grant> grants(String role) {
        return grants == null
                ? List.of()
                : grants.stream().filter(grant -> grant.role().equals(role)).toList();
    }

    /** Whether a role of the person is limited to some guides. */
    public boolean isLimited() {
        return roles.stream().anyMatch(role -> !grants(role).isEmpty());
    }

    /** Whether the person has the role for guides of this type and locale that have these tags. */
    public boolean has(String role, String type, String locale, Collection<String> tags) {
        if (!has(role)) return false;
        var limits = grants(role);
        return limits.isEmpty() || limits.stream().anyMatch(grant -> grant.covers(type, locale, tags));
    }

    public boolean has(String role) {
        return roles.contains(role);
    }
}
