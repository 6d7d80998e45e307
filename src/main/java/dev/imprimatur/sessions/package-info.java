// SPDX-License-Identifier: Apache-2.0
/** Sessions of people in the studio, which all nodes share. */
@NullMarked
@ApplicationModule(allowedDependencies = {"audit", "credentials", "people", "signing", "store"})
package dev.imprimatur.sessions;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
