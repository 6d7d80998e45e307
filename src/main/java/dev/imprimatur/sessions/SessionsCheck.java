// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.sessions;

import dev.imprimatur.store.Check;
import dev.imprimatur.store.Findings;
import org.springframework.stereotype.Component;

/** Reports sessions that this server did not write. Such a session opens nothing. */
@Component
class SessionsCheck implements Check {
    private final SessionStore sessions;

    SessionsCheck(SessionStore sessions) {
        this.sessions = sessions;
    }

    @Override
    public void run(Findings findings) {
        sessions.each(stored -> {
            if (stored.fault() != null) findings.violation("session", "session " + stored.id(), stored.fault());
        });
    }
}
