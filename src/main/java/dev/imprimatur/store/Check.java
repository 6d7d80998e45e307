// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.store;

/**
 * Checks the data that a module keeps in the stores. A check reports violated rules and changes nothing. It reads each row as it is stored:
 * a row that cannot be read is a finding and does not end the check.
 */
public interface Check {
    void run(Findings findings);
}
