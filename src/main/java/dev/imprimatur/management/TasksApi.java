// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.access.NeedsScope;
import dev.imprimatur.accounts.Accounts;
import dev.imprimatur.accounts.Role;
import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.credentials.Scope;
import dev.imprimatur.history.Revision;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.GivenTime;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.publication.Integrity;
import dev.imprimatur.review.Claims;
import dev.imprimatur.review.Inbox;
import dev.imprimatur.review.TaskCompletion;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The inbox and the decisions on its tasks. These handlers accept any account, since the workflow determines who may take a task. */
@RestController
@RequestMapping(Api.ROOT + "/tasks")
@PreAuthorize("isAuthenticated()")
class TasksApi {
    private final Inbox inbox;
    private final ContentTypes types;
    private final Claims claims;
    private final TaskCompletion completion;
    private final Accounts accounts;
    private final Integrity integrity;

    TasksApi(
            Inbox inbox,
            Claims claims,
            TaskCompletion completion,
            Accounts accounts,
            Integrity integrity,
            ContentTypes types) {
        this.types = types;
        this.inbox = inbox;
        this.claims = claims;
        this.completion = completion;
        this.accounts = accounts;
        this.integrity = integrity;
    }

    @GetMapping
    @NeedsScope(Scope.READ)
    PageView<TaskView> list(
            @RequestParam(defaultValue = "false") boolean mine,
            @RequestParam @Nullable String group,
            @RequestParam @Nullable String type,
            @RequestParam @Nullable String due,
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam @Nullable String cursor,
            Person me) {
        var query = new Inbox.Query(mine, false, knownRole(group), knownType(type), instant(due));
        return PageView.of(
                inbox.list(query, query.window(cursor, Api.pageSize(limit)), me).map(TaskView::of));
    }

    /** Checks that the name of a role is known. */
    private static @Nullable String knownRole(@Nullable String group) {
        var roles = Arrays.stream(Role.values()).map(Role::name).toList();
        if (group != null && !roles.contains(group))
            throw Refusal.malformed("group is one of " + String.join(", ", roles), List.of())
                    .raise();
        return group;
    }

    private @Nullable String knownType(@Nullable String type) {
        if (type != null && types.find(type).isEmpty())
            throw Refusal.malformed(
                            "type is one of "
                                    + types.all().stream()
                                            .map(ContentType::name)
                                            .collect(Collectors.joining(", ")),
                            List.of())
                    .raise();
        return type;
    }

    /** Parses an instant; a date stands for its first instant in UTC. */
    private static @Nullable Instant instant(@Nullable String text) {
        try {
            if (text == null) return null;
            return text.contains("T")
                    ? GivenTime.instant(text)
                    : GivenTime.date(text).atStartOfDay(ZoneOffset.UTC).toInstant();
        } catch (DateTimeException wrong) {
            throw Refusal.malformed("due is a date or an RFC 3339 instant, such as 2026-12-01", List.of())
                    .raise();
        }
    }

    @PostMapping("/{id}/claim")
    @NeedsScope(Scope.REVIEW)
    TaskView claim(@PathVariable String id, Person me) {
        return TaskView.of(claims.claim(id, me));
    }

    @PostMapping("/{id}/unclaim")
    @NeedsScope(Scope.REVIEW)
    TaskView unclaim(@PathVariable String id, Person me) {
        return TaskView.of(claims.unclaim(id, me));
    }

    record Assignment(String account) {}

    @PostMapping("/{id}/assign")
    @NeedsScope(Scope.REVIEW)
    TaskView assign(@PathVariable String id, @RequestBody Assignment body, Person me) {
        var to = accounts.account(body.account())
                .orElseThrow(() -> Refusal.malformed("/account", "there is no account of this name")
                        .raise());
        return TaskView.of(claims.assign(id, to.person(), me));
    }

    record Completion(
            String outcome,
            int revision,
            String contentHash,
            @Nullable String message,
            @Nullable String reasonCode) {}

    @PostMapping("/{id}/complete")
    @NeedsScope(Scope.REVIEW)
    GuideView complete(@PathVariable String id, @RequestBody Completion body, Person me) {
        var guide = completion.complete(
                id,
                body.outcome(),
                new Revision.Ref(body.revision(), body.contentHash()),
                body.message(),
                body.reasonCode(),
                me);
        return GuideView.of(guide, integrity);
    }
}
