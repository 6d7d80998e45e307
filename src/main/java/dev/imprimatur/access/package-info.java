/** Accounts, roles, tokens, site keys, throttling, audit: all of security. */
@NullMarked
@ApplicationModule(allowedDependencies = {"editing", "signing", "store", "paging", "problem"})
package dev.imprimatur.access;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
