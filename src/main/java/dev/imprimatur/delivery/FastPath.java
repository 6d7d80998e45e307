package dev.imprimatur.delivery;

import dev.imprimatur.access.Access;
import dev.imprimatur.access.SiteKey;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.problem.Refused;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
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
 * What sites ask for most, one guide as it is and lists, and their 304, answered ahead of the servlet container from bytes that are
 * ready.
 * It says yes only: whatever it does not know for certain (another credential, a parameter, a slug that is not live) goes on to
 * the handlers that refuse, so that no rule stands here a second time.
 */
@Component
class FastPath {
    static final String PREFIX = "/api/delivery/v1/";
    private static final String BEARER = "Bearer ";
    /** What Spring Security writes on every other answer to a site. */
    private static final List<HttpField> PROTECTION = List.of(
            new PreEncodedHttpField("X-Content-Type-Options", "nosniff"),
            new PreEncodedHttpField("X-XSS-Protection", "0"),
            new PreEncodedHttpField("X-Frame-Options", "DENY"),
            new PreEncodedHttpField("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
            new PreEncodedHttpField("Referrer-Policy", "no-referrer"));

    private final Access access;
    private final Catalogue catalogue;
    private final Lists lists;
    private final ContentTypes types;
    private final RateLimits limits;
    private final Clock clock;
    private final long maxAge;
    private final List<HttpField> constant = new ArrayList<>(PROTECTION);
    private final LongAdder answers = new LongAdder();
    private volatile HttpField position = new PreEncodedHttpField(Answer.POSITION, "0");

    FastPath(
            Access access,
            Catalogue catalogue,
            Lists lists,
            ContentTypes types,
            RateLimits limits,
            Clock clock,
            MeterRegistry meters,
            @Value("${imprimatur.delivery.max-age:30s}") Duration maxAge) {
        this.access = access;
        this.catalogue = catalogue;
        this.lists = lists;
        this.types = types;
        this.limits = limits;
        constant.add(new PreEncodedHttpField(RateLimits.POLICY_HEADER, limits.policy()));
        this.clock = clock;
        this.maxAge = maxAge.toMillis();
        constant.add(new PreEncodedHttpField(HttpHeader.CACHE_CONTROL, Answer.cacheControl(maxAge.toSeconds())));
        FunctionCounter.builder("imprimatur.delivery.fast", answers, LongAdder::sum)
                .description("answers sent ahead of the servlet container, which http.server.requests does not count")
                .register(meters);
    }

    /**
     * A {@code GET} whose only condition, if any, is an entity tag.
     *
     * @param path as it was sent
     * @param query as it was sent; null if there was none
     */
    record Asked(
            String path,
            @Nullable String query,
            @Nullable String authorization,
            @Nullable String ifNoneMatch,
            @Nullable String acceptEncoding) {
        private String type() {
            int slash = path.indexOf('/', PREFIX.length());
            return path.substring(PREFIX.length(), slash < 0 ? path.length() : slash);
        }

        boolean isList() {
            return path.indexOf('/', PREFIX.length()) < 0;
        }

        /** Several tags, weak ones and the asterisk are weighed by the servlet way. */
        private boolean mayBeKnownOtherwise() {
            return ifNoneMatch != null
                    && (ifNoneMatch.isEmpty() || ifNoneMatch.charAt(0) != '"' || ifNoneMatch.indexOf(',') >= 0);
        }
    }

    /**
     * An answer, to be sent as it is.
     *
     * @param isKnown whether the site has it already: 304, without the body
     * @param left how many requests the key has left
     */
    record Ready(Answer.Form form, boolean isKnown, long position, long left) {}

    /** Whether it may be one of ours at all. */
    static boolean isOurs(@Nullable String path) {
        return path != null && path.startsWith(PREFIX);
    }

    /** What is ready to be sent, found without waiting for anything. */
    Optional<Ready> ready(Asked asked) {
        var state = catalogue.now();
        return key(asked).flatMap(key -> {
            var answer =
                    asked.isList() ? lists.known(state.position(), asked.type(), asked.query()) : guide(state, asked);
            return answer.flatMap(it -> taken(key, asked, it, state));
        });
    }

    /** A list that was not asked for before; it takes a moment to put it together. */
    Optional<Ready> list(Asked asked) {
        if (!asked.isList()) return Optional.empty();
        var state = catalogue.now();
        return key(asked).flatMap(key -> made(state, asked).flatMap(it -> taken(key, asked, it, state)));
    }

    private Optional<SiteKey> key(Asked asked) {
        String authorization = asked.authorization();
        if (authorization == null || !authorization.startsWith(BEARER) || asked.mayBeKnownOtherwise())
            return Optional.empty();
        return access.reader(authorization.substring(BEARER.length())).filter(key -> key.reads(asked.type()));
    }

    private Optional<Answer> guide(State state, Asked asked) {
        if (asked.query() != null) return Optional.empty();
        String slug = asked.path().substring(asked.path().indexOf('/', PREFIX.length()) + 1);
        var guide = state.section(asked.type()).live(slug, DeliveryApi.DEFAULT_LOCALE);
        // close to a change that is known, the answer may be kept for less than the usual time
        return guide == null || guide.changesAt().toEpochMilli() - clock.millis() <= maxAge
                ? Optional.empty()
                : Optional.of(guide.answer());
    }

    private Optional<Answer> made(State state, Asked asked) {
        try {
            var type = types.find(asked.type());
            if (type.isEmpty()) return Optional.empty();
            var parameters = new LinkedMultiValueMap<String, String>();
            String sent = asked.query();
            if (sent != null && !UrlEncoded.decodeUtf8To(sent, 0, sent.length(), parameters::add))
                return Optional.empty();
            var query = Query.parse(type.get(), parameters);
            return query.q() == null && query.asOf() == null
                    ? Optional.of(lists.answer(state, asked.type(), sent, query))
                    : Optional.empty();
        } catch (Refused | IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    /** Counts it against the key, unless that has none left: then it is refused elsewhere. */
    private Optional<Ready> taken(SiteKey key, Asked asked, Answer answer, State state) {
        long left = limits.take(key);
        if (left < 0) return Optional.empty();
        answers.increment();
        var form = answer.form(Encoding.of(asked.acceptEncoding()));
        return Optional.of(new Ready(form, form.has(asked.ifNoneMatch()), state.position(), left));
    }

    /** Every header of an answer but those of its form. */
    void headers(Ready ready, Consumer<HttpField> to) {
        for (var field : constant) to.accept(field);
        to.accept(new HttpField(RateLimits.HEADER, limits.told(ready.left())));
        to.accept(position(ready.position()));
    }

    private HttpField position(long now) {
        var last = position;
        if (last.getLongValue() != now) position = last = new PreEncodedHttpField(Answer.POSITION, Long.toString(now));
        return last;
    }
}
