// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.store.Migration;
import org.springframework.stereotype.Component;

/**
 * Changes no document. From this format on, ledger entries say which release they belong to, and logs say which release an edition waits
 * for. Earlier releases of the server would report these entries as damaged.
 */
@Component
class ReleaseMigration implements Migration {
    @Override
    public int to() {
        return 4;
    }

    @Override
    public void run() {
        // what is stored stays as it is
    }
}
