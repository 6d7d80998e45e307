// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.accounts.Account;
import dev.imprimatur.accounts.Accounts;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.editing.Permissions;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Says who owns a guide: the person to whom its reviews are announced. The edition log is the record of it. */
@Component
public class Owners {
    /** How many guides one call hands over. */
    public static final int AT_ONCE = 200;

    private final Permissions permissions;
    private final Guides guides;
    private final Editions editions;
    private final Accounts accounts;

    Owners(Permissions permissions, Guides guides, Editions editions, Accounts accounts) {
        this.permissions = permissions;
        this.guides = guides;
        this.editions = editions;
        this.accounts = accounts;
    }

    /**
     * Sets the owner of a guide. Setting the same owner again changes nothing.
     *
     * @param username an active account; null if nobody is to own the guide
     */
    public Guide set(Guide guide, @Nullable String username, Person by) {
        if (!by.has("ADMIN")) permissions.mustAllow(by, guide, Permissions.EDITOR, Permissions.PUBLISHER);
        if (username != null) mustBeActive("/username", username);
        editions.owned(guide.current(), username, by);
        return guides.require(guide.id());
    }

    /** The number of guides that the account owns. */
    public long count(String owner) {
        return guides.countOwnedBy(owner);
    }

    /**
     * The result of a call that hands guides over.
     *
     * @param handedOver the number of guides that have the other owner now
     * @param skipped the number of guides whose logs were damaged, so that nothing is recorded in them
     * @param left whether guides are left for a next call
     */
    public record HandedOver(int handedOver, int skipped, boolean left) {}

    /** Gives guides of one owner, who may have left, to another one: at most {@value #AT_ONCE} of them. */
    public HandedOver handOver(String from, String to, Person by) {
        String owner = accounts.known(from).username();
        String next = mustBeActive("/to", to).username();
        if (owner.equals(next))
            throw Refusal.malformed("/to", "is the owner already; name another account")
                    .raise();
        int done = 0;
        int skipped = 0;
        // guides whose logs are damaged stay in the list
        for (var guide : guides.ownedBy(owner)) {
            if (done == AT_ONCE) return new HandedOver(done, skipped, true);
            if (editions.of(guide.id()).stream()
                    .anyMatch(edition -> edition.damage().isPresent())) skipped++;
            else if (editions.handedOver(guide.current(), owner, next, by)) done++;
        }
        return new HandedOver(done, skipped, false);
    }

    private Account mustBeActive(String pointer, String username) {
        return accounts.account(username)
                .filter(Account::active)
                .orElseThrow(() -> Refusal.malformed(pointer, "there is no active account of this name")
                        .raise());
    }
}
