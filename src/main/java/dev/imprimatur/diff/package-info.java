// SPDX-License-Identifier: Apache-2.0
/** Differences between versions of a content, followed by the ids of list items, and merges of texts that two people edited. */
@NullMarked
@ApplicationModule(allowedDependencies = {"content"})
package dev.imprimatur.diff;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
