// SPDX-License-Identifier: Apache-2.0
/** Content that comes in from files: the seed import with its evidence of review elsewhere. */
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
