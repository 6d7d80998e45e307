// SPDX-License-Identifier: Apache-2.0
/** Security of HTTP requests: filter chains, sign-in, scopes, CSRF tokens and CORS. */
@NullMarked
@ApplicationModule(
        allowedDependencies = {"accounts", "audit", "credentials", "people", "problem", "sessions", "throttling"})
package dev.imprimatur.access;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
