/** Guides, editions, working copies, revisions, comments, diff, and the edition log that says what was decided. */
@NullMarked
@ApplicationModule(allowedDependencies = {"signing", "content", "store", "paging", "problem"})
package dev.imprimatur.editing;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
