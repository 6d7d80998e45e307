// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.access;

import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Renames the session cookie to {@code __Host-…} on requests over TLS, so that browsers accept the cookie from this host over TLS only (RFC
 * 6265bis, 4.1.3.2). The servlet container supports only one name for all requests, and always sees the plain name.
 */
final class HostCookie extends Handler.Wrapper {
    static final String PREFIX = "__Host-";

    private final String name;

    /** @param name the name of the cookie without TLS */
    HostCookie(Handler next, String name) {
        super(next);
        this.name = name + "=";
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (!request.isSecure()) return super.handle(request, response, callback);
        var wrapped = new TlsRequest(request);
        return super.handle(wrapped, new TlsResponse(wrapped, response), callback);
    }

    private final class TlsRequest extends Request.Wrapper {
        private final HttpFields headers;

        TlsRequest(Request request) {
            super(request);
            var fields = HttpFields.build();
            for (var field : request.getHeaders()) {
                var kept = field.getHeader() == HttpHeader.COOKIE ? cookies(field) : field;
                if (kept != null) fields.add(kept);
            }
            headers = fields.asImmutable();
        }

        /** Drops cookies with the plain name, which an attacker on the network may have set. */
        private @Nullable HttpField cookies(HttpField field) {
            String kept = Arrays.stream(
                            Objects.requireNonNullElse(field.getValue(), "").split(";"))
                    .map(String::strip)
                    .filter(cookie -> !cookie.startsWith(name))
                    .map(cookie -> cookie.startsWith(PREFIX + name) ? cookie.substring(PREFIX.length()) : cookie)
                    .collect(Collectors.joining("; "));
            return kept.isEmpty() ? null : new HttpField(HttpHeader.COOKIE, kept);
        }

        @Override
        public HttpFields getHeaders() {
            return headers;
        }
    }

    private final class TlsResponse extends Response.Wrapper {
        private final HttpFields.Mutable headers;

        TlsResponse(Request request, Response response) {
            super(request, response);
            headers = new HttpFields.Mutable.Wrapper(response.getHeaders()) {
                @Override
                public @Nullable HttpField onAddField(HttpField field) {
                    String value = field.getValue();
                    return field.getHeader() == HttpHeader.SET_COOKIE && value != null && value.startsWith(name)
                            ? new HttpField(HttpHeader.SET_COOKIE, PREFIX + value)
                            : field;
                }
            };
        }

        @Override
        public HttpFields.Mutable getHeaders() {
            return headers;
        }
    }
}
