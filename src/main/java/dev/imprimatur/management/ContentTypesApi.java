// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.access.NeedsScope;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.credentials.Scope;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The content types of the server, for everybody. */
@RestController
@RequestMapping(Api.ROOT + "/content-types")
class ContentTypesApi {
    private final ContentTypes types;

    ContentTypesApi(ContentTypes types) {
        this.types = types;
    }

    @GetMapping
    @NeedsScope(Scope.READ)
    @PreAuthorize("isAuthenticated()")
    PageView<TypeView> list() {
        return new PageView<>(
                types.all().stream().map(type -> TypeView.of(type, false)).toList(), null);
    }

    @GetMapping("/{type}")
    @NeedsScope(Scope.READ)
    @PreAuthorize("isAuthenticated()")
    TypeView type(@PathVariable String type) {
        return TypeView.of(types.require(type), true);
    }
}
