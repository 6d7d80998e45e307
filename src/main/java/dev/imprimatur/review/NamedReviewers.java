// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.accounts.Account;
import dev.imprimatur.accounts.Accounts;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.content.Sha256;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.editing.Permissions;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Fault;
import dev.imprimatur.problem.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Says which reviewers a guide names. A task of the guide is assigned to the first of them who may complete it. Naming somebody gives them no
 * right. The edition log is the record of it.
 */
@Component
public class NamedReviewers {
    /** How many reviewers a guide can name. */
    public static final int MOST = 10;

    private final Permissions permissions;
    private final Guides guides;
    private final Editions editions;
    private final Accounts accounts;
    private final Workflows workflows;
    private final ContentTypes types;

    NamedReviewers(
            Permissions permissions,
            Guides guides,
            Editions editions,
            Accounts accounts,
            Workflows workflows,
            ContentTypes types) {
        this.permissions = permissions;
        this.guides = guides;
        this.editions = editions;
        this.accounts = accounts;
        this.workflows = workflows;
        this.types = types;
    }

    /** The version that a change names. */
    public static String version(Guide guide) {
        return version(guide.namedReviewers());
    }

    private static String version(List<String> reviewers) {
        return Sha256.version(String.join("\n", reviewers));
    }

    /**
     * Names the reviewers of a guide, the first choice first, in place of those that it names. Naming the same again changes nothing.
     *
     * @param seen the {@linkplain #version version} that the change was made from; null to replace any
     */
    public Guide set(Guide guide, List<String> reviewers, @Nullable String seen, Person by) {
        if (!by.has("ADMIN")) permissions.mustAllow(by, guide, Permissions.EDITOR, Permissions.PUBLISHER);
        var faults = new ArrayList<Fault>();
        if (reviewers.size() > MOST) faults.add(new Fault("/reviewers", "names at most " + MOST + " people"));
        for (int i = 0; i < Math.min(reviewers.size(), MOST); i++) {
            String fault = fault(guide, reviewers.get(i), reviewers.subList(0, i));
            if (fault != null) faults.add(new Fault("/reviewers/" + i, fault));
        }
        if (!faults.isEmpty())
            throw Refusal.malformed("these people cannot be the reviewers of the guide", faults)
                    .raise();
        editions.namedReviewers(
                guide.current(),
                current -> {
                    if (seen != null && !seen.equals(version(current))) throw changed(current);
                    return reviewers;
                },
                by);
        return guides.require(guide.id());
    }

    private @Nullable String fault(Guide guide, @Nullable String reviewer, List<String> before) {
        if (reviewer == null) return "is a username";
        if (before.contains(reviewer)) return "is named already";
        var account = accounts.account(reviewer).filter(Account::active);
        if (account.isEmpty()) return "there is no active account of this name";
        return mayReview(guide, account.get().person())
                ? null
                : "has no role that reviews this guide; name somebody else, or ask an administrator for the role";
    }

    /** Whether one of the person's roles covers the guide, so that they can take one of the tasks of its workflow. */
    boolean mayReview(Guide guide, Person person) {
        var workflow = workflows.of(types.require(guide.type()), editions.get(guide.current()));
        return permissions.allows(
                person,
                guide,
                Stream.concat(
                                Stream.of(Permissions.REVIEWER),
                                workflow.steps().stream()
                                        .filter(step -> !step.isDrafting())
                                        .map(Workflow.Step::group))
                        .distinct()
                        .toArray(String[]::new));
    }

    private static RuntimeException changed(List<String> current) {
        return new Refusal(
                        Refusal.Kind.STALE,
                        "reviewers-changed",
                        "the reviewers of the guide have changed since you read them; look whether yours are still right before you send them again",
                        List.of(),
                        Map.of("current", Map.of("etag", "\"" + version(current) + "\"", "reviewers", current)))
                .raise();
    }

    /**
     * Names another account in the place of one, if the guide still names it.
     *
     * @return false if the other account could not review the guide, so that nothing was changed
     */
    boolean replace(Guide guide, String from, Person to, Person by) {
        if (!mayReview(guide, to)) return false;
        editions.namedReviewers(
                guide.current(),
                current -> current.stream()
                        .map(it -> it.equals(from) ? to.account() : it)
                        .distinct()
                        .toList(),
                by);
        return true;
    }
}
