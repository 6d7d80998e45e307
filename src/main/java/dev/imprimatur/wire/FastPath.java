// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.wire;

import dev.imprimatur.catalogue.Catalogue;
import dev.imprimatur.catalogue.Confirmation;
import dev.imprimatur.catalogue.Snapshot;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.credentials.KeyRing;
import dev.imprimatur.credentials.SiteKey;
import dev.imprimatur.credentials.SiteKeys;
import dev.imprimatur.delivery.DeliveryRequests;
import dev.imprimatur.delivery.ListCache;
import dev.imprimatur.delivery.ListQuery;
import dev.imprimatur.delivery.RateLimits;
import dev.imprimatur.index.FilterLimits;
import dev.imprimatur.problem.CleanText;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.representation.ContentCoding;
import dev.imprimatur.representation.GuideContents;
import dev.imprimatur.representation.PublishedGuide;
import dev.imprimatur.representation.Representation;
import dev.imprimatur.store.Failures;
import io.github.bucket4j.Bucket;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.eclipse.jetty.util.UrlEncoded;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.util.LinkedMultiValueMap;

/**
 * Answers the most frequent requests of sites (one guide in its full form, and lists, with 304 for both) ahead of the servlet container,
 * from bytes that are ready to be sent. It only ever answers with success. Everything else (another kind of credential, a parameter, a slug
 * that is not published, data that is not fresh) is left to the servlet container, so that the rules for refusals exist only once.
 */
@Component
class FastPath {
    private static final String BEARER = "Bearer ";

    private final SiteKeys keys;
    private final Catalogue catalogue;
    private final Confirmation confirmation;
    private final GuideContents contents;
    private final ListCache lists;
    private final FilterLimits filterLimits;
    private final ContentTypes types;
    private final RateLimits limits;
    private final Clock clock;
    private final long maxAge;
    private final LongAdder responses = new LongAdder();

    FastPath(
            SiteKeys keys,
            Catalogue catalogue,
            Confirmation confirmation,
            GuideContents contents,
            ListCache lists,
            FilterLimits filterLimits,
            ContentTypes types,
            RateLimits limits,
            Clock clock,
            MeterRegistry meters,
            @Value("${imprimatur.delivery.max-age:30s}") Duration maxAge) {
        this.keys = keys;
        this.catalogue = catalogue;
        this.confirmation = confirmation;
        this.contents = contents;
        this.lists = lists;
        this.filterLimits = filterLimits;
        this.types = types;
        this.limits = limits;
        this.clock = clock;
        this.maxAge = maxAge.toMillis();
        FunctionCounter.builder("imprimatur.delivery.fast", responses, LongAdder::sum)
                .description("answers sent ahead of the servlet container, which http.server.requests does not count")
                .register(meters);
    }

    /**
     * The header fields of a request that matter here.
     *
     * @param authorization the credentials, with their scheme
     */
    record HeaderFields(
            @Nullable String authorization,
            @Nullable String ifNoneMatch,
            @Nullable String acceptEncoding) {
        /** Whether the condition is not one strong entity tag; the servlet container evaluates several tags, weak tags and the asterisk. */
        private boolean hasComplexCondition() {
            return ifNoneMatch != null
                    && (ifNoneMatch.isEmpty() || ifNoneMatch.charAt(0) != '"' || ifNoneMatch.indexOf(',') >= 0);
        }

        /** Hides the credentials, so that no log can reveal them by accident. */
        @Override
        public String toString() {
            return "HeaderFields[…]";
        }
    }

    /**
     * A {@code GET} request whose only condition, if any, is an entity tag.
     *
     * @param path the path as sent, from the type on
     * @param query the query string as sent; null if there is none
     */
    record GetRequest(String path, @Nullable String query, HeaderFields fields) {
        private String type() {
            int slash = path.indexOf('/');
            return slash < 0 ? path : path.substring(0, slash);
        }

        boolean isList() {
            return path.indexOf('/') < 0;
        }
    }

    /** A valid key and its rate limit. */
    private record LimitedKey(SiteKey key, Bucket bucket) {}

    /** The client of a connection. The key found for its credentials is remembered until the credentials or the key ring change. */
    static final class Client {
        private @Nullable KeyRing ring;
        private String authorization = "";
        private @Nullable LimitedKey key;
    }

    /** Whether the path belongs to the delivery API. */
    static boolean isDelivery(@Nullable String path) {
        return path != null && path.startsWith(DeliveryRequests.PREFIX);
    }

    /** Returns a response that can be sent without waiting for anything; null if there is none. */
    @Nullable
    FastResponse ready(GetRequest request, Client client) {
        var key = key(request, client);
        if (key == null) return null;
        var snapshot = catalogue.now();
        if (snapshot.position() == 0) return null;
        var representation = request.isList()
                ? lists.find(snapshot, request.path(), request.query()).orElse(null)
                : inMemory(snapshot, request, key);
        return representation == null ? null : response(key, request, representation, snapshot);
    }

