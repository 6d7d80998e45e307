// SPDX-License-Identifier: Apache-2.0
/** Creates the first administrator: prints the one-time setup link to the console and serves the setup page. */
@NullMarked
@ApplicationModule(allowedDependencies = {"accounts", "audit", "credentials", "problem", "store"})
package dev.imprimatur.setup;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
