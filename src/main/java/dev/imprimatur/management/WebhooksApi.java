// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.access.NeedsScope;
import dev.imprimatur.credentials.Scope;
import dev.imprimatur.people.Person;
import dev.imprimatur.webhooks.Attempt;
import dev.imprimatur.webhooks.Subscribers;
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

/** Webhook subscribers: for administrators. */
@RestController
@RequestMapping(Api.ROOT + "/webhooks")
@PreAuthorize("hasRole('ADMIN')")
@NeedsScope(Scope.ADMIN)
class WebhooksApi {
    private final Subscribers subscribers;

    WebhooksApi(Subscribers subscribers) {
        this.subscribers = subscribers;
    }

    @GetMapping
    PageView<Subscribers.View> list() {
        return new PageView<>(
                subscribers.all().stream().map(Subscribers.View::of).toList(), null);
    }

    record NewWebhook(
            String url,
            @Nullable List<String> kinds,
            @Nullable List<String> types) {}

    record Fresh(String id, String secret) {
        @Override
        public String toString() {
            return "Fresh[" + id + "]";
        }
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    Fresh add(@RequestBody NewWebhook body, Person me) {
        var webhook = subscribers.add(
                body.url(),
                body.kinds() == null ? List.of() : body.kinds(),
                body.types() == null ? List.of() : body.types(),
                me);
        return new Fresh(webhook.id(), webhook.secrets().getFirst().value());
    }

    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable String id, Person me) {
        subscribers.delete(id, me.account());
    }

    /** Makes a new secret; for one day, messages are also signed with the previous secret. */
    @PostMapping("/{id}/secret")
    Fresh rotateSecret(@PathVariable String id, Person me) {
        return new Fresh(id, subscribers.rotateSecret(id, me));
    }

    @PostMapping("/{id}/resume")
    Subscribers.View resume(@PathVariable String id, Person me) {
        subscribers.resume(id, me.account());
        return Subscribers.View.of(subscribers.require(id));
    }

    @PostMapping("/{id}/test")
    Attempt test(@PathVariable String id) {
        return subscribers.test(id);
    }

    record Again(long position) {}

    /** Delivers one ledger entry again, out of order. */
    @PostMapping("/{id}/redeliver")
    Attempt redeliver(@PathVariable String id, @RequestBody Again what) {
        return subscribers.redeliver(id, what.position());
    }

    @GetMapping("/{id}/attempts")
    PageView<Attempt> attempts(
            @PathVariable String id,
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam @Nullable String cursor) {
        return PageView.of(subscribers.attempts(id, cursor, Api.pageSize(limit)));
    }
}
