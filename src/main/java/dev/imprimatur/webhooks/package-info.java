/** Tells subscribers what was published, in order: one durable cursor over the ledger for each. */
@NullMarked
@ApplicationModule(
        allowedDependencies = {"delivery", "publication", "editing", "content", "access", "store", "paging", "problem"})
package dev.imprimatur.webhooks;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
