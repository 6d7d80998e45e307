// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.access.NeedsScope;
import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.credentials.Scope;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.typechanges.TypeChanges;
import dev.imprimatur.typechanges.TypeReport;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Lets administrators check a changed schema against the stored content before they start the server with it. */
@RestController
@RequestMapping(Api.ROOT + "/content-types")
class TypeCheckApi {
    private final ContentTypes types;
    private final TypeChanges changes;

    TypeCheckApi(ContentTypes types, TypeChanges changes) {
        this.types = types;
        this.changes = changes;
    }

    /** Checks the schema in the body as the new schema of the type. Changes nothing. */
    @PostMapping("/{type}/check")
    @NeedsScope(Scope.ADMIN)
    @PreAuthorize("hasRole('ADMIN')")
    TypeReport check(@PathVariable String type, @RequestBody JsonNode schema) {
        String name = types.require(type).name();
        if (!(schema instanceof ObjectNode object))
            throw Refusal.malformed("", "a schema is an object").raise();
        var faults = ContentType.faults(name, object);
        if (!faults.isEmpty())
            throw Refusal.malformed("the schema is not one of a content type", faults)
                    .raise();
        return changes.check(new ContentType(name, object));
    }
}
