package dev.imprimatur.delivery;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.RetainableByteBuffer;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection on which the fast path is all there is: it reads a request, and if what was asked for is ready, sends it, on the
 * thread that found the connection readable. The first request that is anything else, or that did not come in one piece, hands the
 * connection with all that was read to Jetty's HTTP, for good.
 */
final class FastConnection extends AbstractConnection implements Connection.UpgradeFrom {
    private static final Logger log = LoggerFactory.getLogger(FastConnection.class);
    private static final int INPUT = 8 * 1024;
    private static final int HEAD = 4 * 1024;
    private static final byte[] OK = "HTTP/1.1 200 OK\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NOT_MODIFIED = "HTTP/1.1 304 Not Modified\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = "\r\n".getBytes(StandardCharsets.US_ASCII);

    /** Of a write: whether it ended before the thread that began it went on. */
    private enum Write {
        BEGUN,
        LEFT,
        ENDED
    }

    private final Connector connector;
    private final ConnectionFactory next;
    private final FastPath path;
    private final Executor lists;
    private final AtomicReference<Write> write = new AtomicReference<>(Write.ENDED);
    private final Callback arrived = new Arrived();
    private final Callback written = new Written();
    private @Nullable RetainableByteBuffer input;
    private @Nullable RetainableByteBuffer head;

    FastConnection(Connector connector, ConnectionFactory next, EndPoint endPoint, FastPath path, Executor lists) {
        super(endPoint, connector.getExecutor());
        this.connector = connector;
        this.next = next;
        this.path = path;
        this.lists = lists;
    }

    /** Nothing that happens then waits, so it may happen on the thread that looks after all connections. */
    private final class Arrived implements Callback {
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

    private final class Written implements Callback {
        @Override
        public void succeeded() {
            if (!write.compareAndSet(Write.BEGUN, Write.ENDED)) goOn();
        }

        @Override
        public void failed(Throwable failure) {
            shut();
        }

        @Override
        public InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }
    }

    @Override
    public void onOpen() {
        super.onOpen();
        fillInterested(arrived);
    }

    @Override
    public void onFillable() {
        try {
            var buffer = buffer().getByteBuffer();
            int filled = getEndPoint().fill(buffer);
            if (filled > 0) answer(buffer);
            else if (filled < 0) shut();
            else await();
        } catch (IOException | RuntimeException failed) {
            log.debug("a connection ended", failed);
            shut();
        }
    }

    private RetainableByteBuffer buffer() {
        var buffer = input;
        if (buffer == null) input = buffer = connector.getByteBufferPool().acquire(INPUT, true);
        return buffer;
    }

    private void await() {
        release();
        fillInterested(arrived);
    }

    /** Answers what has come, request by request, until a write is left to others or nothing is there any more. */
    private void answer(ByteBuffer buffer) {
        while (buffer.hasRemaining()) {
            var request = FastRequest.read(buffer);
            if (request == null) {
                handOver();
                return;
            }
            var asked = request.asked();
            var ready = path.ready(asked);
            if (ready.isEmpty()) {
                if (asked.isList()) lists.execute(() -> answerLater(request, buffer));
                else handOver();
                return;
            }
            buffer.position(request.end());
            if (!send(ready.get())) return;
        }
        await();
    }

    /** On a thread that makes lists. */
    private void answerLater(FastRequest request, ByteBuffer buffer) {
        try {
            Optional<FastPath.Ready> ready = path.list(request.asked());
            if (ready.isEmpty()) {
                handOver();
                return;
            }
            buffer.position(request.end());
            if (send(ready.get())) answer(buffer);
        } catch (RuntimeException failed) {
            log.warn("a list could not be answered", failed);
            shut();
        }
    }

    private void goOn() {
        try {
            answer(buffer().getByteBuffer());
        } catch (RuntimeException failed) {
            log.debug("a connection ended", failed);
            shut();
        }
    }

    /** Whether it is sent already; if not, whoever ends the write goes on. */
    private boolean send(FastPath.Ready ready) {
        var reserved = head;
        if (reserved == null) head = reserved = connector.getByteBufferPool().acquire(HEAD, true);
        var bytes = reserved.getByteBuffer();
        BufferUtil.clearToFill(bytes);
        bytes.put(ready.isKnown() ? NOT_MODIFIED : OK);
        put(bytes, connector.getServer().getDateField());
        path.headers(ready, field -> put(bytes, field));
        bytes.put(ready.form().lines(ready.isKnown())).put(END);
        bytes.flip();
        write.set(Write.BEGUN);
        if (ready.isKnown()) getEndPoint().write(written, bytes);
        else getEndPoint().write(written, bytes, ready.form().body());
        return !write.compareAndSet(Write.BEGUN, Write.LEFT);
    }

    private static void put(ByteBuffer to, HttpField field) {
        if (field instanceof PreEncodedHttpField encoded) {
            encoded.putTo(to, HttpVersion.HTTP_1_1);
            return;
        }
        put(to, field.getName());
        to.put((byte) ':').put((byte) ' ');
        put(to, String.valueOf(field.getValue()));
        to.put(END);
    }

    private static void put(ByteBuffer to, String ascii) {
        for (int i = 0; i < ascii.length(); i++) to.put((byte) ascii.charAt(i));
    }

    private void handOver() {
        getEndPoint().upgrade(next.newConnection(connector, getEndPoint()));
    }

    /** What was read and not answered. */
    @Override
    public @Nullable ByteBuffer onUpgradeFrom() {
        var buffer = input;
        ByteBuffer unanswered = null;
        if (buffer != null && buffer.hasRemaining()) {
            unanswered = ByteBuffer.allocate(buffer.remaining());
            unanswered.put(buffer.getByteBuffer()).flip();
        }
        release();
        return unanswered;
    }

    private void shut() {
        release();
        close();
    }

    private void release() {
        var in = input;
        input = null;
        if (in != null) in.release();
        var out = head;
        head = null;
        if (out != null) out.release();
    }

    /** Accepts connections and begins them with this. */
    static final class Factory extends org.eclipse.jetty.server.AbstractConnectionFactory {
        private final FastPath path;
        private final ConnectionFactory next;
        /** As many at a time as there are processors: of more at once, each would wait for all others. */
        private final Executor lists = Executors.newFixedThreadPool(
                Runtime.getRuntime().availableProcessors(),
                Thread.ofPlatform().daemon().name("lists-", 0).factory());

        /** @param next what connections are handed to */
        Factory(ConnectionFactory next, FastPath path) {
            super("imprimatur");
            this.next = next;
            this.path = path;
        }

        @Override
        public Connection newConnection(Connector connector, EndPoint endPoint) {
            return configure(new FastConnection(connector, next, endPoint, path, lists), connector, endPoint);
        }
    }
}
