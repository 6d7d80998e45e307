// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.accounts.Role;
import dev.imprimatur.audit.Audit;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Fault;
import dev.imprimatur.problem.Refusal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The rules by which open tasks are assigned, one for each role. Administrators set them. */
@Component
public class AssignmentRules {
    private final AssignmentRuleStore store;
    private final Audit audit;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    AssignmentRules(AssignmentRuleStore store, Audit audit) {
        this.store = store;
        this.audit = audit;
    }

    /** @param version that a change names */
    public record Rules(Map<Role, AssignmentRule> rules, String version) {
        public Rules {
            rules = Map.copyOf(rules);
        }

        public AssignmentRule of(String role) {
            return rules.entrySet().stream()
                    .filter(it -> it.getKey().name().equals(role))
                    .map(Map.Entry::getValue)
                    .findFirst()
                    .orElse(AssignmentRule.NONE);
        }

        boolean areNone() {
            return rules.values().stream().allMatch(AssignmentRule.NONE::equals);
        }
    }

    public Rules rules() {
        return rules(store.rules());
    }

    private static Rules rules(AssignmentRuleStore.Row row) {
        var all = new EnumMap<Role, AssignmentRule>(Role.class);
        for (var role : Role.values()) all.put(role, AssignmentRule.NONE);
        for (var rule : row.rules()) role(rule.role()).forEach(role -> all.put(role, rule.rule()));
        return new Rules(all, Long.toString(row.version()));
    }

    private static Stream<Role> role(String name) {
        return Arrays.stream(Role.values()).filter(role -> role.name().equals(name));
    }

    /** Calls the listener on this node after each change on this node. */
    void onChange(Runnable listener) {
        listeners.add(listener);
    }

    /**
     * Sets the rules of all roles. A role that is missing has no rule from now on.
     *
     * @param wanted the API's name of the rule by the name of the role
     * @param seen the version that the change was made from; null to replace any
     */
    public Rules set(Map<String, String> wanted, @Nullable String seen, Person by) {
        var faults = new ArrayList<Fault>();
        var next = new ArrayList<AssignmentRuleStore.RoleRule>();
        wanted.forEach((role, name) -> {
            var rule = AssignmentRule.named(name);
            if (role(role).findAny().isEmpty())
                faults.add(new Fault("/rules/" + escaped(role), "the roles are " + List.of(Role.values())));
            else if (rule.isEmpty())
                faults.add(new Fault(
                        "/rules/" + escaped(role),
                        "is one of "
                                + Arrays.stream(AssignmentRule.values())
                                        .map(AssignmentRule::apiName)
                                        .collect(Collectors.joining(", "))));
            else if (rule.get() != AssignmentRule.NONE) next.add(new AssignmentRuleStore.RoleRule(role, rule.get()));
        });
        if (!faults.isEmpty())
            throw Refusal.malformed("tasks cannot be assigned by these rules", faults)
                    .raise();
        for (; ; ) {
            var stored = store.rules();
            var current = rules(stored);
            if (seen != null && !seen.equals(current.version()))
                throw new Refusal(
                                Refusal.Kind.STALE,
                                "rules-changed",
                                "the rules have changed since you read them; look whether yours are still right before you send them again",
                                List.of(),
                                Map.of("current", Map.of("etag", "\"" + current.version() + "\"")))
                        .raise();
            var row = AssignmentRuleStore.Row.of(next, stored.version() + 1);
            if (rules(row).rules().equals(current.rules())) return current;
            if (!store.replace(stored, row)) continue;
            audit.record(by.account(), "assignment-rules-changed", words(current) + " to " + words(rules(row)), null);
            listeners.forEach(Runnable::run);
            return rules(row);
        }
    }

    private static String escaped(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }

    private static String words(Rules rules) {
        return Arrays.stream(Role.values())
                .map(role -> role + " " + rules.of(role.name()).apiName())
                .collect(Collectors.joining(", "));
    }
}
