// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.access.NeedsScope;
import dev.imprimatur.access.SigningRules;
import dev.imprimatur.credentials.Scope;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.publication.EndOfLedger;
import dev.imprimatur.publication.LedgerReader;
import dev.imprimatur.publication.Lineage;
import dev.imprimatur.publication.NewLineage;
import dev.imprimatur.publication.WorksReadOnly;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Lets administrators verify the ledger, see whether entries are missing at its end, and continue an incomplete ledger. */
@RestController
@RequestMapping(Api.ROOT + "/ledger")
@PreAuthorize("hasRole('ADMIN')")
class LedgerApi {
    private final LedgerReader ledger;
    private final NewLineage newLineage;
    private final SigningRules signing;

    LedgerApi(LedgerReader ledger, NewLineage newLineage, SigningRules signing) {
        this.ledger = ledger;
        this.newLineage = newLineage;
        this.signing = signing;
    }

    /** Verifies the hashes, the order and the signatures of the whole ledger. */
    @GetMapping("/verification")
    @NeedsScope(Scope.ADMIN)
    LedgerReader.Verification verify() {
        return ledger.verify();
    }

    /**
     * The state of the ledger.
     *
     * @param behind whether a source outside the ledger knows of a later position than the ledger has
     * @param claims the sources that know of a later position, each with the position
     * @param withheld the ids of guides that are published according to the ledger but known to be unpublished, and so are not served
     * @param unknown whether further guides may have been unpublished without a trace, so that nothing is served
     * @param since when the ledger was found to be behind
     * @param decisions the earlier decisions to continue an incomplete ledger
     */
    record LedgerState(
            String lineage,
            long position,
            boolean behind,
            List<EndOfLedger.Claim> claims,
            List<String> withheld,
            boolean unknown,
            @Nullable Instant since,
            List<Lineage.Decision> decisions) {}

    @GetMapping("/standing")
    @NeedsScope(Scope.ADMIN)
    LedgerState state() {
        return view(newLineage.report());
    }

    /** @param lineage the lineage that ends, as the state of the ledger names it */
    record Continuation(@Nullable String lineage, @Nullable String message) {}

    /** Continues the ledger at its present end under a new lineage. */
    @PostMapping("/lineage")
    @WorksReadOnly
    @NeedsScope(Scope.ADMIN)
    LedgerState continueLedger(@RequestBody Continuation body, Person me) {
        if (body.lineage() == null || body.lineage().isBlank())
            throw Refusal.malformed("/lineage", "name the lineage that ends, as /ledger/standing shows it")
                    .raise();
        signing.mustBeAbleToSign(me);
        return view(newLineage.decide(body.lineage(), body.message() == null ? "" : body.message(), me));
    }

    private LedgerState view(EndOfLedger.Report report) {
        return new LedgerState(
                report.lineage(),
                report.position(),
                report.isBehind(),
                report.claims(),
                report.withheld(),
                report.unknown(),
                report.since(),
                newLineage.decisions());
    }
}
