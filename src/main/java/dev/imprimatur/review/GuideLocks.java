// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import java.util.Collection;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/**
 * The locks under which a node changes the processes of a guide. Without them, two transactions of one node could wait for each other in
 * the engine's store, each for rows that the other has changed. Between nodes the store ends such a wait, and one of them tries again.
 */
@Component
class GuideLocks {
    private static final int STRIPES = 64;

    private final ReentrantLock[] locks =
            Stream.generate(ReentrantLock::new).limit(STRIPES).toArray(ReentrantLock[]::new);

    /** Does the work while no other thread of this node changes processes of the guide. */
    void hold(String guideId, Runnable work) {
        var lock = locks[stripe(guideId)];
        lock.lock();
        try {
            work.run();
        } finally {
            lock.unlock();
        }
    }

    /** Does the work while no other thread of this node changes processes of the guides. */
    void holdAll(Collection<String> guideIds, Runnable work) {
        // in the same order everywhere, so that no two threads wait for each other
        var held = guideIds.stream()
                .map(GuideLocks::stripe)
                .distinct()
                .sorted()
                .map(stripe -> locks[stripe])
                .toList();
        held.forEach(Lock::lock);
        try {
            work.run();
        } finally {
            held.forEach(Lock::unlock);
        }
    }

    private static int stripe(String guideId) {
        return Math.floorMod(guideId.hashCode(), STRIPES);
    }
}
