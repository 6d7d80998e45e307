// SPDX-License-Identifier: Apache-2.0
/** Who acts, and how the server knows that it is them. */
@NullMarked
@ApplicationModule(allowedDependencies = {"problem"})
package dev.imprimatur.people;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
