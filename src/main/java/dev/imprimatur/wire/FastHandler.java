// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.wire;

import dev.imprimatur.delivery.DeliveryRequests;
import java.util.List;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;

/** Offers the fast path on connections that Jetty reads, ahead of the servlet container. */
final class FastHandler extends Handler.Wrapper {
    /** The headers that the fast path reads as a single line. */
    private static final List<HttpHeader> ONE_LINE =
            List.of(HttpHeader.AUTHORIZATION, HttpHeader.IF_NONE_MATCH, HttpHeader.ACCEPT_ENCODING);

    private final FastPath path;
    private final ResponseHeaders responseHeaders;

    FastHandler(Handler next, FastPath path, ResponseHeaders responseHeaders) {
        super(next);
        this.path = path;
        this.responseHeaders = responseHeaders;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        var headers = request.getHeaders();
        var uri = request.getHttpURI();
        if (!FastPath.isDelivery(uri.getPath())
                || !HttpMethod.GET.is(request.getMethod())
                || headers.contains("Imprimatur-At-Least")
                // only the servlet container knows from which origins a key may be used
                || headers.contains(HttpHeader.ORIGIN)
                || headers.contains(HttpHeader.IF_MODIFIED_SINCE)
                || headers.contains(HttpHeader.CONTENT_TYPE)
                || ONE_LINE.stream().anyMatch(name -> headers.getFields(name).size() > 1))
            return super.handle(request, response, callback);
        var get = new FastPath.GetRequest(
                uri.getPath().substring(DeliveryRequests.PREFIX.length()),
                uri.getQuery(),
                new FastPath.HeaderFields(
                        headers.get(HttpHeader.AUTHORIZATION),
                        headers.get(HttpHeader.IF_NONE_MATCH),
                        headers.get(HttpHeader.ACCEPT_ENCODING)));
        var client = new FastPath.Client();
        var ready = path.ready(get, client);
        if (ready == null) ready = path.later(get, client);
        if (ready == null) return super.handle(request, response, callback);
        responseHeaders.forEach(ready, response.getHeaders()::add);
        ready.form().headers(ready.isNotModified(), response.getHeaders()::add);
        response.setStatus(ready.isNotModified() ? HttpStatus.NOT_MODIFIED_304 : HttpStatus.OK_200);
        response.write(
                true,
                ready.isNotModified() ? BufferUtil.EMPTY_BUFFER : ready.form().body(),
                callback);
        return true;
    }
}
