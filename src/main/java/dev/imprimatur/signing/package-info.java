// SPDX-License-Identifier: Apache-2.0
/** The server's signing key, and documents that are sealed with it: what the database holds of them is what the server wrote. */
@NullMarked
@ApplicationModule(allowedDependencies = {"content", "store"})
package dev.imprimatur.signing;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
