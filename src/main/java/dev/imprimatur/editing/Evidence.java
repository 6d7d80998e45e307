// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.editing;

import dev.imprimatur.drafts.WorkingCopies;
import dev.imprimatur.history.EditionLog;
import dev.imprimatur.history.Revisions;
import dev.imprimatur.signing.Damage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import org.springframework.stereotype.Component;

/**
 * Verifies everything that publications rest on: all stored edition logs, revisions and working copies, whether or not anybody has read
 * them since.
 */
@Component
public class Evidence {
    private final EditionLog log;
    private final Guides guides;
    private final Revisions revisions;
    private final WorkingCopies copies;

    Evidence(EditionLog log, Guides guides, Revisions revisions, WorkingCopies copies) {
        this.log = log;
        this.guides = guides;
        this.revisions = revisions;
        this.copies = copies;
    }

    /** The damage of edition logs: altered entries, broken chains and lost entries at the end. */
    public List<Damage> logs() {
        var wrong = new ArrayList<Damage>();
        // Read the cards before the logs: logs only grow, so a log is never shorter than its card says unless entries
        // are lost.
        var cards = guides.all();
        var lengths = new HashMap<String, Integer>();
        log.verify(
                wrong::add,
                editions -> editions.forEach(edition ->
                        lengths.merge(edition.id().guide(), edition.log().size(), Integer::sum)));
        for (var card : cards) {
            int lost = card.entries() - lengths.getOrDefault(card.id(), 0);
            if (lost > 0 && wrong.stream().noneMatch(it -> card.id().equals(it.guide())))
                wrong.add(new Damage(
                        Damage.Kind.EDITION_LOG,
                        card.id(),
                        card.id(),
                        "The logs of guide %s have lost %d of the entries that they had.".formatted(card.id(), lost)));
        }
        return wrong;
    }

    /** The damage of revisions: in content, contributors, author, number or parent. */
    public List<Damage> revisions() {
        var wrong = new ArrayList<Damage>();
        revisions.verify(wrong::add);
        return wrong;
    }

    /** The damage of working copies: in content, contributors or version. */
    public List<Damage> workingCopies() {
        var wrong = new ArrayList<Damage>();
        copies.verify(wrong::add);
        return wrong;
    }
}
