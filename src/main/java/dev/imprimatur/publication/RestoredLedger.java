// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;

/**
 * Marks a ledger that was restored from a backup as one that may lack entries. Nobody knows what was published since the backup, so the
 * server starts read-only, until an administrator decides that the ledger continues without what is lost.
 */
@Component
public class RestoredLedger {
    private static final String UNKNOWN = "unknown-since-a-restore";

    private final List<HighWaterMark> marks;

    RestoredLedger(List<HighWaterMark> marks) {
        this.marks = marks;
    }

    /** @param position the last position that was restored */
    public void mayBeBehind(String lineage, long position) {
        var mark = new HighWaterMark.Mark(lineage, position + 1, UNKNOWN);
        for (var place : marks) place.raise(mark, Map.of(), former -> false);
    }
}
