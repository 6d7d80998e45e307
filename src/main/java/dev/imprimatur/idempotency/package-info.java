/** Requests that carry a key of their caller's: one effect and one answer, however often they arrive and at whichever node. */
@NullMarked
@ApplicationModule(allowedDependencies = {"signing", "access", "content", "store", "problem"})
package dev.imprimatur.idempotency;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
