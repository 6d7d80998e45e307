// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.credentials;

import dev.imprimatur.audit.Audit;
import dev.imprimatur.people.Person;
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
     * What is asked for a new key.
     *
     * @param types the content types it may read; empty for all
     * @param origins of the pages whose scripts may read with it in a browser; empty for none
     */
    public record NewKey(String name, List<String> scopes, List<String> types, List<@Nullable String> origins) {}

    /** Makes a key; the same request again gets a new secret for the key that it made, since nobody has seen the first. */
    public FreshKey create(NewKey wanted, Person by) {
        String name = wanted.name();
        var scopes = wanted.scopes();
        if (name.isBlank() || name.length() > 100)
            throw Refusal.malformed("/name", "a name of 1 to 100 characters").raise();
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

    /** Changes the origins of the pages whose scripts may read with the key, from the next request on. */
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

    /** The keys that are right now; at most a second later there is another, and at once when a key is made or revoked here. */
    public KeyRing ring() {
        return keys.ring();
    }

    /**
     * A key that is right is never slowed down by what others try from the same address. None is told to be right or wrong by keys that
     * may have been revoked or made since, unless what is stale is served.
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
