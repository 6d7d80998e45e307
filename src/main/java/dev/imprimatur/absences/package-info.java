// SPDX-License-Identifier: Apache-2.0
/** Who is absent, from when until when, and who acts for them meanwhile. */
@NullMarked
@ApplicationModule(allowedDependencies = {"accounts", "audit", "content", "people", "problem", "store"})
package dev.imprimatur.absences;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
