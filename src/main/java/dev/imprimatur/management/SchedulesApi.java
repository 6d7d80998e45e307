// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.access.NeedsScope;
import dev.imprimatur.credentials.Scope;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.people.Person;
import dev.imprimatur.review.Schedules;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
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
    ScheduleView get(@PathVariable String type, @PathVariable String id) {
        return ScheduleView.of(guides.require(type, id).schedule());
    }

    @PutMapping
    @NeedsScope(Scope.PUBLISH)
    @PreAuthorize("hasRole('PUBLISHER')")
    ScheduleView put(
            @PathVariable String type, @PathVariable String id, @RequestBody Schedules.Wanted body, Person me) {
        return ScheduleView.of(
                schedules.schedule(guides.require(type, id), body, me).schedule());
    }

    @DeleteMapping
    @NeedsScope(Scope.PUBLISH)
    @PreAuthorize("hasRole('PUBLISHER')")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable String type, @PathVariable String id, Person me) {
        schedules.giveUp(guides.require(type, id), me);
    }
}