    /** Whether {@link #later} may have a response to a request for which {@link #ready} has none. */
    boolean takesAMoment(GetRequest request, Client client) {
        return request.isList() || key(request, client) != null && guide(catalogue.now(), request) != null;
    }

    /**
     * Makes a response that is not in memory, which takes a moment and may wait for a store; null if the servlet container has to answer.
     */
    @Nullable
    FastResponse later(GetRequest request, Client client) {
        try {
            return request.isList() ? list(request, client) : loaded(request, client);
        } catch (RuntimeException failed) {
            if (failed instanceof Refused || Failures.isOutage(failed)) return null;
            throw failed;
        }
    }

    /** Loads the guide. If it was changed or unpublished meanwhile, it is looked up again. */
    private @Nullable FastResponse loaded(GetRequest request, Client client) {
        if (!mayAsk(key(request, client))) return null;
        for (var guide = guide(catalogue.now(), request); guide != null; ) {
            var representation = contents.of(guide).representation();
            var key = key(request, client);
            var now = catalogue.now();
            var current = guide(now, request);
            if (current == guide)
                return key == null
                        ? null
                        : response(key, request, withReferences(guide, representation, key, now), now);
            guide = current;
        }
        return null;
    }

    /** Whether there is a key below its limit; a key above its limit is refused by the servlet container, before anything is made. */
    private static boolean mayAsk(@Nullable LimitedKey key) {
        return key != null && key.bucket().getAvailableTokens() >= 1;
    }

    private @Nullable FastResponse list(GetRequest request, Client client) {
        var key = key(request, client);
        if (key == null || !mayAsk(key)) return null;
        var snapshot = catalogue.now();
        // nothing is published, or the state is unknown: the servlet container answers
        if (snapshot.position() == 0) return null;
        return list(snapshot, request)
                .map(representation -> response(key, request, representation, snapshot))
                .orElse(null);
    }

    /** The key, if it is valid and may read the requested type, and the data is fresh; else null. */
    private @Nullable LimitedKey key(GetRequest request, Client client) {
        String authorization = request.fields().authorization();
        if (authorization == null || request.fields().hasComplexCondition() || !confirmation.holds()) return null;
        var ring = keys.ring();
        if (client.ring != ring || !client.authorization.equals(authorization)) {
            client.key = find(ring, authorization);
            client.authorization = authorization;
            client.ring = ring;
        }
        var key = client.key;
        return key != null && key.key().reads(request.type()) ? key : null;
    }

    private @Nullable LimitedKey find(KeyRing ring, String authorization) {
        return authorization.startsWith(BEARER)
                ? ring.find(authorization.substring(BEARER.length()))
                        .map(key -> new LimitedKey(key, limits.bucket(key)))
                        .orElse(null)
                : null;
    }

    private @Nullable PublishedGuide guide(Snapshot snapshot, GetRequest request) {
        if (request.query() != null || snapshot.position() == 0) return null;
        var guide = snapshot.published(request.path());
        // close to a known change, caches may keep the response for less than the usual time
        return guide == null || guide.changesBy(clock.millis() + maxAge) ? null : guide;
    }

    private @Nullable Representation inMemory(Snapshot snapshot, GetRequest request, LimitedKey key) {
        var guide = guide(snapshot, request);
        var representation = guide == null ? null : contents.ready(guide);
        return guide == null || representation == null ? null : withReferences(guide, representation, key, snapshot);
    }

    private Representation withReferences(
            PublishedGuide guide, Representation whole, LimitedKey key, Snapshot snapshot) {
        return whole.references().isEmpty()
                ? whole
                : contents.resolved(guide, whole, snapshot.references(whole.references(), key.key()::reads));
    }

    private Optional<Representation> list(Snapshot snapshot, GetRequest request) {
        try {
            var type = types.find(request.path());
            if (type.isEmpty()) return Optional.empty();
            var parameters = new LinkedMultiValueMap<String, String>();
            String sent = request.query();
            // normalized in the same way as by every other entry point
            if (sent != null
                    && !UrlEncoded.decodeUtf8To(
                            sent, 0, sent.length(), (name, value) -> parameters.add(name, CleanText.normal(value))))
                return Optional.empty();
            var query = ListQuery.parse(type.get(), parameters, filterLimits);
            return query.q() == null && query.asOf() == null
                    ? Optional.of(lists.get(snapshot, request.path(), sent, query))
                    : Optional.empty();
        } catch (Refused | IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    /**
     * Counts the request against the limit of the key; null if the key has none left, so that the servlet container refuses the request.
     */
    private @Nullable FastResponse response(
            LimitedKey key, GetRequest request, Representation representation, Snapshot snapshot) {
        long left = RateLimits.take(key.bucket());
        if (left < 0) return null;
        responses.increment();
        var form = representation.form(ContentCoding.of(request.fields().acceptEncoding()));
        return new FastResponse(form, form.has(request.fields().ifNoneMatch()), snapshot.position(), left);
    }
}
