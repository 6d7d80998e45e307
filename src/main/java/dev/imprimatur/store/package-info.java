// SPDX-License-Identifier: Apache-2.0
/** The MongoDB client and its codecs, and the server that runs inside the process when none is configured. */
@NullMarked
@ApplicationModule(allowedDependencies = {})
package dev.imprimatur.store;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
