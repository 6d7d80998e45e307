/** Signed links that show a working copy or a revision before readers see it, for a while. */
@NullMarked
@ApplicationModule(allowedDependencies = {"publication", "signing", "editing", "content", "access", "store", "problem"})
package dev.imprimatur.preview;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
