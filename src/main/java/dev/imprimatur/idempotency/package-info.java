// SPDX-License-Identifier: Apache-2.0
/** Requests that carry a key of their caller's: one effect and one answer, however often they arrive and at whichever node. */
@NullMarked
@ApplicationModule(allowedDependencies = {"access", "accounts", "content", "problem", "signing", "store"})
package dev.imprimatur.idempotency;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
