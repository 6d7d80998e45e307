// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.access.NeedsScope;
import dev.imprimatur.credentials.Scope;
import dev.imprimatur.notifications.Chats;
import dev.imprimatur.notifications.MailSetup;
import dev.imprimatur.notifications.Undelivered;
import dev.imprimatur.people.Person;
import dev.imprimatur.webhooks.Courier;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Mails that could not be delivered, and the chats that are told of events: for administrators. */
@RestController
@RequestMapping(Api.ROOT + "/notifications")
@PreAuthorize("hasRole('ADMIN')")
@NeedsScope(Scope.ADMIN)
class NotificationDeliveryApi {
    private final Undelivered undelivered;
    private final MailSetup mail;
    private final Chats chats;

    NotificationDeliveryApi(Undelivered undelivered, MailSetup mail, Chats chats) {
        this.undelivered = undelivered;
        this.mail = mail;
        this.chats = chats;
    }

    /** @param configured whether a mail server is configured */
    record UndeliveredPage(
            boolean configured,
            List<Undelivered.View> items,
            @Nullable String next) {}

    @GetMapping("/undelivered")
    UndeliveredPage undelivered(@RequestParam(defaultValue = "50") int limit, @RequestParam @Nullable String cursor) {
        var page = undelivered.list(cursor, Api.pageSize(limit));
        return new UndeliveredPage(mail.isConfigured(), page.items(), page.next());
    }

    @PostMapping("/undelivered/{username}/retry")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void retry(@PathVariable String username, Person me) {
        undelivered.retry(username, me);
    }

    /** @param mails how many mails are tried again */
    record Retried(long mails) {}

    @PostMapping("/undelivered/retry")
    Retried retryAll(Person me) {
        return new Retried(undelivered.retryAll(me));
    }

    @GetMapping("/chats")
    PageView<Chats.View> chats() {
        return new PageView<>(chats.all(), null);
    }

    record NewChat(
            @Nullable String name,
            String url,
            @Nullable List<String> events,
            @Nullable List<String> types) {}

    @PostMapping("/chats")
    @ResponseStatus(HttpStatus.CREATED)
    Chats.View add(@RequestBody NewChat body, Person me) {
        return chats.add(
                body.name(),
                body.url(),
                body.events() == null ? List.of() : body.events(),
                body.types() == null ? List.of() : body.types(),
                me);
    }

    @DeleteMapping("/chats/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable String id, Person me) {
        chats.delete(id, me);
    }

    @PostMapping("/chats/{id}/resume")
    Chats.View resume(@PathVariable String id, Person me) {
        chats.resume(id, me);
        return chats.require(id);
    }

    @PostMapping("/chats/{id}/test")
    Courier.Outcome test(@PathVariable String id) {
        return chats.test(id);
    }
}
