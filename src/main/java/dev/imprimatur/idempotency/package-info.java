// SPDX-License-Identifier: Apache-2.0
/** Requests with an idempotency key: one effect and one answer, no matter how often and at which node the same request arrives. */
@NullMarked
@ApplicationModule(allowedDependencies = {"access", "accounts", "content", "problem", "signing", "store"})
package dev.imprimatur.idempotency;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
