package dev.imprimatur.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** A TCP proxy in front of a store, which a test cuts (connections are refused) or stalls (nothing comes through). */
public final class Wire implements AutoCloseable {
    private final InetSocketAddress target;
    private final int port;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean stalled;
    private volatile ServerSocket listener;

    public Wire(String host, int port) {
        target = new InetSocketAddress(host, port);
        listener = listen(0);
        this.port = listener.getLocalPort();
    }

    public int port() {
        return port;
    }

    /** Refuses and ends all connections, as a store that is stopped does. */
    public void cut() {
        close(listener);
        open.forEach(Wire::close);
    }

    /** Takes connections and bytes, and answers nothing, as a store that is frozen does. */
    public void stall() {
        stalled(true);
    }

    /** Lets everything through again. */
    public void pass() {
        if (listener.isClosed()) listener = listen(port);
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

    private ServerSocket listen(int wanted) {
        try {
            var server = new ServerSocket();
            server.setReuseAddress(true);
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted));
            Thread.ofVirtual().start(() -> accept(server));
            return server;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
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
                to.getOutputStream().write(bytes, 0, read);
            }
        } catch (IOException | InterruptedException ended) {
            // both ends are closed below
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
            // it is closed all the same
        }
    }
}
