// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.credentials;

import dev.imprimatur.store.ClockReading;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** An immutable snapshot of all site keys, as of the last read. */
public final class KeyRing {
    private final Map<String, SiteKey> byHash;
    private final Set<String> origins;
    private final ClockReading readAt;

    /** @param readAt when the read of the keys began */
    KeyRing(Map<String, SiteKey> byHash, ClockReading readAt) {
        this.byHash = Map.copyOf(byHash);
        this.origins =
                byHash.values().stream().flatMap(key -> key.origins().stream()).collect(Collectors.toUnmodifiableSet());
        this.readAt = readAt;
    }

    /** When the read of the keys began. Keys that were revoked after that time may still be in the snapshot. */
    public ClockReading readAt() {
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

    /** All origins that the keys name. */
    public Set<String> origins() {
        return origins;
    }

    /** All keys, the oldest first. */
    List<SiteKey> all() {
        return byHash.values().stream()
                .sorted(Comparator.comparing(SiteKey::createdAt))
                .toList();
    }
}
