// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.access.NeedsScope;
import dev.imprimatur.credentials.Scope;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.people.Person;
import dev.imprimatur.review.Schedules;
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

/** The schedule of a guide. */
@RestController
@RequestMapping(Api.ROOT + "/{type}/{id}/schedule")
class SchedulesApi {
    private final Guides guides;
    private final Schedules schedules;

    SchedulesApi(Guides guides, Schedules schedules) {
        this.guides = guides;
        this.schedules = schedules;
    }

    @GetMapping
    @NeedsScope(Scope.READ)
    @PreAuthorize("isAuthenticated()")
    ResponseEntity<ScheduleView> get(@PathVariable String type, @PathVariable String id) {
        return answer(guides.require(type, id));
    }

    private static ResponseEntity<ScheduleView> answer(Guide guide) {
        return ResponseEntity.ok().eTag(Api.etag(Schedules.version(guide))).body(ScheduleView.of(guide.schedule()));
    }

    /** @param ifMatch the ETag of the schedule that the change was made from; null to replace any */
    @PutMapping
    @NeedsScope(Scope.PUBLISH)
    @PreAuthorize("hasRole('PUBLISHER')")
    ResponseEntity<ScheduleView> put(
            @PathVariable String type,
            @PathVariable String id,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch,
            @RequestBody Schedules.Wanted body,
            Person me) {
        return answer(schedules.schedule(guides.require(type, id), body, Api.ifMatchAny(ifMatch), me));
    }

    @DeleteMapping
    @NeedsScope(Scope.PUBLISH)
    @PreAuthorize("hasRole('PUBLISHER')")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(
            @PathVariable String type,
            @PathVariable String id,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch,
            Person me) {
        schedules.giveUp(guides.require(type, id), Api.ifMatchAny(ifMatch), me);
    }
}
