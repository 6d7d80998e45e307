// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.access.NeedsScope;
import dev.imprimatur.accounts.Account;
import dev.imprimatur.accounts.Accounts;
import dev.imprimatur.audit.Audit;
import dev.imprimatur.audit.AuditExport;
import dev.imprimatur.audit.AuditQuery;
import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.credentials.PersonalToken;
import dev.imprimatur.credentials.Scope;
import dev.imprimatur.credentials.SiteKey;
import dev.imprimatur.credentials.SiteKeys;
import dev.imprimatur.credentials.Tokens;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.publication.AuditAnchors;
import dev.imprimatur.publication.WorksReadOnly;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Content types for everybody; accounts, keys and audit for administrators; one's own tokens. */
@RestController
@RequestMapping(Api.ROOT)
class AdministrationApi {
    private static final String DEFAULT_EXPIRY = "P30D";
    private static final String ORIGINS = "origins";

    private final Accounts accounts;
    private final Tokens tokens;
    private final SiteKeys keys;
    private final Audit audit;
    private final AuditExport export;
    private final AuditAnchors anchors;
    private final ContentTypes types;

    AdministrationApi(
            Accounts accounts,
            Tokens tokens,
            SiteKeys keys,
            Audit audit,
            AuditExport export,
            AuditAnchors anchors,
            ContentTypes types) {
        this.anchors = anchors;
        this.accounts = accounts;
        this.tokens = tokens;
        this.keys = keys;
        this.audit = audit;
        this.export = export;
        this.types = types;
    }

    record NewToken(
            String name,
            @Nullable String expiresIn,
            @Nullable List<String> scopes) {}

    /** @param scopes the scopes of the token; absent if the token may do everything that its person may do */
    record TokenView(String token, @Nullable List<String> scopes, Instant expiresAt) {
        @Override
        public String toString() {
            return "TokenView[…]";
        }
    }

    @PostMapping("/tokens")
    @WorksReadOnly
    @NeedsScope(Scope.ADMIN)
    @PreAuthorize("isAuthenticated()")
    @ResponseStatus(HttpStatus.CREATED)
    TokenView token(@RequestBody NewToken body, Person me, Authentication by) {
        var account = accounts.account(me.account())
                .orElseThrow(() -> Refusal.of(Refusal.Kind.UNAUTHENTICATED, "unauthenticated", "sign in again")
                        .raise());
        var fresh = tokens.create(
                account.username(),
                new Tokens.NewToken(
                        body.name(),
                        duration(body.expiresIn() == null ? DEFAULT_EXPIRY : body.expiresIn()),
                        body.scopes() == null ? null : Scope.named(body.scopes())),
                by.getDetails() instanceof PersonalToken maker ? maker : null,
                me.request());
        return new TokenView(fresh.text(), fresh.token().scopes(), fresh.token().expiresAt());
    }

    private static Duration duration(String text) {
        try {
            return Duration.parse(text);
        } catch (DateTimeParseException wrong) {
            throw Refusal.malformed("/expiresIn", "an ISO 8601 duration such as P30D")
                    .raise();
        }
    }

    @GetMapping("/content-types")
    @NeedsScope(Scope.READ)
    @PreAuthorize("isAuthenticated()")
    Api.Page<TypeView> types() {
        return new Api.Page<>(
                types.all().stream().map(type -> TypeView.of(type, false)).toList(), null);
    }

    @GetMapping("/content-types/{type}")
    @NeedsScope(Scope.READ)
    @PreAuthorize("isAuthenticated()")
    TypeView type(@PathVariable String type) {
        return TypeView.of(types.require(type), true);
    }

    @GetMapping("/accounts")
    @NeedsScope(Scope.ADMIN)
    @PreAuthorize("hasRole('ADMIN')")
    Api.Page<Account> accounts() {
        return new Api.Page<>(accounts.accounts(), null);
    }

    @PostMapping("/accounts")
    @NeedsScope(Scope.ADMIN)
    @PreAuthorize("hasRole('ADMIN')")
    @ResponseStatus(HttpStatus.CREATED)
    Account createAccount(@RequestBody Accounts.NewAccount body, Person me) {
        return accounts.create(body, me);
    }

    @DeleteMapping("/accounts/{username}")
    @WorksReadOnly
    @NeedsScope(Scope.ADMIN)
    @PreAuthorize("hasRole('ADMIN')")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void deactivate(@PathVariable String username, Person me) {
        accounts.deactivate(username, me.account());
    }

    @GetMapping("/api-keys")
    @NeedsScope(Scope.ADMIN)
    @PreAuthorize("hasRole('ADMIN')")
    Api.Page<SiteKey> keys() {
        return new Api.Page<>(keys.all(), null);
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

    @PostMapping("/api-keys")
    @NeedsScope(Scope.ADMIN)
    @PreAuthorize("hasRole('ADMIN')")
    @ResponseStatus(HttpStatus.CREATED)
    KeyView createKey(@RequestBody NewKey body, Person me) {
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
            path = "/api-keys/{id}",
            consumes = {"application/merge-patch+json", "application/json"})
    @NeedsScope(Scope.ADMIN)
    @PreAuthorize("hasRole('ADMIN')")
    SiteKey changeKey(@PathVariable String id, @RequestBody ObjectNode patch, Person me) {
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

    @DeleteMapping("/api-keys/{id}")
    @WorksReadOnly
    @NeedsScope(Scope.ADMIN)
    @PreAuthorize("hasRole('ADMIN')")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void revokeKey(@PathVariable String id, Person me) {
        keys.revoke(id, me.account());
    }

    @GetMapping("/audit")
    @NeedsScope(Scope.ADMIN)
    @PreAuthorize("hasRole('ADMIN')")
    Api.Page<Audit.Entry> audit(
            @RequestParam @Nullable String person,
            @RequestParam @Nullable String action,
            @RequestParam @Nullable String target,
            @RequestParam @Nullable String from,
            @RequestParam @Nullable String to,
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam @Nullable String cursor) {
        var query = AuditQuery.parse(person, action, target, from, to);
        return Api.Page.of(audit.page(query, query.window(cursor, Api.checked(limit))));
    }

    /** Exports all matching records of the audit as a file. */
    @GetMapping("/audit/export")
    @NeedsScope(Scope.ADMIN)
    @PreAuthorize("hasRole('ADMIN')")
    void exportAudit(
            @RequestParam(defaultValue = "jsonl") String format,
            @RequestParam @Nullable String person,
            @RequestParam @Nullable String action,
            @RequestParam @Nullable String target,
            @RequestParam @Nullable String from,
            @RequestParam @Nullable String to,
            Person me,
            HttpServletResponse response)
            throws IOException {
        export.send(AuditQuery.parse(person, action, target, from, to), format, me.account(), response);
    }

    /** Verifies every record of the audit, its chain, and the anchors in the ledger. */
    @GetMapping("/audit/verification")
    @NeedsScope(Scope.ADMIN)
    @PreAuthorize("hasRole('ADMIN')")
    Audit.Verification verifyAudit() {
        return anchors.verify();
    }
}
