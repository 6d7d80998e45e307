// SPDX-License-Identifier: Apache-2.0
/** Comments on revisions and on passages of text, and their answers. */
@NullMarked
@ApplicationModule(allowedDependencies = {"content", "diff", "editing", "history", "people", "problem", "store"})
package dev.imprimatur.comments;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
