package dev.imprimatur.access;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The keys of sites as they were read last; never changed once made, so that what one told holds until there is another. */
public final class KeyRing {
    private final Map<String, SiteKey> byHash;

    KeyRing(Map<String, SiteKey> byHash) {
        this.byHash = Map.copyOf(byHash);
    }

    /** Whose key it is; asks no store, waits for nothing and counts nothing. */
    public Optional<SiteKey> find(String key) {
        return key.startsWith(Secret.SITE) ? Optional.ofNullable(byHash.get(new Secret(key).hash())) : Optional.empty();
    }

    /** All of them, the oldest first. */
    List<SiteKey> all() {
        return byHash.values().stream()
                .sorted(Comparator.comparing(SiteKey::createdAt))
                .toList();
    }
}
