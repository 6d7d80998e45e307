// SPDX-License-Identifier: Apache-2.0
/** Limits for callers that are not known yet: failed sign-ins, connections, and what proxies may claim. */
@NullMarked
@ApplicationModule(allowedDependencies = {"problem"})
package dev.imprimatur.throttling;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
