// SPDX-License-Identifier: Apache-2.0
/** The first administrator: the one-time link on the console, and the page behind it. */
@NullMarked
@ApplicationModule(allowedDependencies = {"accounts", "audit", "credentials", "problem", "store"})
package dev.imprimatur.setup;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
