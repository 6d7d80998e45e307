// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.accounts;

import dev.imprimatur.audit.Audit;
import dev.imprimatur.credentials.Secret;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.throttling.Throttle;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Sets a new password for a person who has lost theirs. An administrator makes a link and hands it over; whoever has the link chooses the
 * password, once. Administrators therefore never know the passwords of other people.
 */
@Component
public class PasswordReset {
    /** The path of the page that a token opens. */
    public static final String PATH = "/reset/";

    private static final String PREFIX = "imp_reset_";

    private final Accounts accounts;
    private final ResetLinks links;
    private final Audit audit;
    private final Throttle throttle;
    private final Clock clock;
    private final Duration holds;

    /** @param holds the lifetime of a link, {@code imprimatur.password-reset.holds} */
    PasswordReset(
            Accounts accounts,
            ResetLinks links,
            Audit audit,
            Throttle throttle,
            Clock clock,
            @Value("${imprimatur.password-reset.holds:24h}") Duration holds) {
        this.accounts = accounts;
        this.links = links;
        this.audit = audit;
        this.throttle = throttle;
        this.clock = clock;
        this.holds = holds;
    }

    /**
     * A new link. Its token is shown only this once.
     *
     * @param path the path of the page that the link opens
     */
    public record NewLink(String path, Instant expiresAt) {
        @Override
        public String toString() {
            return "NewLink[until " + expiresAt + "]";
        }
    }

    /** Makes a link for an active account. An earlier link of the account stops working. */
    public NewLink make(String username, String by) {
        accounts.known(username);
        if (accounts.account(username).isEmpty())
            throw Refusal.conflict("deactivated", "this account is deactivated; reactivate it first")
                    .raise();
        var token = Secret.fresh(PREFIX);
        var expiresAt = clock.instant().plus(holds);
        links.deleteOf(username);
        links.insert(new ResetLinks.Link(token.hash(), username, by, expiresAt));
        audit.record(by, "password-reset-made", username, null);
        return new NewLink(PATH + token.text(), expiresAt);
    }

    /** The account whose password the token may set. The call does not use up the token. Repeated wrong guesses are throttled. */
    public Account account(String token, String source) {
        return open(new Secret(token)).orElseThrow(() -> {
            throttle.failed(source);
            return over();
        });
    }

    private Optional<Account> open(Secret token) {
        return links.find(token)
                .filter(link -> link.expiresAt().isAfter(clock.instant()))
                .flatMap(link -> accounts.account(link.account()));
    }

    private static RuntimeException over() {
        return Refusal.missing(
                        "this link was used, has expired or was replaced by another; ask an administrator for a new one")
                .raise();
    }

    /** Sets the password and ends every session and token of the account. */
    public void use(String token, String password, String source) {
        var account = account(token, source);
        accounts.mustBePassword(account.username(), password);
        if (!links.take(new Secret(token))) throw over();
        accounts.setPassword(account.username(), password, null);
        audit.record(account.username(), "password-reset-used", null, source);
    }
}
