// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import dev.imprimatur.store.Check;
import dev.imprimatur.store.Findings;
import java.util.List;
import org.springframework.stereotype.Component;

/** Checks that the ledger has the entries that the marks outside its store name. */
@Component
class MarkCheck implements Check {
    private final List<HighWaterMark> places;
    private final LedgerRows rows;
    private final Lineage lineage;

    MarkCheck(List<HighWaterMark> places, LedgerRows rows, Lineage lineage) {
        this.places = places;
        this.rows = rows;
        this.lineage = lineage;
    }

    @Override
    public void run(Findings findings) {
        for (var place : places)
            place.mark()
                    .filter(mark -> !isKept(mark))
                    .ifPresent(mark -> findings.violation(
                            "ledger-end",
                            place.place(),
                            "has a mark at position " + mark.position() + " of the ledger " + mark.lineage()
                                    + ", which this ledger does not have"));
    }

    private boolean isKept(HighWaterMark.Mark mark) {
        if (!mark.lineage().equals(lineage.id())) return lineage.isFormer(mark.lineage());
        return rows.at(List.of(mark.position())).stream()
                .anyMatch(stored -> mark.hash().equals(stored.hash()));
    }
}
