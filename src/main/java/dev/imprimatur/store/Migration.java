// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

/**
 * A step from one format of the documents in MongoDB to the next. Beans of this type run at start, in the order of their versions, before
 * anything else reads or writes the store. They get the database with the qualifier {@code unmigrated}.
 */
public interface Migration {
    /** The format that the store has after this step: 2 or more. */
    int to();

    /** Runs the step. The step may have run before, completely or in part, and may run on two nodes at once: it must be idempotent. */
    void run();
}
