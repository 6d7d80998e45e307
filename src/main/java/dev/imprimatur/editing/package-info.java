// SPDX-License-Identifier: Apache-2.0
/** Guides and their editions: what editors do with them from the first draft to submission. */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "content", "diff", "drafts", "history", "media", "paging", "people", "problem", "signing", "store"
        })
package dev.imprimatur.editing;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
