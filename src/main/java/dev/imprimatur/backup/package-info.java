// SPDX-License-Identifier: Apache-2.0
/** Backs up what the server knows into one encrypted file, and restores it into an empty store. */
@NullMarked
@ApplicationModule(allowedDependencies = {"command", "publication", "store"})
package dev.imprimatur.backup;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
