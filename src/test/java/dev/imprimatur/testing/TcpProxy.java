// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntSupplier;

/** A TCP proxy in front of a store, with which a test can refuse connections or freeze them. */
public final class TcpProxy implements AutoCloseable {
    /** Below the ports that operating systems give to outgoing connections, so that the port stays free while the proxy is cut. */
    private static final int FIRST_PORT = 20_000;

    private static final int LAST_PORT = 32_000;
    private static final int ATTEMPTS = 100;
    private static final Duration PAUSE = Duration.ofMillis(20);
    private final InetSocketAddress target;
    private final int port;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean stalled;
    private volatile boolean isCut;
    private volatile ServerSocket listener;

    public TcpProxy(String host, int port) {
        target = new InetSocketAddress(host, port);
        listener = listen(TcpProxy::anyPort);
        this.port = listener.getLocalPort();
    }

    private static int anyPort() {
        return ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT);
    }

    public int port() {
        return port;
    }

    /** Closes all connections and refuses new ones, as a stopped store does. */
    public void cut() {
        isCut = true;
        close(listener);
        open.forEach(TcpProxy::close);
    }

    /** Accepts connections and bytes, but forwards nothing, as a frozen store does. */
    public void stall() {
        stalled(true);
    }

    /** Forwards everything again. */
    public void pass() {
        if (listener.isClosed()) listener = listen(() -> port);
        isCut = false;
        stalled(false);
    }

    @Override
    public void close() {
        cut();
        stalled(false);
    }

    private void stalled(boolean now) {
        lock.lock();
        try {
            stalled = now;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void waitWhileStalled() throws InterruptedException {
        lock.lock();
        try {
            while (stalled) changed.await();
        } finally {
            lock.unlock();
        }
    }

    /** Retries, because a port that was just closed may be in use for a moment. */
    private ServerSocket listen(IntSupplier wanted) {
        for (int attempt = 1; ; attempt++)
            try {
                var server = new ServerSocket();
                server.setReuseAddress(true);
                server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted.getAsInt()));
                Thread.ofVirtual().start(() -> accept(server));
                return server;
            } catch (IOException taken) {
                if (attempt == ATTEMPTS) throw new UncheckedIOException(taken);
                LockSupport.parkNanos(PAUSE.toNanos());
            }
    }

    private void accept(ServerSocket server) {
        while (!server.isClosed())
            try {
                var near = server.accept();
                var far = new Socket();
                open.add(near);
                open.add(far);
                Thread.ofVirtual().start(() -> {
                    try {
                        far.connect(target);
                        Thread.ofVirtual().start(() -> copy(far, near));
                        copy(near, far);
                    } catch (IOException unreachable) {
                        close(near);
                    }
                });
            } catch (IOException closed) {
                return;
            }
    }

    private void copy(Socket from, Socket to) {
        byte[] bytes = new byte[16 * 1024];
        try {
            for (int read; (read = from.getInputStream().read(bytes)) >= 0; ) {
                waitWhileStalled();
                // a client whose connection was cut gets no last answer
                if (isCut) break;
                to.getOutputStream().write(bytes, 0, read);
            }
        } catch (IOException | InterruptedException ended) {
            // both sockets are closed below
        }
        close(from);
        close(to);
        open.remove(from);
        open.remove(to);
    }

    private static void close(AutoCloseable it) {
        try {
            it.close();
        } catch (Exception closed) {
            // the socket is closed in any case
        }
    }
}
