// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.accounts;

import dev.imprimatur.credentials.Tokens;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.people.Person;
import dev.imprimatur.store.Check;
import dev.imprimatur.store.Findings;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Set;
import org.springframework.stereotype.Component;

/** Examines accounts and tokens, and whether everybody who is on record exists. */
@Component
class AccountsCheck implements Check {
    private static final Set<LogEntry.Kind> DECISIONS = Set.of(
            LogEntry.Kind.DECIDED,
            LogEntry.Kind.APPROVED,
            LogEntry.Kind.CHANGES_REQUESTED,
            LogEntry.Kind.CONFIRMED,
            LogEntry.Kind.REVISION_CALLED,
            LogEntry.Kind.UNPUBLISHED,
            LogEntry.Kind.SCHEDULED,
            LogEntry.Kind.SCHEDULE_DROPPED);

    private final AccountStore accounts;
    private final Tokens tokens;
    private final Editions editions;

    AccountsCheck(AccountStore accounts, Tokens tokens, Editions editions) {
        this.accounts = accounts;
        this.tokens = tokens;
        this.editions = editions;
    }

    @Override
    public void run(Findings findings) {
        var known = new HashSet<String>();
        var holders = new HashMap<String, String>();
        accounts.each((id, row) -> {
            known.add(id);
            if (row.isEmpty()) {
                findings.violation("account", "account " + id, "cannot be read");
                return;
            }
            String publicId = row.get().publicId();
            String other = publicId == null ? null : holders.put(publicId, id);
            if (other != null) findings.violation("account", "account " + id, "has the public id of " + other);
        });
        tokens.each((id, token) -> {
            if (token.isEmpty() || !known.contains(token.get().account()))
                findings.violation("token", "a token", "is of an account that does not exist");
        });
        editions.eachEntry(entry -> {
            if (DECISIONS.contains(entry.kind())
                    && !entry.by().account().equals(Person.SYSTEM.account())
                    && !known.contains(entry.by().answerable()))
                findings.violation(
                        "approval", entry.inWords(), "is by " + entry.by().account() + ", which is no account");
        });
    }
}
