// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.notifications;

import dev.imprimatur.audit.Audit;
import dev.imprimatur.notifications.Mailboxes.Mailbox;
import dev.imprimatur.paging.Page;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import java.time.Clock;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** What administrators see and do about mails that could not be delivered. */
@Component
public class Undelivered {
    private final Mailboxes mailboxes;
    private final Audit audit;
    private final Clock clock;

    Undelivered(Mailboxes mailboxes, Audit audit, Clock clock) {
        this.mailboxes = mailboxes;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * A digest that could not be delivered.
     *
     * @param username the account that it is for
     * @param notifications how many notifications it holds
     * @param attempts how many attempts failed
     * @param nextAttempt when it is tried again; null if it waits for an administrator
     */
    public record View(
            String username,
            int notifications,
            int attempts,
            @Nullable Instant since,
            @Nullable Instant nextAttempt,
            @Nullable String error) {
        static View of(Mailbox box) {
            var digest = box.digest();
            return new View(
                    box.person(),
                    digest == null ? 0 : digest.notifications().size(),
                    box.failures(),
                    box.failingSince(),
                    box.gaveUp() ? null : box.nextAttempt(),
                    box.error());
        }
    }

    /** A page of the digests whose last attempt failed, by username. */
    public Page<View> list(@Nullable String cursor, int limit) {
        return mailboxes.failing(cursor, limit).map(View::of);
    }

    /** The number of people to whom nothing is mailed until an administrator retries. */
    public long waiting() {
        return mailboxes.gaveUp();
    }

    /** Tries the digest again at once. */
    public void retry(String username, Person by) {
        if (!mailboxes.retry(username, clock.instant()))
            throw Refusal.missing("no mail to this account has failed").raise();
        audit.record(by.account(), "mail-retried", username, null);
    }

    /** Tries all digests again at once that could not be delivered. Returns how many there are. */
    public long retryAll(Person by) {
        long count = mailboxes.retryAll(clock.instant());
        audit.record(by.account(), "mails-retried", String.valueOf(count), null);
        return count;
    }
}
