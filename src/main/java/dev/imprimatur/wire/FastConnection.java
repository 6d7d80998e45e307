// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.RetainableByteBuffer;
import org.eclipse.jetty.server.AbstractConnectionFactory;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection that serves the fast path only. It reads a request and, if the response is ready, sends it on the thread that found the
 * connection readable. The first request of any other kind, or that did not arrive in one piece, hands the connection over to Jetty's HTTP
 * for good, with all bytes that were read and not answered.
 */
final class FastConnection extends AbstractConnection implements Connection.UpgradeFrom {
    private static final Logger log = LoggerFactory.getLogger(FastConnection.class);

    private final Connector connector;
    private final Factory factory;
    private final FastPath path;
    private final FastPath.Client client = new FastPath.Client();
    private final Callback onFill = new FillCallback();
    private final Callback onWrite = new WriteCallback();
    private FastRequest.@Nullable Head lastHead;
    private @Nullable Buffers borrowed;

    FastConnection(Connector connector, EndPoint endPoint, Factory factory) {
        super(endPoint, connector.getExecutor());
        this.connector = connector;
        this.factory = factory;
        this.path = factory.path;
    }

    /** The buffers for requests and for the heads of responses; an idle connection holds none. */
    private record Buffers(RetainableByteBuffer input, RetainableByteBuffer head) {
        private static final int INPUT = 8 * 1024;
        private static final int HEAD = 4 * 1024;

        static Buffers of(ByteBufferPool pool) {
            return new Buffers(pool.acquire(INPUT, true), pool.acquire(HEAD, true));
        }

        void release() {
            input.release();
            head.release();
        }
    }

    /** Declared as non-blocking because nothing here waits, so Jetty may run the callback on the selector thread. */
    private final class FillCallback implements Callback {
        @Override
        public void succeeded() {
            onFillable();
        }

        @Override
        public void failed(Throwable failure) {
            onFillInterestedFailed(failure);
        }

        @Override
        public InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }
    }

    private final class WriteCallback implements Callback {
        @Override
        public void succeeded() {
            answerNext();
        }

        @Override
        public void failed(Throwable failure) {
            endConnection();
        }

        @Override
        public InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }
    }

    @Override
    public void onOpen() {
        super.onOpen();
        fillInterested(onFill);
    }

    @Override
    public void onFillable() {
        try {
            var input = input();
            int filled = getEndPoint().fill(input);
            if (filled > 0) answer(input);
            else if (filled < 0) endConnection();
            else await();
        } catch (IOException | RuntimeException failed) {
            fail(failed);
        }
    }

    private Buffers buffers() {
        var buffers = borrowed;
        if (buffers == null) borrowed = buffers = factory.lend(connector);
        return buffers;
    }

    private ByteBuffer input() {
        return buffers().input().getByteBuffer();
    }

    private void await() {
        giveBack();
        fillInterested(onFill);
    }

    /**
     * Answers the requests in the buffer one after the other, until the buffer is empty, a write is still pending, or another thread or
     * Jetty takes over.
     */
    private void answer(ByteBuffer input) throws IOException {
        while (input.hasRemaining()) {
            var request = FastRequest.read(input, lastHead);
            if (request == null) {
                handOver();
                return;
            }
            lastHead = request.head();
            var ready = path.ready(request.get(), client);
            if (ready == null) {
                if (path.takesAMoment(request.get(), client)) factory.later.execute(() -> answerLater(request, input));
                else handOver();
                return;
            }
            input.position(request.end());
            if (!send(ready)) return;
        }
        await();
    }

    /** Makes and sends a response that takes a moment; runs on a virtual thread, which may wait for a store. */
    private void answerLater(FastRequest request, ByteBuffer input) {
        try {
            var ready = path.later(request.get(), client);
            if (ready == null) {
                handOver();
                return;
            }
            input.position(request.end());
            if (send(ready)) answer(input);
        } catch (IOException failed) {
            fail(failed);
        } catch (RuntimeException failed) {
            log.warn("a response could not be made", failed);
            endConnection();
        }
    }

    private void answerNext() {
        try {
            answer(input());
        } catch (IOException | RuntimeException failed) {
            fail(failed);
        }
    }

    /**
     * Sends a response.
     *
     * @return whether it is sent completely; if not, the completion of the write continues with the next request
     */
    private boolean send(FastResponse response) throws IOException {
        var head = buffers().head().getByteBuffer();
        BufferUtil.clearToFill(head);
        factory.headers.write(response, connector.getServer().getDateField(), head);
        head.flip();
        return response.isNotModified()
                ? flush(head)
                : flush(head, response.form().body());
    }

    /** Tries to send everything at once, which is the usual case. */
    private boolean flush(ByteBuffer... buffers) throws IOException {
        if (getEndPoint().flush(buffers)) return true;
        getEndPoint().write(onWrite, buffers);
        return false;
    }

    private void handOver() {
        getEndPoint().upgrade(factory.next.newConnection(connector, getEndPoint()));
    }

    /** The bytes that were read and not answered. */
    @Override
    public @Nullable ByteBuffer onUpgradeFrom() {
        ByteBuffer unanswered = null;
        if (borrowed != null && input().hasRemaining()) {
            unanswered = ByteBuffer.allocate(input().remaining());
            unanswered.put(input()).flip();
        }
        giveBack();
        return unanswered;
    }

    private void fail(Exception failed) {
        log.debug("a connection ended", failed);
        endConnection();
    }

    private void endConnection() {
        giveBack();
        close();
    }

    private void giveBack() {
        var buffers = borrowed;
        borrowed = null;
        if (buffers != null) factory.takeBack(buffers);
    }

    /** Creates a {@link FastConnection} for each accepted connection. */
    static final class Factory extends AbstractConnectionFactory {
        private final FastPath path;
        private final ResponseHeaders headers;
        private final ConnectionFactory next;
        /**
         * Virtual threads: as many of them as there are processors make responses, because with more at once each would only take longer.
         * The threads that wait for a store are not among them.
         */
        private final Executor later = Executors.newVirtualThreadPerTaskExecutor();
        /** The buffers returned last, which are usually the next to be lent. */
        private final AtomicReference<@Nullable Buffers> spare = new AtomicReference<>();

        /** @param next the factory of the connections that take over */
        Factory(ConnectionFactory next, FastPath path, ResponseHeaders headers) {
            super("imprimatur");
            this.next = next;
            this.path = path;
            this.headers = headers;
        }

        @Override
        public Connection newConnection(Connector connector, EndPoint endPoint) {
            return configure(new FastConnection(connector, endPoint, this), connector, endPoint);
        }

        private Buffers lend(Connector connector) {
            var buffers = spare.getAndSet(null);
            return buffers == null ? Buffers.of(connector.getByteBufferPool()) : buffers;
        }

        private void takeBack(Buffers buffers) {
            BufferUtil.clear(buffers.input().getByteBuffer());
            if (!spare.compareAndSet(null, buffers)) buffers.release();
        }
    }
}
