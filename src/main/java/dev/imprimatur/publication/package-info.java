/** The gate, the signed ledger and what is live: nothing reaches a reader around it. */
@NullMarked
@ApplicationModule(allowedDependencies = {"access", "signing", "editing", "content", "store", "problem"})
package dev.imprimatur.publication;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
