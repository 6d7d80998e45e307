// SPDX-License-Identifier: Apache-2.0
/** The MongoDB client with its codecs, the engine's SQL store, and the embedded stores that are used if none is configured. */
@NullMarked
@ApplicationModule(allowedDependencies = {})
package dev.imprimatur.store;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
