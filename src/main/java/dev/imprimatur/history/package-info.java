// SPDX-License-Identifier: Apache-2.0
/** What happened to an edition: its append-only log, its revisions, decisions and stamps. */
@NullMarked
@ApplicationModule(allowedDependencies = {"content", "diff", "media", "people", "problem", "signing", "store"})
package dev.imprimatur.history;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
