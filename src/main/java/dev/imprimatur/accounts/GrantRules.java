// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.accounts;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.editing.Slug;
import dev.imprimatur.people.Grant;
import dev.imprimatur.problem.CleanText;
import dev.imprimatur.problem.Fault;
import java.util.Collection;
import java.util.IllformedLocaleException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The rules for the grants and groups of accounts. */
@Component
class GrantRules {
    private static final int MOST = 50;
    private static final int LONGEST = 100;
    private static final Pattern GROUP = Pattern.compile("[a-z0-9]+(?:-[a-z0-9]+)*");

    private final ContentTypes types;

    GrantRules(ContentTypes types) {
        this.types = types;
    }

    /** The grants in their normal form. Adds what is wrong with them to the faults. */
    List<Grant> checked(List<Grant> grants, Set<Role> roles, Collection<Fault> faults) {
        if (grants.size() > MOST) faults.add(new Fault("/grants", "at most " + MOST + " grants"));
        return IntStream.range(0, grants.size())
                .mapToObj(i -> checked(grants.get(i), "/grants/" + i, roles, faults))
                .distinct()
                .toList();
    }

    private Grant checked(Grant grant, String at, Set<Role> roles, Collection<Fault> faults) {
        if (Role.ADMIN.name().equals(grant.role()))
            faults.add(new Fault(at + "/role", "an administrator is not limited to some guides"));
        else if (roles.stream().noneMatch(role -> role.name().equals(grant.role())))
            faults.add(new Fault(
                    at + "/role",
                    "the account does not have this role; "
                            + (roles.isEmpty()
                                    ? "it has none"
                                    : "its roles are "
                                            + roles.stream()
                                                    .map(Role::name)
                                                    .sorted()
                                                    .collect(Collectors.joining(", ")))));
        var known = types.all().stream().map(ContentType::name).collect(Collectors.toCollection(TreeSet::new));
        var locales = given(grant.locales());
        mustBeFew(at, grant, faults);
        if (grant.types() == null && grant.locales() == null && grant.tags() == null)
            faults.add(new Fault(at, "names types, locales or tags; a role that holds for all guides needs no grant"));
        for (int i = 0; i < given(grant.types()).size(); i++)
            if (!known.contains(given(grant.types()).get(i)))
                faults.add(new Fault(at + "/types/" + i, "the content types are " + String.join(", ", known)));
        for (int i = 0; i < locales.size(); i++)
            if (canonical(locales.get(i)) == null)
                faults.add(new Fault(at + "/locales/" + i, "a locale is a BCP 47 language tag such as de or de-AT"));
        for (int i = 0; i < given(grant.tags()).size(); i++)
            if (given(grant.tags()).get(i).isBlank()
                    || CleanText.length(given(grant.tags()).get(i)) > LONGEST)
                faults.add(new Fault(at + "/tags/" + i, "a tag of 1 to " + LONGEST + " characters"));
        return new Grant(
                grant.role(),
                grant.types(),
                locales.stream()
                        .map(locale -> {
                            String canonical = canonical(locale);
                            return canonical == null ? locale : canonical;
                        })
                        .toList(),
                grant.tags());
    }

    private static void mustBeFew(String at, Grant grant, Collection<Fault> faults) {
        if (given(grant.types()).size() > MOST
                || given(grant.locales()).size() > MOST
                || given(grant.tags()).size() > MOST)
            faults.add(new Fault(at, "at most " + MOST + " types, locales and tags each"));
    }

    private static List<String> given(@Nullable List<String> values) {
        return values == null ? List.of() : values;
    }

    private static @Nullable String canonical(String tag) {
        try {
            var locale = new Locale.Builder().setLanguageTag(tag).build();
            return Slug.isLanguage(locale.getLanguage()) ? locale.toLanguageTag() : null;
        } catch (IllformedLocaleException wrong) {
            return null;
        }
    }

    /** The groups, each once and in order. Adds what is wrong with them to the faults. */
    static SortedSet<String> groups(List<String> groups, Collection<Fault> faults) {
        if (groups.size() > MOST) faults.add(new Fault("/groups", "at most " + MOST + " groups"));
        for (int i = 0; i < groups.size(); i++)
            if (CleanText.length(groups.get(i)) > LONGEST
                    || !GROUP.matcher(groups.get(i)).matches())
                faults.add(new Fault("/groups/" + i, "lower-case words and digits with hyphens, such as pay"));
        return new TreeSet<>(groups);
    }
}
