// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.accounts;

/** Is told at once when somebody may do less than before, so that nothing waits for a person who cannot take it any more. */
public interface AccountWatcher {
    /** @param now the account after the change; it may be deactivated */
    void changed(Account now);
}
