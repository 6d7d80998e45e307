// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.problem;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Waits until the whole body of a browser's or an anonymous client's request has arrived, before the request takes a thread. A form that
 * arrives byte by byte then costs a little memory for a limited time, and no thread. Requests of API clients do not wait here: their
 * credential is checked first, and their body is not read without a valid one.
 */
final class BodyArrival extends Handler.Wrapper {
    /**
     * How much of a refused body is still read, as a multiple of the limit. A client that is still sending when the connection is closed
     * cannot read the response that says why.
     */
    private static final int READ_ON = 8;

    private static final long READ_ON_FOR = TimeUnit.SECONDS.toNanos(2);
    private static final long LOOK_EVERY = 1;

    private final BodyPace pace;
    private final ProblemWriter problems;
    private final long mostArriving;
    private final AtomicLong arriving = new AtomicLong();

    /** @param mostArriving the maximum total size, in bytes, of all bodies that are incomplete or not processed yet */
    BodyArrival(Handler next, BodyPace pace, ProblemWriter problems, long mostArriving) {
        super(next);
        this.pace = pace;
        this.problems = problems;
        this.mostArriving = mostArriving;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (!hasBody(request)) return super.handle(request, response, callback);
        boolean isByProgram = isByProgram(request);
        boolean isRefused =
                request.getLength() > pace.limit() || request.getHeaders().contains(HttpHeader.CONTENT_ENCODING);
        if (isByProgram && !request.getHeaders().contains(HttpHeader.AUTHORIZATION))
            return super.handle(request, response, callback);
        var toTheEnd = new ReadOn(request, response, callback);
        if (isByProgram || isRefused) return super.handle(new Unread(request), response, toTheEnd);
        new Arriving(request, response, toTheEnd).run();
        return true;
    }

    /** Whether an API client sent the request. The setup of the first administrator is an exception, since it asks for no credential. */
    private static boolean isByProgram(Request request) {
        String path = request.getHttpURI().getPath();
        return path != null && Audience.isForPrograms(path) && !path.equals("/setup");
    }

    private static boolean hasBody(Request request) {
        return request.getLength() > 0 || request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING);
    }

    private boolean handleWhole(Request request, Response response, Callback callback) throws Exception {
        return super.handle(request, response, callback);
    }

    /** A body that is still arriving. */
    private final class Arriving implements Runnable {
        private final Request request;
        private final Response response;
        private final ReadOn toTheEnd;
        private final Callback callback;
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private final AtomicBoolean over = new AtomicBoolean();
        private final long since = System.nanoTime();
        private final AtomicLong arrived = new AtomicLong();
        private volatile Scheduler.@Nullable Task look;

        Arriving(Request request, Response response, ReadOn toTheEnd) {
            this.request = request;
            this.response = response;
            this.toTheEnd = toTheEnd;
            this.callback = Callback.from(() -> arriving.addAndGet(-arrived.get()), toTheEnd);
            lookLater();
        }

        private void lookLater() {
            look = request.getComponents().getScheduler().schedule(this::look, LOOK_EVERY, TimeUnit.SECONDS);
        }

        /** Refuses a body that is too slow; called by a timer, since a client that sends nothing triggers no other check. */
        private void look() {
            if (pace.isTooSlow(arrived.get(), since)) refuse(pace.tooSlow());
            else if (!over.get()) lookLater();
        }

        @Override
        public void run() {
            while (!over.get()) {
                var chunk = request.read();
                if (chunk == null) {
                    request.demand(this);
                    return;
                }
                if (Content.Chunk.isFailure(chunk)) {
                    if (isMineToEnd()) callback.failed(chunk.getFailure());
                    return;
                }
                boolean isLast = chunk.isLast();
                take(chunk.getByteBuffer());
                chunk.release();
                if (isLast || arrived.get() > pace.limit()) {
                    toTheEnd.wasRead = isLast;
                    if (isMineToEnd()) goOn();
                    return;
                }
                if (arriving.get() > mostArriving)
                    refuse(Refusal.unavailable(
                            "busy", "too much is being sent at the moment; send it again", Duration.ofSeconds(2)));
            }
        }

        private void take(ByteBuffer some) {
            byte[] bytes = new byte[some.remaining()];
            some.get(bytes);
            body.writeBytes(bytes);
            arrived.addAndGet(bytes.length);
            arriving.addAndGet(bytes.length);
        }

        private boolean isMineToEnd() {
            boolean mine = over.compareAndSet(false, true);
            var task = look;
            if (mine && task != null) task.cancel();
            return mine;
        }

        private void goOn() {
            var whole = new Whole(request, ByteBuffer.wrap(body.toByteArray()));
            try {
                if (!handleWhole(whole, response, callback))
                    Response.writeError(whole, response, callback, HttpStatus.NOT_FOUND_404);
            } catch (Exception failed) {
                Response.writeError(whole, response, callback, failed);
            }
        }

        private void refuse(Refusal refusal) {
            if (!isMineToEnd()) return;
            response.getHeaders().put(HttpHeader.CONNECTION, "close");
            problems.write(refusal, response, callback);
        }
    }

    /**
     * A request whose body need not be read by its handler. Without this wrapper, the container would declare the rest of the body
     * unreadable once the response is ready, and close the connection while the client still sends. Here the container only checks
     * whether the body has ended.
     */
    private static final class Unread extends Request.Wrapper {
        private static final int MOST_CHUNKS = 16;

        Unread(Request request) {
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

    /** A request whose whole body has arrived. */
    private static final class Whole extends Request.Wrapper {
        private final Content.Source body;

        Whole(Request request, ByteBuffer body) {
            super(request);
            this.body = Content.Source.from(body);
        }

        @Override
        public Content.@Nullable Chunk read() {
            return body.read();
        }

        @Override
        public void demand(Runnable callback) {
            body.demand(callback);
        }

        @Override
        public void fail(Throwable failure) {
            body.fail(failure);
        }
    }

    /** Reads and discards the rest of a refused body for a short time. */
    private final class ReadOn implements Callback, Runnable {
        private final Request request;
        private final Response response;
        private final Callback callback;
        private final AtomicBoolean over = new AtomicBoolean();
        /** Whether the whole body was read already. */
        private volatile boolean wasRead;

        private long until;
        private long left;

        ReadOn(Request request, Response response, Callback callback) {
            this.request = request;
            this.response = response;
            this.callback = callback;
        }

        @Override
        public void succeeded() {
            int status = response.getStatus();
            // a connection whose body was not read to its end is closed, which would break the next request of a
            // client that reuses the connection
            if (wasRead || status < HttpStatus.BAD_REQUEST_400 || status == HttpStatus.UNAUTHORIZED_401) {
                callback.succeeded();
                return;
            }
            until = System.nanoTime() + READ_ON_FOR;
            left = READ_ON * pace.limit();
            request.getComponents().getScheduler().schedule(this::end, READ_ON_FOR, TimeUnit.NANOSECONDS);
            run();
        }

        @Override
        public void failed(Throwable failure) {
            callback.failed(failure);
        }

        private void end() {
            if (over.compareAndSet(false, true)) callback.succeeded();
        }

        @Override
        public void run() {
            while (!over.get()) {
                var chunk = request.read();
                if (chunk == null) {
                    request.demand(this);
                    return;
                }
                left -= chunk.remaining();
                boolean isLast = chunk.isLast();
                chunk.release();
                if (isLast || left < 0 || System.nanoTime() > until) end();
            }
        }
    }
}
