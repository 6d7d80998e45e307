// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Work of one thread in which stored data is read once. Whoever reads data that cannot change unnoticed keeps the data here: sealed
 * documents that never change, and logs whose next entry has a unique id, so that a writer with an outdated log fails and reads again.
 * Outside a unit of work, nothing is kept.
 */
public final class UnitOfWork {
    private static final ScopedValue<UnitOfWork> CURRENT = ScopedValue.newInstance();

    private final Map<Object, Object> kept = new HashMap<>();

    private UnitOfWork() {}

    /** An action that can fail with a checked exception. */
    public interface Action<T, E extends Exception> {
        T run() throws E;
    }

    /** Runs the action as a unit of work. If the calling thread is in a unit already, the action belongs to that unit. */
    public static <T, E extends Exception> T of(Action<T, E> action) throws E {
        return isActive()
                ? action.run()
                : ScopedValue.where(CURRENT, new UnitOfWork()).call(action::run);
    }

    /** Whether the calling thread is in a unit of work. */
    public static boolean isActive() {
        return CURRENT.isBound();
    }

    /** Returns what is kept under the key, or reads and keeps it. */
    @SuppressWarnings("unchecked") // each key is used with one type only
    public static <T> T once(Object key, Supplier<T> read) {
        if (!isActive()) return read.get();
        var kept = CURRENT.get().kept;
        Object known = kept.get(key);
        if (known != null) return (T) known;
        var value = read.get();
        kept.put(key, value);
        return value;
    }

    /** Keeps the value under the key, in place of an earlier one. */
    public static void keep(Object key, Object value) {
        if (isActive()) CURRENT.get().kept.put(key, value);
    }

    /** Forgets what is kept under the key, because somebody else has changed the stored data. */
    public static void forget(Object key) {
        if (isActive()) CURRENT.get().kept.remove(key);
    }

    /** Forgets everything that was read, because it may be outdated. */
    public static void forgetAll() {
        if (isActive()) CURRENT.get().kept.clear();
    }
}
