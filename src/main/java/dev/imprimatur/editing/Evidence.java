// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.editing;

import dev.imprimatur.drafts.WorkingCopies;
import dev.imprimatur.history.EditionLog;
import dev.imprimatur.history.Revisions;
import dev.imprimatur.signing.Damage;
import java.util.ArrayList;
import java.util.List;
import org.springframework.stereotype.Component;

/** Verifies everything that publications rest on: every log, revision and working copy in the store, whoever asked for it before. */
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

    /** What is wrong with edition logs: their entries, their chains, and ends that were cut off. */
    public List<Damage> logs() {
        var wrong = new ArrayList<Damage>();
        // the cards first: logs only grow
        var cards = guides.all();
        var lengths = new java.util.HashMap<String, Integer>();
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

    /** What is wrong with revisions: content, contributors, author, number, parent. */
    public List<Damage> revisions() {
        var wrong = new ArrayList<Damage>();
        revisions.verify(wrong::add);
        return wrong;
    }

    /** What is wrong with working copies: content, contributors, version. */
    public List<Damage> workingCopies() {
        var wrong = new ArrayList<Damage>();
        copies.verify(wrong::add);
        return wrong;
    }
}
