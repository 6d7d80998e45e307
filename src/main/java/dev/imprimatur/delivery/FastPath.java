package dev.imprimatur.delivery;

import dev.imprimatur.access.Access;
import dev.imprimatur.access.SiteKey;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;

/**
 * What sites ask for most, one guide as it is and lists that were asked for before, and their 304, answered ahead of the servlet
 * container from bytes that are ready.
 * It says yes only: whatever it does not know for certain (another credential, a parameter, a slug that is not live) goes on to
 * the handlers that refuse, so that no rule stands here a second time.
 */
final class FastPath extends Handler.Wrapper {
    static final String PREFIX = "/api/delivery/v1/";
    private static final String BEARER = "Bearer ";
    private static final HttpField JSON = new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "application/json");
    /** What Spring Security writes on every other answer to a site. */
    private static final HttpField[] PROTECTION = {
        new PreEncodedHttpField("X-Content-Type-Options", "nosniff"),
        new PreEncodedHttpField("X-XSS-Protection", "0"),
        new PreEncodedHttpField("X-Frame-Options", "DENY"),
        new PreEncodedHttpField("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
        new PreEncodedHttpField("Referrer-Policy", "no-referrer")
    };

    private final Access access;
    private final Catalogue catalogue;
    private final Lists lists;
    private final RateLimits limits;
    private final HttpField policy;
    private final Clock clock;
    private final long maxAge;
    private final HttpField cacheControl;
    private volatile HttpField position = new PreEncodedHttpField(Answer.POSITION, "0");

    FastPath(
            Handler next,
            Access access,
            Catalogue catalogue,
            Lists lists,
            RateLimits limits,
            Clock clock,
            Duration maxAge) {
        super(next);
        this.access = access;
        this.catalogue = catalogue;
        this.lists = lists;
        this.limits = limits;
        this.policy = new PreEncodedHttpField(RateLimits.POLICY_HEADER, limits.policy());
        this.clock = clock;
        this.maxAge = maxAge.toMillis();
        this.cacheControl = new PreEncodedHttpField(HttpHeader.CACHE_CONTROL, Answer.cacheControl(maxAge.toSeconds()));
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        var state = catalogue.now();
        var key = key(request.getHeaders());
        var answer = key.flatMap(it -> answer(request, state, it));
        long left = answer.isEmpty() ? -1 : limits.take(key.orElseThrow());
        if (left < 0) return super.handle(request, response, callback);
        var ready = answer.orElseThrow().form(Encoding.of(request.getHeaders().get(HttpHeader.ACCEPT_ENCODING)));
        boolean known = ready.etag().equals(request.getHeaders().get(HttpHeader.IF_NONE_MATCH));
        var headers = response.getHeaders();
        headers.add(policy);
        headers.add(RateLimits.HEADER, limits.told(left));
        for (var field : PROTECTION) headers.add(field);
        for (var field : ready.fields())
            if (!known || field.getHeader() != HttpHeader.CONTENT_ENCODING) headers.add(field);
        headers.add(cacheControl);
        headers.add(position(state.position()));
        if (known) {
            response.setStatus(HttpStatus.NOT_MODIFIED_304);
            response.write(true, BufferUtil.EMPTY_BUFFER, callback);
        } else {
            response.setStatus(HttpStatus.OK_200);
            headers.add(JSON);
            var body = ready.body();
            headers.put(HttpHeader.CONTENT_LENGTH, body.remaining());
            response.write(true, body, callback);
        }
        return true;
    }

    private Optional<Answer> answer(Request request, State state, SiteKey key) {
        String path = request.getHttpURI().getPath();
        if (path == null || !path.startsWith(PREFIX) || !HttpMethod.GET.is(request.getMethod()))
            return Optional.empty();
        var headers = request.getHeaders();
        if (headers.contains("Imprimatur-At-Least") || mayBeKnownOtherwise(headers)) return Optional.empty();
        String query = request.getHttpURI().getQuery();
        int slash = path.indexOf('/', PREFIX.length());
        String type = path.substring(PREFIX.length(), slash < 0 ? path.length() : slash);
        if (!key.reads(type)) return Optional.empty();
        if (slash < 0) return lists.known(state.position(), type, query);
        if (query != null) return Optional.empty();
        var guide = state.section(type).live(path.substring(slash + 1), DeliveryApi.DEFAULT_LOCALE);
        // close to a change that is known, the answer may be kept for less than the usual time
        return guide == null || guide.changesAt().toEpochMilli() - clock.millis() <= maxAge
                ? Optional.empty()
                : Optional.of(guide.answer());
    }

    private Optional<SiteKey> key(HttpFields headers) {
        String authorization = headers.get(HttpHeader.AUTHORIZATION);
        return authorization == null || !authorization.startsWith(BEARER)
                ? Optional.empty()
                : access.reader(authorization.substring(BEARER.length()));
    }

    /** Conditions beyond one strong entity tag are weighed by the servlet way. */
    private static boolean mayBeKnownOtherwise(HttpFields headers) {
        String tag = headers.get(HttpHeader.IF_NONE_MATCH);
        return tag == null
                ? headers.contains(HttpHeader.IF_MODIFIED_SINCE)
                : tag.isEmpty() || tag.charAt(0) != '"' || tag.indexOf(',') >= 0;
    }

    private HttpField position(long now) {
        var last = position;
        if (last.getLongValue() != now) position = last = new PreEncodedHttpField(Answer.POSITION, Long.toString(now));
        return last;
    }
}
