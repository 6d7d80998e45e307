// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.wire;

import dev.imprimatur.delivery.CacheLifetimes;
import dev.imprimatur.delivery.RateLimits;
import dev.imprimatur.representation.Representation;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Writes the headers of the fast path's responses. They are the same that the servlet container sends. */
@Component
class ResponseHeaders {
    private static final String END = "\r\n";
    private static final byte[] EMPTY_LINE = FastRequest.bytes(END);
    /** The headers that Spring Security adds to every other response to a site. */
    private static final List<HttpField> PROTECTION = List.of(
            new PreEncodedHttpField("X-Content-Type-Options", "nosniff"),
            new PreEncodedHttpField("X-XSS-Protection", "0"),
            new PreEncodedHttpField("X-Frame-Options", "DENY"),
            new PreEncodedHttpField("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
            new PreEncodedHttpField("Referrer-Policy", "no-referrer"));

    private final RateLimits limits;
    private final CacheLifetimes lifetimes;
    private final List<HttpField> constant = new ArrayList<>(PROTECTION);
    private volatile @Nullable SharedLines ok;
    private volatile @Nullable SharedLines notModified;

    /** The lines shared by all responses of one second at one position: the status line and the header lines that follow it. */
    private record SharedLines(HttpField date, long position, ByteBuffer bytes) {}

    ResponseHeaders(RateLimits limits, CacheLifetimes lifetimes) {
        this.limits = limits;
        this.lifetimes = lifetimes;
        constant.add(new PreEncodedHttpField(RateLimits.POLICY_HEADER, limits.policy()));
    }

    /** Passes on every header of a response except those of its form. */
    void forEach(FastResponse response, Consumer<HttpField> consumer) {
        for (var field : constant) consumer.accept(field);
        consumer.accept(new HttpField(HttpHeader.CACHE_CONTROL, lifetimes.now().header()));
        consumer.accept(new HttpField(Representation.POSITION, Long.toString(response.position())));
        consumer.accept(new HttpField(RateLimits.HEADER, limits.header(response.requestsLeft())));
    }

    /** Writes the status line and all headers of a response in the syntax of HTTP/1.1. */
    void write(FastResponse response, HttpField date, ByteBuffer to) {
        boolean isNotModified = response.isNotModified();
        to.put(sharedLines(isNotModified, response.position(), date).bytes().duplicate())
                .put(FastRequest.bytes(RateLimits.HEADER + ": " + limits.header(response.requestsLeft()) + END))
                .put(response.form().lines(isNotModified))
                .put(EMPTY_LINE);
    }

    private SharedLines sharedLines(boolean isNotModified, long position, HttpField date) {
        var last = isNotModified ? notModified : ok;
        if (last != null && last.date().equals(date) && last.position() == position) return last;
        var text = new StringBuilder(isNotModified ? "HTTP/1.1 304 Not Modified" : "HTTP/1.1 200 OK").append(END);
        for (var field : constant) Representation.line(text, field.getName(), field.getValue());
        Representation.line(
                text, HttpHeader.CACHE_CONTROL.asString(), lifetimes.now().header());
        Representation.line(text, date.getName(), date.getValue());
        Representation.line(text, Representation.POSITION, Long.toString(position));
        var lines = new SharedLines(date, position, ByteBuffer.wrap(FastRequest.bytes(text.toString())));
        if (isNotModified) notModified = lines;
        else ok = lines;
        return lines;
    }
}
