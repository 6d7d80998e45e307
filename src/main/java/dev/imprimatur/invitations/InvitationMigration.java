// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.invitations;

import dev.imprimatur.store.Migration;
import org.springframework.stereotype.Component;

/**
 * Changes no document. From this format on, logs say who invited an expert, which parts of a guide a review is about and which revision of
 * the source a translation follows, and ledger entries name external reviewers, parts and translations. Earlier releases of the server would
 * report these entries as damaged.
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
