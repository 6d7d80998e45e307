package dev.imprimatur.access;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.security.Principal;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who may sign in. Accounts are deactivated and never deleted, since what they did stays theirs.
 *
 * @param username lower-case; never given to somebody else
 * @param displayName as it appears in {@code reviewedBy}
 * @param title what they are, as it appears in {@code reviewedBy}
 */
public record Account(
        String username,
        String displayName,
        @Nullable String title,
        @Nullable String email,
        Set<Role> roles,
        boolean active,
        Instant createdAt)
        implements Principal {
    public Account {
        roles = Set.copyOf(roles);
    }

    @Override
    @JsonIgnore
    public String getName() {
        return username;
    }
}
