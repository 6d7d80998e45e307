/** Content that comes in from files: the seed import with its evidence of review elsewhere. */
@NullMarked
@ApplicationModule(allowedDependencies = {"review", "publication", "editing", "content", "access", "store", "problem"})
package dev.imprimatur.transfer;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
