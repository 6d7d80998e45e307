// SPDX-License-Identifier: Apache-2.0
/** A published guide, and the bytes that sites receive for it in each content coding. */
@NullMarked
@ApplicationModule(allowedDependencies = {"content", "media", "problem", "publication", "store"})
package dev.imprimatur.representation;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
