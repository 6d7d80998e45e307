// SPDX-License-Identifier: Apache-2.0
/** Signed links that show a working copy or a revision before readers see it, for a while. */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "accounts",
            "audit",
            "content",
            "drafts",
            "editing",
            "history",
            "people",
            "problem",
            "signing"
        })
package dev.imprimatur.preview;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
