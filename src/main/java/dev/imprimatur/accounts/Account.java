// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.accounts;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.imprimatur.people.Grant;
import dev.imprimatur.people.Person;
import java.security.Principal;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who may sign in. Accounts are deactivated and never deleted, since what they did stays theirs.
 *
 * @param username lower-case; never given to somebody else
 * @param publicId known to readers, and the same whatever the holder is called; null until an account of an earlier release gets one
 * @param displayName as it appears in {@code reviewedBy}
 * @param title what they are, as it appears in {@code reviewedBy}
 * @param grants limit roles to some guides; a role without a grant holds for all guides
 * @param groups names such as {@code pay}, which requirements of content types refer to
 */
public record Account(
        String username,
        @Nullable String publicId,
        String displayName,
        @Nullable String title,
        @Nullable String email,
        Set<Role> roles,
        List<Grant> grants,
        SortedSet<String> groups,
        boolean active,
        Instant createdAt)
        implements Principal {
    public Account {
        roles = Set.copyOf(roles);
        grants = List.copyOf(grants);
        groups = Collections.unmodifiableSortedSet(new TreeSet<>(groups));
    }

    /** The account as the domain knows it. */
    public Person person() {
        return new Person(
                username,
                displayName,
                title,
                roles.stream().map(Enum::name).collect(Collectors.toSet()),
                publicId,
                null,
                null,
                groups,
                grants,
                null);
    }

    @Override
    @JsonIgnore
    public String getName() {
        return username;
    }
}
