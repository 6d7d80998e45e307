// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.credentials;

import dev.imprimatur.audit.Audit;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.CleanText;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.throttling.Throttle;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Site keys: sites send them to read what is published. */
@Component
public class SiteKeys {
    private static final int LONGEST_NAME = 100;
    private static final Set<String> SCOPES = Set.of("delivery");

    private final SiteKeyStore keys;
    private final Origins origins;
    private final Lease lease;
    private final Throttle throttle;
    private final Audit audit;
    private final Clock clock;

    SiteKeys(SiteKeyStore keys, Origins origins, Lease lease, Throttle throttle, Audit audit, Clock clock) {
        this.keys = keys;
        this.origins = origins;
        this.lease = lease;
        this.throttle = throttle;
        this.audit = audit;
        this.clock = clock;
    }

    /** A key and its secret, which is shown once. */
    public record FreshKey(SiteKey key, String secret) {
        @Override
        public String toString() {
            return "FreshKey[" + key.id() + "]";
        }
    }

    /**
     * The data of a new key.
     *
     * @param types the content types that the key may read; empty for all
     * @param origins the origins of the pages whose scripts may read with the key in a browser; empty for none
     */
    public record NewKey(String name, List<String> scopes, List<String> types, List<@Nullable String> origins) {}

    /** Creates a key. If the same request is repeated, the key that it created gets a new secret, since nobody has seen the first one. */
    public FreshKey create(NewKey wanted, Person by) {
        String name = CleanText.name("/name", wanted.name(), LONGEST_NAME);
        var scopes = wanted.scopes();
        if (scopes.isEmpty() || !SCOPES.containsAll(scopes))
            throw Refusal.malformed("/scopes", "one or more of " + String.join(", ", SCOPES))
                    .raise();
        var key = new SiteKey(
                by.idOfNew(),
                name,
                List.copyOf(scopes),
                List.copyOf(wanted.types()),
                origins.checked(wanted.origins()),
                clock.instant());
        var secret = Secret.fresh(Secret.SITE);
        keys.save(key, secret);
        audit.record(
                by.account(),
                "key-created",
                key.id() + " " + name + (key.origins().isEmpty() ? "" : " " + key.origins()),
                null);
        return new FreshKey(key, secret.text());
    }

    /** Replaces the origins of the pages whose scripts may read with the key. The change takes effect with the next request. */
    public SiteKey changeOrigins(String id, List<@Nullable String> wanted, String by) {
        var changed = keys.changeOrigins(id, origins.checked(wanted)).orElseThrow(SiteKeys::noKey);
        audit.record(by, "key-changed", id + " " + changed.origins(), null);
        return changed;
    }

    private static RuntimeException noKey() {
        return Refusal.missing("there is no key with this id").raise();
    }

    public SiteKey require(String id) {
        return all().stream().filter(it -> it.id().equals(id)).findFirst().orElseThrow(SiteKeys::noKey);
    }

    public List<SiteKey> all() {
        return keys.ring().all();
    }

    public void revoke(String id, String by) {
        if (!keys.delete(id)) throw noKey();
        audit.record(by, "key-revoked", id, null);
    }

    /** All valid keys, as this node knows them. Changes on this node are visible at once, changes on other nodes within about a second. */
    public KeyRing ring() {
        return keys.ring();
    }

    /**
     * Returns the site key, or throws a refusal. Only wrong keys count against their address, so failed attempts of others never slow down
     * a valid key. If the keys in memory are older than the lease allows, no key is called right or wrong, unless stale data is served.
     *
     * @param source the network address of the caller
     */
    public SiteKey verify(String key, String source) {
        var ring = ring();
        if (lease.refuses() && !lease.holds(ring.readAt())) throw lease.over().raise();
        return ring.find(key).orElseThrow(() -> {
            throttle.failed(source);
            return Refusal.of(Refusal.Kind.UNAUTHENTICATED, "wrong-key", "the site key is wrong or was revoked")
                    .raise();
        });
    }
}
