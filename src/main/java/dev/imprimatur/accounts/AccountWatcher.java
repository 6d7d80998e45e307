// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.accounts;

/** Is called when the roles of an account change or the account is deactivated, so that no task waits for a person who can no longer do it. */
public interface AccountWatcher {
    /** @param now the account after the change; it may be deactivated */
    void changed(Account now);
}
