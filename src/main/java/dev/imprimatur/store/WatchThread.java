// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A background thread that works in rounds until it is stopped. It is never interrupted, which would break the file of an embedded store. */
public final class WatchThread {
    private static final Duration STOP = Duration.ofSeconds(5);

    /** One round of work, which includes its pauses. */
    public interface Round {
        void run() throws InterruptedException;
    }

    private final String name;
    private final Round round;
    private final Object pause = new Object();
    private boolean isWoken;
    private volatile boolean running;
    private volatile @Nullable Thread thread;

    public WatchThread(String name, Round round) {
        this.name = name;
        this.round = round;
    }

    public void start() {
        running = true;
        thread = Thread.ofPlatform().daemon().name(name).start(() -> {
            try {
                while (running) round.run();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Whether the thread is to go on. A round that takes long asks from time to time. */
    public boolean isRunning() {
        return running;
    }

    /** Ends the pause of the thread, if it is one that {@link #wake} ends, or else the next such pause. */
    public void wake() {
        synchronized (pause) {
            isWoken = true;
            pause.notifyAll();
        }
    }

    /** Waits in the thread. Only {@link #stop} ends the pause early. */
    public void pause(Duration longest) throws InterruptedException {
        await(longest, false);
    }

    /** Waits in the thread until {@link #wake} or {@link #stop} is called. */
    public void pauseUntilWoken(Duration longest) throws InterruptedException {
        await(longest, true);
    }

    private void await(Duration longest, boolean orWoken) throws InterruptedException {
        long until = System.nanoTime() + longest.toNanos();
        synchronized (pause) {
            for (long left = longest.toMillis();
                    running && left > 0 && !(orWoken && isWoken);
                    left = (until - System.nanoTime()) / 1_000_000) pause.wait(left);
            if (orWoken) isWoken = false;
        }
    }

    /** Lets the thread end after what it does now. Returns whether it has ended within five seconds. */
    public boolean stop() {
        var last = thread;
        thread = null;
        synchronized (pause) {
            running = false;
            pause.notifyAll();
        }
        if (last == null) return true;
        try {
            return last.join(STOP);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
