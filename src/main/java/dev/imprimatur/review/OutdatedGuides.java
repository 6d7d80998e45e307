// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.history.LogEnd;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.springframework.stereotype.Component;

/**
 * Finds the guides whose processes or index cards are not in line with their edition logs. It compares all editions with two queries: one
 * reads the end of every log, the other the state of every process.
 */
@Component
class OutdatedGuides {
    private static final Expected UNKNOWN = new Expected(-1, Map.of(), Map.of(), Set.of());

    private final Guides guides;
    private final Editions editions;
    private final Processes processes;
    private final Rest rest;
    private Expected expected = UNKNOWN;

    OutdatedGuides(Guides guides, Editions editions, Processes processes, Rest rest) {
        this.rest = rest;
        this.guides = guides;
        this.editions = editions;
        this.processes = processes;
    }

    /**
     * The expected state according to MongoDB.
     *
     * @param logged the total number of entries of all logs when this state was read
     * @param inProcess the ends of the logs of all editions that may have a process
     * @param resting those of them that need none as long as they {@linkplain Rest rest}
     * @param lagging the ids of guides whose cards lag behind their logs
     */
    private record Expected(
            long logged, Map<EditionId, LogEnd> inProcess, Map<EditionId, Guide> resting, Set<String> lagging) {}

    private Expected expected() {
        long logged = editions.logged();
        var all = guides.all();
        var ends = editions.ends();
        var lengths = new HashMap<String, Integer>();
        ends.forEach((edition, end) -> lengths.merge(edition.guide(), end.length(), Integer::sum));
        var inProcess = new HashMap<EditionId, LogEnd>();
        var resting = new HashMap<EditionId, Guide>();
        var lagging = new HashSet<String>();
        for (Guide guide : all) {
            if (guide.drafted() == null || guide.entries() != lengths.getOrDefault(guide.id(), 0))
                lagging.add(guide.id());
            for (var edition : inProcess(guide)) {
                var end = ends.get(edition);
                if (end == null) lagging.add(guide.id());
                else {
                    inProcess.put(edition, end);
                    if (rest.rests(edition, guide, end)) resting.put(edition, guide);
                }
            }
        }
        return new Expected(logged, inProcess, resting, lagging);
    }

    /** The editions of a guide that may have a process, and that need one unless they {@linkplain Rest rest}. */
    static Set<EditionId> inProcess(Guide guide) {
        var inProcess = new HashSet<EditionId>();
        if (!guide.state().isOver()) inProcess.add(guide.current());
        var live = guide.live();
        if (live != null) inProcess.add(new EditionId(guide.id(), live.edition()));
        return inProcess;
    }

    /**
     * The result of a search.
     *
     * @param guides the ids of the outdated guides
     * @param missing the number of processes that are missing
     */
    record Result(Set<String> guides, int missing) {}

    /** Finds the outdated guides. Deletes processes whose edition does not exist. */
    synchronized Result find() {
        if (expected.logged() != editions.logged()) expected = expected();
        var states = processes.states();
        var outdated = new HashSet<>(expected.lagging());
        int missing = 0;
        for (var edition : expected.inProcess().entrySet()) {
            var state = states.remove(edition.getKey());
            // whether a review is requested changes with the time
            var resting = expected.resting().get(edition.getKey());
            if (state == null && resting != null && rest.mayRest(resting)) continue;
            if (state == null) missing++;
            if (state == null || !state.isUpToDate(edition.getValue()))
                outdated.add(edition.getKey().guide());
        }
        for (var stray : states.keySet())
            if (editions.get(stray).exists() && !editions.isDeleted(stray.guide())) outdated.add(stray.guide());
            else processes.deleteStray(stray);
        return new Result(outdated, missing);
    }

    /** Makes the next search read the expected state again. */
    synchronized void forget() {
        expected = UNKNOWN;
    }
}
