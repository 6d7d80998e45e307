// SPDX-License-Identifier: Apache-2.0
/** Working copies, and the edits that people make to them. */
@NullMarked
@ApplicationModule(
        allowedDependencies = {"content", "diff", "history", "media", "people", "problem", "signing", "store"})
package dev.imprimatur.drafts;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
