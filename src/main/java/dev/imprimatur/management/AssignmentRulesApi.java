// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.access.NeedsScope;
import dev.imprimatur.credentials.Scope;
import dev.imprimatur.people.Person;
import dev.imprimatur.review.AssignmentRules;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The rules by which open tasks are assigned. */
@RestController
@RequestMapping(Api.ROOT + "/tasks/rules")
@PreAuthorize("hasRole('ADMIN')")
@NeedsScope(Scope.ADMIN)
class AssignmentRulesApi {
    private final AssignmentRules rules;

    AssignmentRulesApi(AssignmentRules rules) {
        this.rules = rules;
    }

    /** @param rules the rule by role: {@code none}, {@code load} or {@code rotation} */
    record Rules(Map<String, String> rules) {}

    private static ResponseEntity<Rules> answer(AssignmentRules.Rules rules) {
        var named = new TreeMap<String, String>();
        rules.rules().forEach((role, rule) -> named.put(role.name(), rule.apiName()));
        return ResponseEntity.ok().eTag(Api.etag(rules.version())).body(new Rules(named));
    }

    @GetMapping
    ResponseEntity<Rules> get() {
        return answer(rules.rules());
    }

    /** @param ifMatch the ETag of the rules that the change was made from; null to replace any */
    @PutMapping
    ResponseEntity<Rules> set(
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch,
            @RequestBody Rules body,
            Person me) {
        return answer(rules.set(body.rules(), Api.ifMatchAny(ifMatch), me));
    }
}
