// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import dev.imprimatur.store.Check;
import dev.imprimatur.store.Findings;
import java.util.List;
import org.springframework.stereotype.Component;

/** Checks that the ledger reaches at least as far as the marks outside its store say. */
@Component
class MarkCheck implements Check {
    private final List<HighWaterMark> marks;
    private final LedgerRows rows;
    private final Lineage lineage;

    MarkCheck(List<HighWaterMark> marks, LedgerRows rows, Lineage lineage) {
        this.marks = marks;
        this.rows = rows;
        this.lineage = lineage;
    }

    @Override
    public void run(Findings findings) {
        for (var mark : marks)
            mark.mark()
                    .filter(it -> !isKept(it))
                    .ifPresent(it -> findings.violation(
                            "ledger-end",
                            mark.place(),
                            "remembers position " + it.position() + " of the ledger " + it.lineage()
                                    + ", which this ledger does not have"));
    }

    private boolean isKept(HighWaterMark.Mark mark) {
        if (!mark.lineage().equals(lineage.id())) return lineage.isFormer(mark.lineage());
        return rows.at(List.of(mark.position())).stream()
                .anyMatch(stored -> mark.hash().equals(stored.hash()));
    }
}
