// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.access.NeedsScope;
import dev.imprimatur.credentials.Scope;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.editing.ReferringGuides;
import java.util.List;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The guides that refer to a guide. */
@RestController
@RequestMapping(Api.ROOT + "/{type}/{id}/references")
class ReferencesApi {
    private final Guides guides;
    private final ReferringGuides referring;

    ReferencesApi(Guides guides, ReferringGuides referring) {
        this.guides = guides;
        this.referring = referring;
    }

    record ReferencesView(List<UsingGuideView> items) {}

    @GetMapping
    @NeedsScope(Scope.READ)
    @PreAuthorize("isAuthenticated()")
    ReferencesView list(@PathVariable String type, @PathVariable String id) {
        return new ReferencesView(referring.of(guides.require(type, id)).stream()
                .map(UsingGuideView::of)
                .toList());
    }
}
