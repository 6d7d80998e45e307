// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.access.NeedsScope;
import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.credentials.Scope;
import dev.imprimatur.credentials.SiteKey;
import dev.imprimatur.credentials.SiteKeys;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.publication.WorksReadOnly;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Lets administrators create, change and revoke the keys of sites. */
@RestController
@RequestMapping(Api.ROOT + "/api-keys")
@PreAuthorize("hasRole('ADMIN')")
@NeedsScope(Scope.ADMIN)
class SiteKeysApi {
    private static final String ORIGINS = "origins";

    private final SiteKeys keys;
    private final ContentTypes types;

    SiteKeysApi(SiteKeys keys, ContentTypes types) {
        this.keys = keys;
        this.types = types;
    }

    @GetMapping
    PageView<SiteKey> list() {
        return new PageView<>(keys.all(), null);
    }

    record NewKey(
            String name,
            List<String> scopes,
            @Nullable List<String> types,
            @Nullable List<@Nullable String> origins) {}

    record KeyView(String id, String key) {
        @Override
        public String toString() {
            return "KeyView[" + id + "]";
        }
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    KeyView create(@RequestBody NewKey body, Person me) {
        List<String> readable = body.types() == null ? List.of() : body.types();
        if (!types.all().stream().map(ContentType::name).toList().containsAll(readable))
            throw Refusal.malformed("/types", "names of content types, as /content-types lists them")
                    .raise();
        List<@Nullable String> origins = body.origins() == null ? List.of() : body.origins();
        var fresh = keys.create(new SiteKeys.NewKey(body.name(), body.scopes(), readable, origins), me);
        return new KeyView(fresh.key().id(), fresh.secret());
    }

    /** Takes a JSON Merge Patch (RFC 7396) that may change the origins; null removes all origins. */
    @PatchMapping(
            path = "/{id}",
            consumes = {"application/merge-patch+json", "application/json"})
    SiteKey change(@PathVariable String id, @RequestBody ObjectNode patch, Person me) {
        patch.propertyNames().forEach(name -> {
            if (!name.equals(ORIGINS))
                throw Refusal.malformed("/" + name, "unknown field; the only field is " + ORIGINS)
                        .raise();
        });
        return patch.has(ORIGINS)
                ? keys.changeOrigins(id, origins(patch.get(ORIGINS)), me.account())
                : keys.require(id);
    }

    private static List<@Nullable String> origins(JsonNode sent) {
        if (sent.isNull()) return List.of();
        if (!sent.isArray())
            throw Refusal.malformed("/" + ORIGINS, "a list of origins").raise();
        return sent.valueStream()
                .<@Nullable String>map(it -> it.isString() ? it.stringValue() : null)
                .toList();
    }

    @DeleteMapping("/{id}")
    @WorksReadOnly
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void revoke(@PathVariable String id, Person me) {
        keys.revoke(id, me.account());
    }
}
