// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

/**
 * A step from one format of the documents in MongoDB to the next. Beans of this type run at start, in the order of their versions, before
 * anything else reads or writes the store; they are given the database by its qualifier {@code unmigrated}.
 */
public interface Migration {
    /** The format that the store has once this step has run: 2 or more. */
    int to();

    /** Takes the step. It may have run before, whole or in part, and may run on two nodes at once: running again changes nothing. */
    void run();
}
