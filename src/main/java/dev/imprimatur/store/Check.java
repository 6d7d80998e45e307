// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

/**
 * Examines what a module keeps in the stores, changes nothing, and reports what must not be so. A check reads rows as they are stored, so
 * that one that cannot be read is a finding and does not end it.
 */
public interface Check {
    void run(Findings findings);
}
