// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.problem;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Removes the Content-Length header from 304 responses. There the header would state the length of the representation (RFC 9110, 8.6), but
 * the server writes a zero.
 */
final class NotModified extends Handler.Wrapper {
    NotModified(Handler next) {
        super(next);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        request.addHttpStreamWrapper(WithoutLength::new);
        return super.handle(request, response, callback);
    }

    private static final class WithoutLength extends HttpStream.Wrapper {
        WithoutLength(HttpStream stream) {
            super(stream);
        }

        @Override
        public void send(
                MetaData.Request request,
                MetaData.@Nullable Response response,
                boolean last,
                @Nullable ByteBuffer content,
                Callback callback) {
            super.send(request, response == null ? null : withoutLength(response), last, content, callback);
        }

        private static MetaData.Response withoutLength(MetaData.Response response) {
            return response.getStatus() != HttpStatus.NOT_MODIFIED_304
                    ? response
                    : new MetaData.Response(
                            response.getStatus(),
                            response.getReason(),
                            response.getHttpVersion(),
                            HttpFields.build(response.getHttpFields()).remove(HttpHeader.CONTENT_LENGTH),
                            -1,
                            response.getTrailersSupplier());
        }
    }
}
