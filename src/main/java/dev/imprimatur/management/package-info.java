// SPDX-License-Identifier: Apache-2.0
/** The management API. Its handlers parse the request, call one method, and present the result. */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "absences",
            "access",
            "accounts",
            "audit",
            "comments",
            "content",
            "credentials",
            "diff",
            "drafts",
            "editing",
            "history",
            "invitations",
            "media",
            "notifications",
            "paging",
            "people",
            "preview",
            "problem",
            "publication",
            "review",
            "typechanges",
            "webhooks"
        })
package dev.imprimatur.management;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
