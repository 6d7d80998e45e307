// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.credentials;

import dev.imprimatur.store.Moment;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** An immutable snapshot of all site keys, as they were read last. */
public final class KeyRing {
    private final Map<String, SiteKey> byHash;
    private final Set<String> origins;
    private final Moment readAt;

    /** @param readAt when the reading of them began */
    KeyRing(Map<String, SiteKey> byHash, Moment readAt) {
        this.byHash = Map.copyOf(byHash);
        this.origins =
                byHash.values().stream().flatMap(key -> key.origins().stream()).collect(Collectors.toUnmodifiableSet());
        this.readAt = readAt;
    }

    /** When the reading of them began: what was revoked later may still be here. */
    public Moment readAt() {
        return readAt;
    }

    /** Finds the key by its secret, in memory: the lookup never blocks and never counts as a failed attempt. */
    public Optional<SiteKey> find(String key) {
        return key.startsWith(Secret.SITE) ? Optional.ofNullable(byHash.get(new Secret(key).hash())) : Optional.empty();
    }

    /** Whether the key has not been revoked. */
    public boolean has(SiteKey key) {
        return byHash.values().stream().anyMatch(it -> it.id().equals(key.id()));
    }

    /** The origins that any of them names. */
    public Set<String> origins() {
        return origins;
    }

    /** All of them, the oldest first. */
    List<SiteKey> all() {
        return byHash.values().stream()
                .sorted(Comparator.comparing(SiteKey::createdAt))
                .toList();
    }
}
