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
    private static final long CHECK_EVERY = 1;

    private final BodyPace pace;
    private final ProblemWriter problems;
    private final long maxArriving;
    private final AtomicLong arriving = new AtomicLong();

    /** @param maxArriving the maximum total size, in bytes, of all bodies that are incomplete or not processed yet */
    BodyArrival(Handler next, BodyPace pace, ProblemWriter problems, long maxArriving) {
        super(next);
        this.pace = pace;
        this.problems = problems;
        this.maxArriving = maxArriving;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (!hasBody(request)) return super.handle(request, response, callback);
        boolean isFromApiClient = isFromApiClient(request);
        boolean isRefused =
                request.getLength() > limit(request) || request.getHeaders().contains(HttpHeader.CONTENT_ENCODING);
        var drain = new BodyDrain(request, response, callback, limit(request));
        if (isFromApiClient || isRefused) return super.handle(new UnreadRequest(request), response, drain);
        new Arriving(request, response, drain).run();
        return true;
    }

    /** Whether an API client sent the request. The setup of the first administrator is an exception, since it asks for no credential. */
    private static boolean isFromApiClient(Request request) {
        String path = request.getHttpURI().getPath();
        return path != null && Audience.isForPrograms(path) && !path.equals("/setup");
    }

    private long limit(Request request) {
        return pace.limit(request.getHttpURI().getPath());
    }

    private static boolean hasBody(Request request) {
        return request.getLength() > 0 || request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING);
    }

    private boolean handleNext(Request request, Response response, Callback callback) throws Exception {
        return super.handle(request, response, callback);
    }

    /** A body that is still arriving. */
    private final class Arriving implements Runnable {
        private final Request request;
        private final Response response;
        private final BodyDrain drain;
        private final Callback callback;
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private final AtomicBoolean completed = new AtomicBoolean();
        private final long since = System.nanoTime();
        private final AtomicLong arrived = new AtomicLong();
        private volatile Scheduler.@Nullable Task nextCheck;

        Arriving(Request request, Response response, BodyDrain drain) {
            this.request = request;
            this.response = response;
            this.drain = drain;
            this.callback = Callback.from(() -> arriving.addAndGet(-arrived.get()), drain);
            scheduleCheck();
        }

        private void scheduleCheck() {
            nextCheck = request.getComponents().getScheduler().schedule(this::check, CHECK_EVERY, TimeUnit.SECONDS);
        }

        /** Refuses a body that is too slow; called by a timer, since a client that sends nothing causes no event. */
        private void check() {
            if (pace.isTooSlow(arrived.get(), since)) refuse(pace.tooSlow());
            else if (!completed.get()) scheduleCheck();
        }

        @Override
        public void run() {
            while (!completed.get()) {
                var chunk = request.read();
                if (chunk == null) {
                    request.demand(this);
                    return;
                }
                if (Content.Chunk.isFailure(chunk)) {
                    if (tryComplete()) callback.failed(chunk.getFailure());
                    return;
                }
                boolean isLast = chunk.isLast();
                add(chunk.getByteBuffer());
                chunk.release();
                if (isLast || arrived.get() > limit(request)) {
                    drain.setRead(isLast);
                    if (tryComplete()) handleBuffered();
                    return;
                }
                if (arriving.get() > maxArriving)
                    refuse(Refusal.unavailable(
                            "busy",
                            "the server receives too much data at the moment; send the request again",
                            Duration.ofSeconds(2)));
            }
        }

        private void add(ByteBuffer chunk) {
            byte[] bytes = new byte[chunk.remaining()];
            chunk.get(bytes);
            body.writeBytes(bytes);
            arrived.addAndGet(bytes.length);
            arriving.addAndGet(bytes.length);
        }

        /** Claims the completion of the request for the caller; returns false if another thread has claimed it. */
        private boolean tryComplete() {
            boolean isFirst = completed.compareAndSet(false, true);
            var check = nextCheck;
            if (isFirst && check != null) check.cancel();
            return isFirst;
        }

        private void handleBuffered() {
            var buffered = new BufferedRequest(request, ByteBuffer.wrap(body.toByteArray()));
            try {
                if (!handleNext(buffered, response, callback))
                    Response.writeError(buffered, response, callback, HttpStatus.NOT_FOUND_404);
            } catch (Exception failed) {
                Response.writeError(buffered, response, callback, failed);
            }
        }

        private void refuse(Refusal refusal) {
            if (!tryComplete()) return;
            response.getHeaders().put(HttpHeader.CONNECTION, "close");
            problems.write(refusal, response, callback);
        }
    }
}
