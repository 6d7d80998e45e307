// SPDX-License-Identifier: Apache-2.0
/** Sends ledger entries to subscribers, in order. Each subscriber has a durable cursor over the ledger. */
@NullMarked
@ApplicationModule(
        allowedDependencies = {"audit", "catalogue", "content", "paging", "people", "problem", "publication", "store"})
package dev.imprimatur.webhooks;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
