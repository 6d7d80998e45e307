// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.invitations;

import dev.imprimatur.store.Migration;
import org.springframework.stereotype.Component;

/**
 * Changes no document. From this format on, logs say who invited an expert, and ledger entries say that a reviewer is external. Earlier
 * releases of the server would report these entries as damaged.
 */
@Component
class InvitationMigration implements Migration {
    @Override
    public int to() {
        return 5;
    }

    @Override
    public void run() {
        // what is stored stays as it is
    }
}
