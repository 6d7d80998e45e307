// SPDX-License-Identifier: Apache-2.0
/** Refusals, and their representation in HTTP: RFC 9457 problem details. */
@NullMarked
@ApplicationModule(allowedDependencies = {"store"})
package dev.imprimatur.problem;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
