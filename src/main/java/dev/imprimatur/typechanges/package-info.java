// SPDX-License-Identifier: Apache-2.0
/** Checks a changed content type against everything that is live or in progress before the server accepts it. */
@NullMarked
@ApplicationModule(allowedDependencies = {"content", "drafts", "editing", "history", "problem", "store"})
package dev.imprimatur.typechanges;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
