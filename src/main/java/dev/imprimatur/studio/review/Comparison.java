// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.review;

import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.GuideRevisions;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.Revision;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.review.SeenRevisions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Chooses what a revision under review is compared with: a revision that the reviewer knows, the published revision, or nothing. */
@Component
class Comparison {
    static final String NOTHING = "nothing";

    private final GuideRevisions guideRevisions;
    private final SeenRevisions seenRevisions;

    Comparison(GuideRevisions guideRevisions, SeenRevisions seenRevisions) {
        this.guideRevisions = guideRevisions;
        this.seenRevisions = seenRevisions;
    }

    /**
     * A choice to compare with.
     *
     * @param against the choice's name in the URL: the number of a revision, or {@value Comparison#NOTHING}
     * @param label the choice's label
     * @param phrase the words that name the choice within a sentence
     */
    record Choice(String against, String label, String phrase) {
        private static Choice of(int revision, String what, String phrase) {
            return new Choice(Integer.toString(revision), what, phrase);
        }
    }

    /**
     * All choices, and the one that applies.
     *
     * @param with the revision to compare with; null for nothing
     */
    record Choices(
            List<Choice> all, Choice chosen, @Nullable Revision with) {
        public boolean isChosen(Choice choice) {
            return choice.against().equals(chosen.against());
        }
    }

    /** @param wanted the name of the choice; null or empty for the revision that the person knows, or else the published one */
    Choices of(Guide guide, Edition edition, Revision now, @Nullable String wanted, Person me) {
        var all = choices(guide, edition, now, me);
        var chosen = wanted == null || wanted.isEmpty() ? all.getFirst() : chosen(all, guide, now, wanted);
        if (all.stream().noneMatch(choice -> choice.against().equals(chosen.against()))) all.add(chosen);
        return new Choices(
                List.copyOf(all),
                chosen,
                chosen.against().equals(NOTHING)
                        ? null
                        : guideRevisions.require(guide, Integer.parseInt(chosen.against())));
    }

    private List<Choice> choices(Guide guide, Edition edition, Revision now, Person me) {
        var all = new ArrayList<Choice>();
        for (var seen : seenRevisions.before(now, guide, edition, me)) {
            String number = "revision " + seen.revision();
            all.add(
                    seen.decided()
                            ? Choice.of(
                                    seen.revision(),
                                    "Since you decided, " + number,
                                    number + ", which you decided on last")
                            : Choice.of(
                                    seen.revision(),
                                    "Since you last looked, " + number,
                                    number + ", which you looked at last"));
        }
        live(guide, now)
                .filter(number -> all.stream().noneMatch(it -> it.against().equals(number.toString())))
                .ifPresent(number -> all.add(Choice.of(
                        number,
                        "Current edition, revision " + number,
                        "revision " + number + " of the current edition")));
        all.add(new Choice(NOTHING, "Nothing: the whole text", "nothing"));
        edition.log().stream()
                .map(entry -> entry.revision())
                .filter(ref -> ref != null && ref.number() < now.number())
                .mapToInt(Revision.Ref::number)
                .distinct()
                .filter(number -> all.stream().noneMatch(it -> it.against().equals(Integer.toString(number))))
                .forEach(number -> all.add(Choice.of(number, "Revision " + number, "revision " + number)));
        return all;
    }

    /** The published revision, if it belongs to an earlier edition. */
    private static Optional<Integer> live(Guide guide, Revision now) {
        var live = guide.live();
        return live == null || live.edition() == now.edition() || live.revision() == now.number()
                ? Optional.empty()
                : Optional.of(live.revision());
    }

    private Choice chosen(List<Choice> all, Guide guide, Revision now, String wanted) {
        return all.stream()
                .filter(choice -> choice.against().equals(wanted))
                .findFirst()
                .orElseGet(() -> {
                    if (!wanted.matches("[1-9][0-9]{0,8}") || wanted.equals(Integer.toString(now.number())))
                        throw Refusal.malformed(
                                        "/against", "choose another revision to compare with, or “" + NOTHING + "”")
                                .raise();
                    int number = guideRevisions
                            .require(guide, Integer.parseInt(wanted))
                            .number();
                    return Choice.of(number, "Revision " + number, "revision " + number);
                });
    }
}
