// SPDX-License-Identifier: Apache-2.0
/** Signed links that show an unpublished working copy or revision for a limited time. */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "accounts",
            "audit",
            "content",
            "drafts",
            "editing",
            "history",
            "media",
            "people",
            "problem",
            "representation",
            "signing"
        })
package dev.imprimatur.preview;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
