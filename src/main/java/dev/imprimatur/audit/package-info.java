// SPDX-License-Identifier: Apache-2.0
/** The audit: a signed chain of what happened to accounts, keys and sign-ins. */
@NullMarked
@ApplicationModule(allowedDependencies = {"paging", "problem", "signing", "store"})
package dev.imprimatur.audit;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
