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

/** The scopes of personal tokens. A scope limits a token to a part of its account's rights; a token without scopes has all of them. */
public enum Scope {
    /** Reads guides, revisions, logs and the inbox. */
    READ,
    /** Creates guides, edits and submits drafts, discards editions, creates previews. */
    DRAFT,
    /** Comments. */
    COMMENT,
    /** Claims, assigns and decides tasks. */
    REVIEW,
    /** Unpublishes guides. */
    PUBLISH,
    /** Manages accounts, keys, webhooks and tokens. */
    ADMIN,
    /**
     * Reads, drafts and comments. Cannot be combined with other scopes, so that nothing widens it; meant for programs that write on their
     * own.
     */
    AGENT;

    /** The name of the scope in requests and responses. */
    public String spelling() {
        return name().toLowerCase(Locale.ROOT);
    }

    private Set<Scope> allowed() {
        return this == AGENT ? EnumSet.of(AGENT, READ, DRAFT, COMMENT) : EnumSet.of(this);
    }

    /** All scopes that these scopes include, themselves among them. */
    public static Set<Scope> allowed(Collection<Scope> scopes) {
        return scopes.stream().flatMap(it -> it.allowed().stream()).collect(Collectors.toSet());
    }

    /** Parses the names of scopes. Throws a refusal that points at the first unknown name. */
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

    /** The names of several scopes, as a sentence lists them. */
    public static String spelt(Collection<Scope> scopes) {
        return scopes.stream().sorted().map(Scope::spelling).collect(Collectors.joining(", "));
    }

    static RuntimeException malformed(String pointer, String detail) {
        return Refusal.malformed(detail, List.of(new Fault(pointer, detail))).raise();
    }
}
