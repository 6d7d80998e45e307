// SPDX-License-Identifier: Apache-2.0
/** Indexes in memory over the published guides of one type: lists are filtered, sorted and counted from them. */
@NullMarked
@ApplicationModule(allowedDependencies = {"content", "paging", "problem", "publication", "representation"})
package dev.imprimatur.index;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
