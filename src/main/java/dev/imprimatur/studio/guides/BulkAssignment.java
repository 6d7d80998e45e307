// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.guides;

import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.review.Claims;
import dev.imprimatur.review.Inbox;
import dev.imprimatur.review.OpenTask;
import dev.imprimatur.studio.DisplayText;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/** Assigns the open tasks of many guides to one person, and reports the outcome for each guide. */
@Component
class BulkAssignment {
    private static final int NAMED = 10;

    private final Guides guides;
    private final Inbox inbox;
    private final Claims claims;

    BulkAssignment(Guides guides, Inbox inbox, Claims claims) {
        this.guides = guides;
        this.inbox = inbox;
        this.claims = claims;
    }

    /**
     * A guide or task that was not assigned.
     *
     * @param key the title of the guide
     * @param value the reason
     */
    record NotAssigned(String key, String value) {
        /** What the page shows once. */
        Map<String, String> shown() {
            return Map.of("key", key, "value", value);
        }
    }

    /** @param assigned the guide's title for each assigned task */
    record Outcome(List<String> assigned, List<NotAssigned> refused) {
        String words(Person to) {
            if (assigned.isEmpty()) return "Nothing was assigned to " + DisplayText.isolated(to.name()) + ".";
            String titles = assigned.stream()
                    .distinct()
                    .limit(NAMED)
                    .map(DisplayText::quoted)
                    .collect(Collectors.joining(", "));
            long more = assigned.stream().distinct().count() - NAMED;
            return DisplayText.count(assigned.size(), "task") + " assigned to " + DisplayText.isolated(to.name()) + ": "
                    + titles + (more > 0 ? " and " + more + " more" : "") + ".";
        }
    }

    Outcome assign(List<String> ids, Person to, Person me) {
        var outcome = new Outcome(new ArrayList<>(), new ArrayList<>());
        for (String id : new LinkedHashSet<>(ids)) {
            try {
                assign(guides.require(id), to, me, outcome);
            } catch (Refused gone) {
                outcome.refused().add(new NotAssigned(id, gone.refusal().detail()));
            }
        }
        return outcome;
    }

    private void assign(Guide guide, Person to, Person me, Outcome outcome) {
        var tasks = open(guide);
        if (tasks.isEmpty()) outcome.refused().add(new NotAssigned(guide.title(), "nothing waits for anybody there"));
        for (var task : tasks) {
            if (to.account().equals(task.assignee())) {
                outcome.refused()
                        .add(new NotAssigned(
                                guide.title(), DisplayText.isolated(to.name()) + " has “" + task.name() + "” already"));
                continue;
            }
            try {
                claims.assign(task.id(), to, me);
                outcome.assigned().add(guide.title());
            } catch (Refused no) {
                outcome.refused()
                        .add(new NotAssigned(guide.title(), no.refusal().detail()));
            }
        }
    }

    /** The open tasks of the edition in progress and of the published edition, whose review may be due. */
    private List<OpenTask> open(Guide guide) {
        var live = guide.live();
        return Stream.concat(
                        Stream.of(guide.current()),
                        Stream.ofNullable(live).map(it -> new EditionId(guide.id(), it.edition())))
                .distinct()
                .flatMap(edition -> inbox.of(edition).stream())
                .toList();
    }
}
