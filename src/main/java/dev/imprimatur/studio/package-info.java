// SPDX-License-Identifier: Apache-2.0
/** The pages where editors and reviewers work; they call what the management API calls and have no rules of their own. */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "absences",
            "access",
            "accounts",
            "audit",
            "check",
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
            "sessions",
            "signing",
            "webhooks"
        })
package dev.imprimatur.studio;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
