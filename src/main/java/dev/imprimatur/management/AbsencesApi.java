// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.absences.Absence;
import dev.imprimatur.absences.Absences;
import dev.imprimatur.access.NeedsScope;
import dev.imprimatur.accounts.Accounts;
import dev.imprimatur.credentials.Scope;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import java.time.Instant;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** When somebody is absent, and who acts for them. People say so themselves, or an administrator does. */
@RestController
@RequestMapping(Api.ROOT + "/accounts/{username}/absence")
@PreAuthorize("isAuthenticated()")
class AbsencesApi {
    private final Absences absences;
    private final Accounts accounts;

    AbsencesApi(Absences absences, Accounts accounts) {
        this.absences = absences;
        this.accounts = accounts;
    }

    /**
     * An absence.
     *
     * @param begins the first instant of the first day in the zone
     * @param ends the first instant after the last day
     */
    record AbsenceView(
            LocalDate from,
            LocalDate until,
            String zone,
            @Nullable String delegate,
            Instant begins,
            Instant ends,
            String setBy) {
        static AbsenceView of(Absence absence) {
            return new AbsenceView(
                    absence.from(),
                    absence.until(),
                    absence.zone(),
                    absence.delegate(),
                    absence.begins(),
                    absence.ends(),
                    absence.setBy());
        }
    }

    private static ResponseEntity<AbsenceView> answer(Absence absence) {
        return ResponseEntity.ok().eTag(Api.etag(absence.version())).body(AbsenceView.of(absence));
    }

    @GetMapping
    @NeedsScope(Scope.READ)
    ResponseEntity<AbsenceView> get(@PathVariable String username) {
        return answer(absences.of(accounts.known(username).username())
                .orElseThrow(() -> Refusal.missing(
                                username + " is not absent, and no absence of " + username + " is planned")
                        .raise()));
    }

    /** @param ifMatch the ETag of the absence that the change was made from; null to replace any */
    @PutMapping
    @NeedsScope(Scope.REVIEW)
    ResponseEntity<AbsenceView> set(
            @PathVariable String username,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch,
            @RequestBody Absences.Wanted body,
            Person me) {
        return answer(absences.set(username, body, Api.ifMatchAny(ifMatch), me));
    }

    @DeleteMapping
    @NeedsScope(Scope.REVIEW)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void end(
            @PathVariable String username,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch,
            Person me) {
        absences.end(username, Api.ifMatchAny(ifMatch), me);
    }
}
