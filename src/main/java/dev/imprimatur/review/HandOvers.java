// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.absences.Absences;
import dev.imprimatur.accounts.Account;
import dev.imprimatur.accounts.Accounts;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.history.Edition;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import org.springframework.stereotype.Component;

/** Hands over what somebody has who leaves: guides that they own or review, tasks, and absences in which they are to act. */
@Component
public class HandOvers {
    /** How many guides, and how many tasks, one call hands over. */
    public static final int AT_ONCE = Owners.AT_ONCE;

    private final Owners owners;
    private final NamedReviewers reviewers;
    private final AutomaticAssignment assignment;
    private final Absences absences;
    private final Accounts accounts;
    private final Guides guides;
    private final Editions editions;
    private final Engine engine;
    private final Processes processes;

    HandOvers(
            Owners owners,
            NamedReviewers reviewers,
            AutomaticAssignment assignment,
            Absences absences,
            Accounts accounts,
            Guides guides,
            Editions editions,
            Engine engine,
            Processes processes) {
        this.owners = owners;
        this.reviewers = reviewers;
        this.assignment = assignment;
        this.absences = absences;
        this.accounts = accounts;
        this.guides = guides;
        this.editions = editions;
        this.engine = engine;
        this.processes = processes;
    }

    /**
     * What somebody has.
     *
     * @param owned the number of guides that they own
     * @param reviewed the number of guides that name them as a reviewer
     * @param tasks the number of open tasks that they have; 0 while the engine is unavailable
     * @param delegations the number of absences in which they are to act for somebody
     */
    public record Held(long owned, long reviewed, long tasks, long delegations) {
        public boolean isNothing() {
            return owned + reviewed + tasks + delegations == 0;
        }
    }

    public Held held(String username) {
        String person = accounts.known(username).username();
        return new Held(
                owners.count(person),
                guides.countReviewedBy(person),
                engine.read(() -> processes.countTasksOf(person), () -> 0L),
                absences.countDelegatedTo(person));
    }

    /**
     * The result of a call that hands over.
     *
     * @param handedOver the number of guides that have the other owner now
     * @param reviewed the number of guides that name the other account as a reviewer now
     * @param tasks the number of open tasks that the other account has now
     * @param returned the number of open tasks that went back to their groups, because the other account may not take them
     * @param delegations the number of absences that were changed
     * @param skipped the number of guides that stay, because their logs are damaged, or because the other account may not review them
     * @param left whether something is left for a next call
     */
    public record HandedOver(
            int handedOver, int reviewed, int tasks, int returned, int delegations, int skipped, boolean left) {}

    /** Hands over what one account has, which may be deactivated, to another one. */
    public HandedOver handOver(String from, String to, Person by) {
        var owned = owners.handOver(from, to, by);
        var next = accounts.account(to)
                .filter(Account::active)
                .orElseThrow(() -> Refusal.malformed("/to", "there is no active account of this name")
                        .raise());
        int reviewed = 0;
        int skipped = owned.skipped();
        boolean left = owned.left();
        for (var guide : guides.reviewedBy(from)) {
            if (reviewed == AT_ONCE) {
                left = true;
                break;
            }
            boolean isDamaged =
                    editions.of(guide.id()).stream().map(Edition::damage).anyMatch(damage -> damage.isPresent());
            if (!isDamaged && reviewers.replace(guide, from, next.person(), by)) reviewed++;
            else skipped++;
        }
        int delegations = absences.handOver(from, next.username(), by);
        var tasks = new AutomaticAssignment.Passed(0, 0, true);
        if (engine.isAvailable()) tasks = engine.require(() -> assignment.handOver(from, next.username(), by));
        return new HandedOver(
                owned.handedOver(),
                reviewed,
                tasks.given(),
                tasks.returned(),
                delegations,
                skipped,
                left || tasks.left());
    }
}
