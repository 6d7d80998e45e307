// SPDX-License-Identifier: Apache-2.0
/** Imports seed content from files, with evidence of reviews elsewhere, and prepares the demo. */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "accounts",
            "content",
            "credentials",
            "drafts",
            "editing",
            "history",
            "people",
            "problem",
            "publication",
            "review",
            "setup",
            "store"
        })
package dev.imprimatur.transfer;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
