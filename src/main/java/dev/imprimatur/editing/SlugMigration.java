// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.editing;

import dev.imprimatur.store.Migration;
import org.springframework.stereotype.Component;

/**
 * Changes no document. From this format on, logs say that guides were renamed or deleted, and the ledger says under which slugs sites read
 * them. Earlier releases do not know these entries.
 */
@Component
class SlugMigration implements Migration {
    @Override
    public int to() {
        return 3;
    }

    @Override
    public void run() {
        // what is stored stays as it is
    }
}
