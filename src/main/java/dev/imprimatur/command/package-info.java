// SPDX-License-Identifier: Apache-2.0
/** Commands of the jar that work on the stores while no server, timer or process of this program runs. */
@NullMarked
@ApplicationModule(allowedDependencies = {})
package dev.imprimatur.command;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
