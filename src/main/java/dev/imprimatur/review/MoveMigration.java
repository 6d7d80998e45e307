// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.store.Migration;
import org.springframework.stereotype.Component;

/**
 * Changes no document. From this format on, logs say that an edition moved to another version of its workflow. Earlier releases of the server
 * would report these entries as damaged.
 */
@Component
class MoveMigration implements Migration {
    @Override
    public int to() {
        return 6;
    }

    @Override
    public void run() {
        // what is stored stays as it is
    }
}
