/** The pages where editors and reviewers work; they call what the management API calls and have no rules of their own. */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "check",
            "webhooks",
            "preview",
            "review",
            "publication",
            "signing",
            "editing",
            "content",
            "access",
            "paging",
            "problem",
            "store"
        })
package dev.imprimatur.studio;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
