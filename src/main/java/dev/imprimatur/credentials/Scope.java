// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.credentials;

import dev.imprimatur.problem.Fault;
import dev.imprimatur.problem.Refusal;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What a personal token may do, within what its person may. A token without scopes may do all of that. */
public enum Scope {
    /** Reads guides, revisions, logs, the inbox. */
    READ,
    /** Makes guides, drafts, submits, gives editions up, shows previews. */
    DRAFT,
    /** Comments. */
    COMMENT,
    /** Claims, assigns and decides tasks. */
    REVIEW,
    /** Unpublishes guides. */
    PUBLISH,
    /** Manages accounts, keys, webhooks and tokens. */
    ADMIN,
    /** Reads, drafts and comments, and stands alone, so that nothing widens it: for programs that write by themselves. */
    AGENT;

    /** As requests and answers spell it. */
    public String spelling() {
        return name().toLowerCase(Locale.ROOT);
    }

    private Set<Scope> allowed() {
        return this == AGENT ? EnumSet.of(AGENT, READ, DRAFT, COMMENT) : EnumSet.of(this);
    }

    /** All that a token with these scopes may do. */
    public static Set<Scope> allowed(Collection<Scope> scopes) {
        return scopes.stream().flatMap(it -> it.allowed().stream()).collect(Collectors.toSet());
    }

    /** The scopes that somebody named, or a refusal that points at the first one that is none. */
    public static Set<Scope> named(List<String> names) {
        var scopes = EnumSet.noneOf(Scope.class);
        for (int i = 0; i < names.size(); i++) {
            String pointer = "/scopes/" + i;
            scopes.add(spelt(names.get(i))
                    .orElseThrow(() -> malformed(pointer, "a scope is one of " + spelt(List.of(values())))));
        }
        if (scopes.isEmpty())
            throw malformed("/scopes", "one or more of " + spelt(List.of(values())) + "; without it, all that you may");
        if (scopes.contains(AGENT) && scopes.size() > 1)
            throw malformed("/scopes", "the scope agent stands alone, so that nothing widens it");
        return scopes;
    }

    static Optional<Scope> spelt(String name) {
        return Arrays.stream(values()).filter(it -> it.spelling().equals(name)).findFirst();
    }

    /** Several, as a sentence lists them. */
    public static String spelt(Collection<Scope> scopes) {
        return scopes.stream().sorted().map(Scope::spelling).collect(Collectors.joining(", "));
    }

    static RuntimeException malformed(String pointer, String detail) {
        return Refusal.malformed(detail, List.of(new Fault(pointer, detail))).raise();
    }
}
