// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.problem;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Reads and discards the rest of a refused body for a short time, before the exchange is completed. A client that is still sending when
 * the connection is closed cannot read the response that says why.
 */
final class BodyDrain implements Callback, Runnable {
    /** How much of the body is read, as a multiple of the maximum size of a body. */
    private static final int MULTIPLE = 8;
    /** The same for whoever showed no right credential, such as one that expired while a file was sent. */
    private static final int MULTIPLE_OF_STRANGERS = 2;

    private static final long DRAIN_FOR = TimeUnit.SECONDS.toNanos(2);

    private final Request request;
    private final Response response;
    private final Callback callback;
    private final AtomicBoolean completed = new AtomicBoolean();
    private volatile boolean isRead;

    private final long limit;
    private long until;
    private long left;

    /** @param limit the maximum size of a body, in bytes */
    BodyDrain(Request request, Response response, Callback callback, long limit) {
        this.request = request;
        this.response = response;
        this.callback = callback;
        this.limit = limit;
    }

    /** Says that the whole body was read already, or that a part of it was not. */
    void setRead(boolean read) {
        isRead = read;
    }

    @Override
    public void succeeded() {
        int status = response.getStatus();
        // the container closes a connection whose body was not read to its end, and a client that reuses the
        // connection would lose its next request
        if (isRead || status < HttpStatus.BAD_REQUEST_400) {
            callback.succeeded();
            return;
        }
        left = limit * (status == HttpStatus.UNAUTHORIZED_401 ? MULTIPLE_OF_STRANGERS : MULTIPLE);
        until = System.nanoTime() + DRAIN_FOR;
        request.getComponents().getScheduler().schedule(this::complete, DRAIN_FOR, TimeUnit.NANOSECONDS);
        run();
    }

    @Override
    public void failed(Throwable failure) {
        callback.failed(failure);
    }

    private void complete() {
        if (completed.compareAndSet(false, true)) callback.succeeded();
    }

    @Override
    public void run() {
        while (!completed.get()) {
            var chunk = request.read();
            if (chunk == null) {
                request.demand(this);
                return;
            }
            left -= chunk.remaining();
            boolean isLast = chunk.isLast();
            chunk.release();
            if (isLast || left < 0 || System.nanoTime() > until) complete();
        }
    }
}
