// SPDX-License-Identifier: Apache-2.0
/** Links by which people without an account review one revision. */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "accounts",
            "audit",
            "comments",
            "content",
            "editing",
            "history",
            "people",
            "problem",
            "review",
            "signing",
            "store"
        })
package dev.imprimatur.invitations;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
