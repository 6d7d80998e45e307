// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.absences.Absences;
import dev.imprimatur.absences.Away;
import dev.imprimatur.accounts.Account;
import dev.imprimatur.accounts.Accounts;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Permissions;
import dev.imprimatur.history.Edition;
import dev.imprimatur.people.Person;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Chooses the person to whom an open task is assigned. Nobody is chosen who could not decide it. */
@Component
class Takers {
    private final Accounts accounts;
    private final Absences absences;
    private final Permissions permissions;
    private final Editions editions;
    private final AssignmentRules rules;
    private final AssignmentRuleStore turns;
    private final Processes processes;

    Takers(
            Accounts accounts,
            Absences absences,
            Permissions permissions,
            Editions editions,
            AssignmentRules rules,
            AssignmentRuleStore turns,
            Processes processes) {
        this.accounts = accounts;
        this.absences = absences;
        this.permissions = permissions;
        this.editions = editions;
        this.rules = rules;
        this.turns = turns;
        this.processes = processes;
    }

    /**
     * The person who is to have a task.
     *
     * @param insteadOf the absent person for whom it is; null for nobody
     */
    record Choice(String person, @Nullable String insteadOf) {}

    /** What is known of the people at the beginning of a pass over open tasks. */
    final class Team {
        private @Nullable Map<String, Person> members;
        private final Away away = absences.away();
        private final AssignmentRules.Rules inForce = rules.rules();
        private @Nullable Map<String, Integer> loads;

        /** The active accounts by username, in the order of the usernames. */
        private Map<String, Person> members() {
            if (members == null)
                members = accounts.accounts().stream()
                        .filter(Account::active)
                        .sorted(Comparator.comparing(Account::username))
                        .collect(Collectors.toMap(
                                Account::username, Account::person, (one, other) -> one, LinkedHashMap::new));
            return members;
        }

        Away away() {
            return away;
        }

        boolean hasRules() {
            return !inForce.areNone();
        }

        boolean hasRule(String role) {
            return inForce.of(role) != AssignmentRule.NONE;
        }

        /**
         * The person to whom an open decision is assigned; empty if the task is left to its group.
         *
         * @param others who have the other open tasks of the edition
         */
        Optional<Choice> choose(OpenTask task, Collection<String> others) {
            var named = task.guide().namedReviewers();
            var fitting = fitting(task, others);
            return Stream.concat(
                            named.stream()
                                    .filter(it -> fitting.contains(it) && !away.isAway(it))
                                    .map(it -> new Choice(it, null)),
                            named.stream()
                                    .flatMap(it -> away.delegateOf(it).filter(fitting::contains).stream()
                                            .map(delegate -> new Choice(delegate, it))))
                    .findFirst()
                    .or(() -> byRule(
                            task,
                            fitting.stream().filter(it -> !away.isAway(it)).toList()));
        }

        /** The members who could decide the task at this moment, in the order of the usernames. */
        private List<String> fitting(OpenTask task, Collection<String> others) {
            var barred = barred(task, others);
            return members().values().stream()
                    .filter(person -> couldComplete(task, person, barred))
                    .map(Person::account)
                    .toList();
        }

        /** Whether the person could decide the task, or write the draft. */
        boolean isFitting(OpenTask task, String person, Collection<String> others) {
            var member = members().get(person);
            return member != null && couldComplete(task, member, barred(task, others));
        }

        private Optional<Choice> byRule(OpenTask task, List<String> fitting) {
            var rule = inForce.of(task.group());
            if (fitting.isEmpty() || rule == AssignmentRule.NONE) return Optional.empty();
            String chosen = turn(
                    task.group(),
                    Claim.id(TaskId.parse(task.id())),
                    rule == AssignmentRule.LOAD ? leastLoaded(fitting) : fitting);
            return Optional.of(new Choice(chosen, null));
        }

        private List<String> leastLoaded(List<String> fitting) {
            int least = fitting.stream().mapToInt(this::load).min().orElse(0);
            return fitting.stream().filter(it -> load(it) == least).toList();
        }

        private int load(String person) {
            return loads().getOrDefault(person, 0);
        }

        private Map<String, Integer> loads() {
            if (loads == null) loads = new HashMap<>(processes.countByAssignee());
            return loads;
        }

        /** Counts a task that was given to the person in this pass. */
        void given(String person) {
            if (loads != null) loads.merge(person, 1, Integer::sum);
        }
    }

    /**
     * Takes the turn of the next person after the one whose turn it was last. Of two nodes that assign two tasks at the same time, each gets
     * another person; two that assign the same task get the same.
     */
    private String turn(String role, String task, List<String> among) {
        for (; ; ) {
            var last = turns.turn(role).orElse(null);
            if (last != null && last.task().equals(task) && among.contains(last.person())) return last.person();
            String next = last == null
                    ? among.getFirst()
                    : among.stream()
                            .filter(it -> it.compareTo(last.person()) > 0)
                            .findFirst()
                            .orElse(among.getFirst());
            if (turns.take(last, new AssignmentRuleStore.Turn(role, next, task, last == null ? 1 : last.number() + 1)))
                return next;
        }
    }

    /** Those who could not vouch for the revision, because it may contain their text, or because they vouched for it already. */
    private Set<String> barred(OpenTask task, Collection<String> others) {
        var revision = task.revision();
        if (!task.vouches() || revision == null) return Set.of();
        var edition = task.edition();
        return Stream.of(
                        editions.contributors(edition, revision).stream(),
                        others.stream(),
                        edition.state() == Edition.State.PUBLISHED
                                ? Stream.<String>of()
                                : edition.approvals().stream()
                                        .flatMap(entry -> Stream.of(
                                                entry.by().account(), entry.by().answerable())))
                .flatMap(Function.identity())
                .collect(Collectors.toSet());
    }

    private boolean couldComplete(OpenTask task, Person person, Set<String> barred) {
        return !barred.contains(person.account())
                && task.isOpenTo(person)
                && permissions.allows(person, task.guide(), task.takers())
                && wouldHelp(task, person);
    }

    /** Whether the person's approval would change something: it does not if only approvals of a group are missing that they are not in. */
    private static boolean wouldHelp(OpenTask task, Person person) {
        var edition = task.edition();
        var open = edition.openRequirements();
        return !task.vouches()
                || edition.state() != Edition.State.IN_REVIEW
                || open.isEmpty()
                || edition.approvals().size() < edition.approvalsRequired()
                || open.stream().anyMatch(it -> person.isIn(it.group()));
    }
}
