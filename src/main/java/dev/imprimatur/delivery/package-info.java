/** What sites read: a catalogue in memory, folded from the ledger. */
@NullMarked
@ApplicationModule(allowedDependencies = {"publication", "signing", "content", "access", "paging", "problem", "store"})
package dev.imprimatur.delivery;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
