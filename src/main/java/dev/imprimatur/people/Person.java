// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.people;

import java.nio.charset.StandardCharsets;
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
 */
public record Person(
        String account,
        String name,
        @Nullable String title,
        Set<String> roles,
        @Nullable String publicId,
        @Nullable String request,
        @Nullable AuthenticationMethod means) {
    /** The application itself, for facts that no person caused. */
    public static final Person SYSTEM = new Person("imprimatur", "Imprimatur", null, Set.of());

    public Person {
        roles = Set.copyOf(roles);
    }

    public Person(String account, String name, @Nullable String title, Set<String> roles) {
        this(account, name, title, roles, null, null, null);
    }

    /** The same person, acting in a request. */
    public Person in(@Nullable String request) {
        return new Person(account, name, title, roles, publicId, request, means);
    }

    /** The same person, authenticated in this way. */
    public Person by(@Nullable AuthenticationMethod how) {
        return new Person(account, name, title, roles, publicId, request, how);
    }

    /** The id of an object that the person creates: a new one, but the same one when the same request is repeated. */
    public String idOfNew() {
        return request == null
                ? UUID.randomUUID().toString()
                : UUID.nameUUIDFromBytes(request.getBytes(StandardCharsets.UTF_8))
                        .toString();
    }

    public boolean has(String role) {
        return roles.contains(role);
    }
}
