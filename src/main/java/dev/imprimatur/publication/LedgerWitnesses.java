// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import static java.util.Objects.requireNonNull;

import dev.imprimatur.editing.Editions;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.publication.EndOfLedger.Claim;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/** Finds the ledger entries that the edition logs and the other {@link Witness witnesses} name, and that the ledger does not have. */
@Component
class LedgerWitnesses {
    private static final String LOGS = "the edition logs";
    /** How many of the last positions may hold a replaced entry: far more than are appended before every node has read them. */
    private static final int REPLACEABLE = 1_000;

    /**
     * Ledger entries that are missing according to the witnesses.
     *
     * @param claims the witnesses that name missing entries
     * @param withdrawn by guide, the last edition that a missing entry unpublished, according to the edition logs
     * @param furthestOfLogs the last missing position that the edition logs name; 0 if they name none
     * @param agreedUpTo the last position up to which the ledger and the edition logs agree
     */
    record Missing(List<Claim> claims, Map<String, Integer> withdrawn, long furthestOfLogs, long agreedUpTo) {
        static Missing none(long agreedUpTo) {
            return new Missing(List.of(), Map.of(), 0, agreedUpTo);
        }
    }

    private final Ledger ledger;
    private final Lineage lineage;
    private final Editions editions;
    private final ObjectProvider<Witness> witnesses;

    LedgerWitnesses(Ledger ledger, Lineage lineage, Editions editions, ObjectProvider<Witness> witnesses) {
        this.ledger = ledger;
        this.lineage = lineage;
        this.editions = editions;
        this.witnesses = witnesses;
    }

    /** Compares the ledger with all witnesses. */
    Missing compare(long end) {
        var claims = new ArrayList<Claim>();
        var withdrawn = new HashMap<String, Integer>();
        long furthestOfLogs = 0;
        long agreedUpTo = end;
        for (var entry : missingEntries(end)) {
            long position = requireNonNull(entry.position());
            furthestOfLogs = Math.max(furthestOfLogs, position);
            agreedUpTo = Math.min(agreedUpTo, position - 1);
            if (entry.kind() == LogEntry.Kind.UNPUBLISHED)
                withdrawn.merge(entry.edition().guide(), entry.edition().number(), Math::max);
        }
        if (furthestOfLogs > 0) claims.add(new Claim(LOGS, furthestOfLogs, null));
        witnesses.forEach(witness -> {
            long furthest = witness.furthest();
            if (furthest > end) claims.add(new Claim(witness.name(), furthest, null));
        });
        return new Missing(List.copyOf(claims), withdrawn, furthestOfLogs, agreedUpTo);
    }

    /**
     * Returns the log entries whose ledger entries are missing: those beyond the ledger's end, and those at whose position the ledger has
     * another entry now. A node that had not yet read the last entries when they were lost may have appended others at their positions.
     */
    private List<LogEntry> missingEntries(long end) {
        var logged = editions.entriesBeyond(Math.max(0, end - REPLACEABLE)).stream()
                .filter(entry -> !lineage.isLost(entry))
                .toList();
        var stored = ledger
                .find(logged.stream()
                        .map(entry -> requireNonNull(entry.position()))
                        .filter(position -> position <= end)
                        .toList())
                .stream()
                .collect(Collectors.toMap(LedgerEntry::position, Function.identity()));
        return logged.stream()
                .filter(entry -> {
                    var atPosition = stored.get(entry.position());
                    return atPosition == null || !atPosition.isDescribedBy(entry);
                })
                .toList();
    }
}
