// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.problem;

import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;

/**
 * A request whose body need not be read by its handler. Without this wrapper, the container would declare the rest of the body
 * unreadable once the response is ready, and close the connection while the client still sends. Here the container only checks
 * whether the body has ended.
 */
final class UnreadRequest extends Request.Wrapper {
    private static final int MOST_CHUNKS = 16;

    UnreadRequest(Request request) {
        super(request);
    }

    @Override
    public boolean consumeAvailable() {
        for (int i = 0; i < MOST_CHUNKS; i++) {
            var chunk = read();
            if (chunk == null) return false;
            boolean isEnd = chunk.isLast() && !Content.Chunk.isFailure(chunk);
            chunk.release();
            if (isEnd) return true;
        }
        return false;
    }

    @Override
    public void fail(Throwable failure) {}
}
