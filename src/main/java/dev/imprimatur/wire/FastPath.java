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
import dev.imprimatur.representation.Representation;
import io.github.bucket4j.Bucket;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;
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
    private static final String END = "\r\n";
    private static final byte[] EMPTY_LINE = ascii(END);
    /** The headers that Spring Security adds to every other response to a site. */
    private static final List<HttpField> PROTECTION = List.of(
            new PreEncodedHttpField("X-Content-Type-Options", "nosniff"),
            new PreEncodedHttpField("X-XSS-Protection", "0"),
            new PreEncodedHttpField("X-Frame-Options", "DENY"),
            new PreEncodedHttpField("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
            new PreEncodedHttpField("Referrer-Policy", "no-referrer"));

    private final SiteKeys keys;
    private final Catalogue catalogue;
    private final Confirmation confirmation;
    private final ListCache lists;
    private final FilterLimits filterLimits;
    private final ContentTypes types;
    private final RateLimits limits;
    private final Clock clock;
    private final long maxAge;
    private final List<HttpField> constant = new ArrayList<>(PROTECTION);
    private final LongAdder answers = new LongAdder();
    private volatile @Nullable Start ok;
    private volatile @Nullable Start notModified;

    /** The header lines shared by all responses of one second at one position. */
    private record Start(HttpField date, long position, ByteBuffer lines) {}

    FastPath(
            SiteKeys keys,
            Catalogue catalogue,
            Confirmation confirmation,
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
        this.lists = lists;
        this.filterLimits = filterLimits;
        this.types = types;
        this.limits = limits;
        constant.add(new PreEncodedHttpField(RateLimits.POLICY_HEADER, limits.policy()));
        this.clock = clock;
        this.maxAge = maxAge.toMillis();
        constant.add(
                new PreEncodedHttpField(HttpHeader.CACHE_CONTROL, Representation.cacheControl(maxAge.toSeconds())));
        FunctionCounter.builder("imprimatur.delivery.fast", answers, LongAdder::sum)
                .description("answers sent ahead of the servlet container, which http.server.requests does not count")
                .register(meters);
    }

    /**
     * The header fields of a request that matter here.
     *
     * @param authorization the credentials, with their scheme
     */
    record Fields(
            @Nullable String authorization,
            @Nullable String ifNoneMatch,
            @Nullable String acceptEncoding) {
        /** Whether the condition is not one strong entity tag; the servlet container evaluates several tags, weak tags and the asterisk. */
        private boolean mayBeKnownOtherwise() {
            return ifNoneMatch != null
                    && (ifNoneMatch.isEmpty() || ifNoneMatch.charAt(0) != '"' || ifNoneMatch.indexOf(',') >= 0);
        }

        /** Hides the credentials, so that no log can reveal them by accident. */
        @Override
        public String toString() {
            return "Fields[…]";
        }
    }

    /**
     * A {@code GET} request whose only condition, if any, is an entity tag.
     *
     * @param path the path as sent, from the type on
     * @param query the query string as sent; null if there is none
     */
    record Asked(String path, @Nullable String query, Fields fields) {
        private String type() {
            int slash = path.indexOf('/');
            return slash < 0 ? path : path.substring(0, slash);
        }

        boolean isList() {
            return path.indexOf('/') < 0;
        }
    }

    /** A valid key and its rate limit. */
    private record Known(SiteKey key, Bucket bucket) {}

    /** The client of a connection. The key found for its credentials is remembered until the credentials or the key ring change. */
    static final class Caller {
        private @Nullable KeyRing ring;
        private String authorization = "";
        private @Nullable Known known;
    }

    /**
     * A response that is ready to be sent.
     *
     * @param isKnown whether the client has it already: 304, without the body
     * @param left how many requests the key has left
     */
    record Ready(Representation.Form form, boolean isKnown, long position, long left) {}

    /** Whether the path belongs to the delivery API. */
    static boolean isOurs(@Nullable String path) {
        return path != null && path.startsWith(DeliveryRequests.PREFIX);
    }

    /** Returns a response that can be sent without waiting for anything; null if there is none. */
    @Nullable
    Ready ready(Asked asked, Caller caller) {
        var known = known(asked, caller);
        if (known == null) return null;
        var snapshot = catalogue.now();
        if (snapshot.position() == 0) return null;
        var answer = asked.isList()
                ? lists.find(snapshot, asked.path(), asked.query()).orElse(null)
                : guide(snapshot, asked);
        return answer == null ? null : taken(known, asked, answer, snapshot);
    }

    /** Makes a list that is not cached, which takes a moment; null if the servlet container has to answer. */
    @Nullable
    Ready list(Asked asked, Caller caller) {
        var known = asked.isList() ? known(asked, caller) : null;
        // a key above its limit is refused by the servlet container, before a list is made
        if (known == null || known.bucket().getAvailableTokens() < 1) return null;
        var snapshot = catalogue.now();
        // nothing is published, or the state is unknown: the servlet container answers
        if (snapshot.position() == 0) return null;
        return made(snapshot, asked)
                .map(answer -> taken(known, asked, answer, snapshot))
                .orElse(null);
    }

    /** The key, if it is valid and may read the requested type, and the data is fresh; else null. */
    private @Nullable Known known(Asked asked, Caller caller) {
        String authorization = asked.fields().authorization();
        if (authorization == null || asked.fields().mayBeKnownOtherwise() || !confirmation.holds()) return null;
        var ring = keys.ring();
        if (caller.ring != ring || !caller.authorization.equals(authorization)) {
            caller.known = found(ring, authorization);
            caller.authorization = authorization;
            caller.ring = ring;
        }
        var known = caller.known;
        return known != null && known.key().reads(asked.type()) ? known : null;
    }

    private @Nullable Known found(KeyRing ring, String authorization) {
        return authorization.startsWith(BEARER)
                ? ring.find(authorization.substring(BEARER.length()))
                        .map(key -> new Known(key, limits.bucket(key)))
                        .orElse(null)
                : null;
    }

    private @Nullable Representation guide(Snapshot snapshot, Asked asked) {
        if (asked.query() != null) return null;
        var guide = snapshot.live(asked.path());
        // close to a known change, caches may keep the response for less than the usual time
        return guide == null || guide.changesBy(clock.millis() + maxAge) ? null : guide.answer();
    }

    private Optional<Representation> made(Snapshot snapshot, Asked asked) {
        try {
            var type = types.find(asked.path());
            if (type.isEmpty()) return Optional.empty();
            var parameters = new LinkedMultiValueMap<String, String>();
            String sent = asked.query();
            // normalized in the same way as by every other entry point
            if (sent != null
                    && !UrlEncoded.decodeUtf8To(
                            sent, 0, sent.length(), (name, value) -> parameters.add(name, CleanText.normal(value))))
                return Optional.empty();
            var query = ListQuery.parse(type.get(), parameters, filterLimits);
            return query.q() == null && query.asOf() == null
                    ? Optional.of(lists.get(snapshot, asked.path(), sent, query))
                    : Optional.empty();
        } catch (Refused | IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    /**
     * Counts the request against the limit of the key; null if the key has none left, so that the servlet container refuses the request.
     */
    private @Nullable Ready taken(Known known, Asked asked, Representation answer, Snapshot snapshot) {
        long left = RateLimits.take(known.bucket());
        if (left < 0) return null;
        answers.increment();
        var form = answer.form(ContentCoding.of(asked.fields().acceptEncoding()));
        return new Ready(form, form.has(asked.fields().ifNoneMatch()), snapshot.position(), left);
    }

    /** Passes on every header of a response except those of its form. */
    void headers(Ready ready, Consumer<HttpField> to) {
        for (var field : constant) to.accept(field);
        to.accept(new HttpField(Representation.POSITION, Long.toString(ready.position())));
        to.accept(new HttpField(RateLimits.HEADER, limits.header(ready.left())));
    }

    /** Writes the head of a response in the syntax of HTTP/1.1. */
    void head(Ready ready, HttpField date, ByteBuffer to) {
        to.put(start(ready.isKnown(), ready.position(), date).lines().duplicate())
                .put(ascii(RateLimits.HEADER + ": " + limits.header(ready.left()) + END))
                .put(ready.form().lines(ready.isKnown()))
                .put(EMPTY_LINE);
    }

    private Start start(boolean isKnown, long position, HttpField date) {
        var last = isKnown ? notModified : ok;
        if (last != null && last.date().equals(date) && last.position() == position) return last;
        var text = new StringBuilder(isKnown ? "HTTP/1.1 304 Not Modified" : "HTTP/1.1 200 OK").append(END);
        for (var field : constant) Representation.line(text, field.getName(), field.getValue());
        Representation.line(text, date.getName(), date.getValue());
        Representation.line(text, Representation.POSITION, Long.toString(position));
        var made = new Start(date, position, ByteBuffer.wrap(ascii(text.toString())));
        if (isKnown) notModified = made;
        else ok = made;
        return made;
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
