// SPDX-License-Identifier: Apache-2.0
/** What programs send instead of a password: site keys and personal tokens. */
@NullMarked
@ApplicationModule(allowedDependencies = {"audit", "people", "problem", "store", "throttling"})
package dev.imprimatur.credentials;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
