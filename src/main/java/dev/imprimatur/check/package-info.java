// SPDX-License-Identifier: Apache-2.0
/** Runs the checks of all modules: from the command line, where no other part of the application runs, and for administrators. */
@NullMarked
@ApplicationModule(allowedDependencies = {"command", "store"})
package dev.imprimatur.check;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
