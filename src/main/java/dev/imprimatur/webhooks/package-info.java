// SPDX-License-Identifier: Apache-2.0
/** Tells subscribers what was published, in order: one durable cursor over the ledger for each. */
@NullMarked
@ApplicationModule(
        allowedDependencies = {"audit", "catalogue", "content", "paging", "people", "problem", "publication", "store"})
package dev.imprimatur.webhooks;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
