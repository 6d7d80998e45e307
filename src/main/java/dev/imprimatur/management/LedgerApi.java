// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.access.NeedsScope;
import dev.imprimatur.access.SigningRules;
import dev.imprimatur.credentials.Scope;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.publication.EndOfLedger;
import dev.imprimatur.publication.Lineage;
import dev.imprimatur.publication.NewLineage;
import dev.imprimatur.publication.Publication;
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

/** The ledger as administrators look after it: whether it is as it was signed, whether it goes as far as it did, and how it goes on. */
@RestController
@RequestMapping(Api.ROOT + "/ledger")
@PreAuthorize("hasRole('ADMIN')")
class LedgerApi {
    private final Publication publication;
    private final NewLineage newLineage;
    private final SigningRules signing;

    LedgerApi(Publication publication, NewLineage newLineage, SigningRules signing) {
        this.publication = publication;
        this.newLineage = newLineage;
        this.signing = signing;
    }

    /** Checks hashes, order and signatures of the whole ledger. */
    @GetMapping("/verification")
    @NeedsScope(Scope.ADMIN)
    Publication.Verification verify() {
        return publication.verify();
    }

    /**
     * How the ledger stands.
     *
     * @param behind whether something outside the ledger tells of more than it has
     * @param claims what does, and of which position
     * @param withheld ids of guides that are live by the ledger, are known to have been withdrawn, and are not served
     * @param unknown whether more may have been withdrawn than is known, so that nothing is served
     * @param since when it was found to be behind
     * @param decisions by which it has gone on before
     */
    record StandingView(
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
    StandingView standing() {
        return view(newLineage.report());
    }

    /** @param lineage the one that ends, as the standing names it */
    record Continuation(@Nullable String lineage, @Nullable String message) {}

    /** Goes on with the ledger as it is, as another one. */
    @PostMapping("/lineage")
    @WorksReadOnly
    @NeedsScope(Scope.ADMIN)
    StandingView goOn(@RequestBody Continuation wanted, Person me) {
        if (wanted.lineage() == null || wanted.lineage().isBlank())
            throw Refusal.malformed("/lineage", "name the lineage that ends, as /ledger/standing tells it")
                    .raise();
        signing.mustBeAbleToSign(me);
        return view(newLineage.decide(wanted.lineage(), wanted.message() == null ? "" : wanted.message(), me));
    }

    private StandingView view(EndOfLedger.Report report) {
        return new StandingView(
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
